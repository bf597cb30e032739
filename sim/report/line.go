package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/relaysim/relaysim/sim/trace"
)

// line shows one observation, without its end of line. The gateway is on the
// left and the connector on the right of an arrow.
func line(o *trace.Observation) string {
	what := fmt.Sprintf("%4d %9.3fs  %-8s%s%s", o.Seq, o.At.Seconds(), socket(o), peer(o), happened(o))
	return strings.TrimRight(what, " ")
}

// socket names the socket. It is no bare number: that is what observations have.
func socket(o *trace.Observation) string {
	if o.Conn == 0 {
		return ""
	}
	return fmt.Sprintf("conn %d", o.Conn)
}

// peer names the gateway where a scenario has given it a name.
func peer(o *trace.Observation) string {
	if o.Peer == "" || o.Peer == "gateway" {
		return ""
	}
	return plain(o.Peer) + ": "
}

func happened(o *trace.Observation) string {
	switch o.Kind {
	case trace.Frame:
		return arrow(o.From) + unended(o) + message(o)
	case trace.Open:
		return "gateway →    opens " + fields("", o.Path, "auth", o.Auth, "as", o.AuthenticatedAs, "status", number(o.Code), "", quoted(o.Reason))
	case trace.Close:
		return arrow(o.From) + ended(o)
	case trace.Routed:
		return "routed       " + plain(o.SessionKey) + " " + plain(withoutNulls(o.Event.JSON()))
	case trace.Agent:
		return fmt.Sprintf("agent        %s %s = %s", o.Call, plain(string(o.Args.JSON())), plain(string(o.Result.JSON())))
	case trace.Interrupted:
		return "interrupted  " + fields("", o.SessionKey, "chat", o.ChatID) + activity(o.ActiveTurn)
	case trace.State:
		return "state        " + fields("", o.State, "", quoted(o.Reason))
	case trace.Answer:
		return "edge answers " + fields("", number(o.Code), "to", o.Path) + " " + plain(string(o.Data))
	case trace.Buffered:
		return "buffers      " + message(o)
	case trace.Wake:
		return "wakes        " + fields("", o.Call, "", o.Path)
	case trace.Note:
		return "connector    " + plain(o.Reason)
	}
	return plain(string(o.Kind))
}

func arrow(from trace.Side) string {
	switch from {
	case trace.Gateway:
		return "gateway →    "
	case trace.Connector:
		return "← connector  "
	}
	return "             "
}

// unended says that a message does not end its last line (FR-1): the receiver waits
// for the rest, and whoever has forgotten it sees nothing else that is wrong.
func unended(o *trace.Observation) string {
	if o.Binary || len(o.Data) == 0 || bytes.HasSuffix(o.Data, []byte("\n")) {
		return ""
	}
	return "(no line end) "
}

// message shows a message as one line. A message that is not exactly one line
// shows its line ends.
func message(o *trace.Observation) string {
	data := o.Data
	if one, ok := bytes.CutSuffix(data, []byte("\n")); ok && !bytes.ContainsRune(one, '\n') {
		data = one
	}
	text := plain(string(data))
	if o.Binary {
		text = "(binary) " + text
	}
	if len(o.Data) == 0 {
		text += "(empty message)"
	}
	return text
}

func activity(active bool) string {
	if active {
		return " during its turn"
	}
	return " without a turn"
}

// fields joins name and value pairs, leaving out those without a value.
func fields(pairs ...string) string {
	var parts []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		if pairs[i] != "" {
			parts = append(parts, pairs[i])
		}
		parts = append(parts, plain(pairs[i+1]))
	}
	return strings.Join(parts, " ")
}

// ended says how a socket ended.
func ended(o *trace.Observation) string {
	if o.Code == noCloseFrame {
		return fields("", "cuts the socket, without a close frame", "", quoted(o.Reason))
	}
	return fields("closes", number(o.Code), "", quoted(o.Reason))
}

// noCloseFrame is the code of a close that was none.
const noCloseFrame = -1

func number(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return fmt.Sprintf("%q", s)
}

// withoutNulls leaves out the members that say nothing, of which an event has
// many.
func withoutNulls(text []byte) string {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return string(text)
	}
	var short bytes.Buffer
	enc := json.NewEncoder(&short)
	enc.SetEscapeHTML(false)
	if enc.Encode(dropNulls(v)) != nil {
		return string(text)
	}
	return strings.TrimSpace(short.String())
}

func dropNulls(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	for name, member := range m {
		if member == nil {
			delete(m, name)
			continue
		}
		m[name] = dropNulls(member)
	}
	return m
}
