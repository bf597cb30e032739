package driver

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/sim/spell"
	"github.com/relaysim/relaysim/sim/target"
)

// Protocol is the version of the driver protocol that is spoken here.
const Protocol = 1

// What relaysim writes, one JSON object a line. PROTOCOL.md says what each
// means.
type (
	startMessage struct {
		Type       string         `json:"type"` // start
		Connector  string         `json:"connector"`
		GatewayID  string         `json:"gateway_id,omitempty"`
		Secret     string         `json:"secret,omitempty"`
		Identities []identity     `json:"identities"`
		Revision   string         `json:"revision"`
		Now        float64        `json:"now"` // unix seconds, by the connector's clock
		Options    map[string]any `json:"options"`
	}
	callMessage struct {
		Type string      `json:"type"` // call
		ID   int64       `json:"id"`
		Turn string      `json:"turn,omitempty"`
		Call string      `json:"call"`
		Args target.Args `json:"args"`
	}
	replyMessage struct {
		Type string `json:"type"` // reply
		Turn string `json:"turn"`
		Text string `json:"text"`
	}
	failMessage struct {
		Type  string `json:"type"` // fail
		Turn  string `json:"turn"`
		Error string `json:"error"`
	}
	// askMessage is answered by synced: sync, kill or reset.
	askMessage struct {
		Type string `json:"type"`
		ID   int64  `json:"id"`
	}
	advanceMessage struct {
		Type string  `json:"type"` // advance
		ID   int64   `json:"id"`
		MS   float64 `json:"ms"`
	}
	plainMessage struct {
		Type string `json:"type"` // wake or stop
	}
)

// identity is a bot that the gateway fronts.
type identity struct {
	Platform string `json:"platform"`
	BotID    string `json:"bot_id"`
}

// message is what a driver writes, of any type.
type message struct {
	Type string `json:"type"`

	// hello
	Name     string   `json:"name"`
	Version  string   `json:"version"`
	Protocol int      `json:"protocol"`
	Revision words    `json:"revision"`
	Can      []string `json:"can"`
	Options  []string `json:"options"`
	Lacks    []string `json:"lacks"`

	Turn       string          `json:"turn"`        // turn, cancelled
	SessionKey *string         `json:"session_key"` // turn, interrupted
	Event      json.RawMessage `json:"event"`       // turn
	SessionID  string          `json:"session_id"`  // turn
	Notice     string          `json:"notice"`      // turn
	ID         int64           `json:"id"`          // result, synced
	Result     json.RawMessage `json:"result"`      // result
	Next       *float64        `json:"next"`        // synced: milliseconds
	ChatID     string          `json:"chat_id"`     // interrupted
	Active     bool            `json:"active"`      // interrupted
	State      string          `json:"state"`       // state
	Reason     string          `json:"reason"`      // state, cancelled
	Final      bool            `json:"final"`       // state
	Text       string          `json:"text"`        // log
}

// words is a text or a list of texts.
type words []string

// UnmarshalJSON takes either.
func (w *words) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*w = words{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(w))
}

// types are those of a driver's messages.
var types = []string{"hello", "turn", "cancelled", "result", "interrupted", "state", "synced", "log"}

// shown bounds what of a bad line is shown, in bytes.
const shown = 120

// parse reads one line of a driver's. The error says what is wrong with it.
func parse(line []byte) (*message, error) {
	m := &message{}
	if !bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("{")) {
		return nil, fmt.Errorf("it printed a line that is not a JSON object: %q (stdout is the protocol's: print to stderr, or send a log message)", clip(line))
	}
	if err := json.Unmarshal(line, m); err != nil {
		return nil, fmt.Errorf("it printed a line that cannot be read: %w: %q", err, clip(line))
	}
	switch {
	case m.Type == "":
		return nil, fmt.Errorf(`it sent a message without a "type": %q`, clip(line))
	case !known(m.Type):
		return nil, fmt.Errorf("it sent a message of the unknown type %q%s", m.Type, spell.DidYouMean(m.Type, types))
	}
	return m, nil
}

func known(name string) bool {
	for _, t := range types {
		if t == name {
			return true
		}
	}
	return false
}

func clip(line []byte) string {
	if len(line) > shown {
		return string(line[:shown]) + "…"
	}
	return string(line)
}

// encode is a message as a line. What a person wrote stays as it is: < > & are
// not escaped.
func encode(m any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b) // ends the line
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// stateNamed is the gateway.State of a name.
func stateNamed(name string) (gateway.State, bool) {
	for _, s := range []gateway.State{gateway.Disconnected, gateway.Connected, gateway.Dormant, gateway.Disabled} {
		if s.String() == name {
			return s, true
		}
	}
	return 0, false
}
