// Package trace holds the one ordered list of what happened in a run: sockets
// opened, messages that crossed, events routed, calls made, closes. What
// expectations match, laws judge, a failing run prints and a recording stores
// is this list. It imports the standard library only and knows neither the
// gateway nor the connector.
package trace

import (
	"encoding/json"
	"time"
)

// Kind says what an observation is about.
type Kind string

// The kinds of observation. Their names are those of the recording format.
const (
	Open        Kind = "open"        // a socket was opened: Path, Auth, AuthenticatedAs
	Frame       Kind = "frame"       // one WebSocket message crossed: From, Data, Binary, Frames
	Close       Kind = "close"       // a socket ended: From, Code, Reason
	Routed      Kind = "routed"      // an event began a turn: SessionKey, SessionID, Notice, Event
	Agent       Kind = "agent"       // a call of the agent's ended: Call, Args, Result
	Interrupted Kind = "interrupted" // an interrupt reached the gateway: SessionKey, ChatID, ActiveTurn
	State       Kind = "state"       // the gateway's state changed: State, Reason
	Answer      Kind = "answer"      // the connector's edge answered a provider: Path, Code, Data
	Buffered    Kind = "buffered"    // the connector put a delivery behind what waits for an instance (IDLE-3): Peer, Data with its bufferId
	Wake        Kind = "wake"        // a wake URL was poked (WAKE-1): Peer, Path, Call the method, Args its headers
	Note        Kind = "note"        // a half did something no frame shows, such as dropping an event: From, Reason
)

// Side is one half of the pair.
type Side string

// The two halves.
const (
	Gateway   Side = "gateway"
	Connector Side = "connector"
)

// Observation is one thing that happened. Only the fields named beside its
// Kind are set. It is read-only once it is in a Log.
type Observation struct {
	Seq  int           // from 1, without gaps
	At   time.Duration // since the start, by the run's clock
	Kind Kind
	Conn int    // the socket, from 1 in order of opening; 0 where none is meant
	Peer string // the gateway's name in the scenario, where it is known
	From Side

	Path            string
	Auth            string // present or absent
	AuthenticatedAs string // gateway id; empty where refused or open

	Data   []byte      // the message's exact bytes
	Binary bool        // it was a binary message
	Frames []FrameLine // the frames this message completed (FR-1)

	Code   int
	Reason string

	SessionKey string
	SessionID  string // of the session that the key named then, where the gateway says
	Notice     string // why that session took another's place by itself, in its first turn
	ChatID     string
	ActiveTurn bool
	Event      Value

	Call     string
	Args     Value
	Result   Value
	CalledAt time.Duration
	After    int // the seq before which the call had begun

	State string
}

// Value is something that can be written as JSON, encoded only when somebody
// looks. The zero Value is JSON null.
type Value struct {
	// Raw is the JSON text. If nil, Of is encoded in its place.
	Raw json.RawMessage
	// Of must not change after it was logged.
	Of any
}

// JSON returns the value's text.
func (v Value) JSON() json.RawMessage {
	if v.Raw != nil {
		return v.Raw
	}
	b, err := json.Marshal(v.Of)
	if err != nil {
		return json.RawMessage("null")
	}
	return b
}
