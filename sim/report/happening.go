package report

import (
	"fmt"

	"github.com/relaysim/relaysim/sim/trace"
)

// normalClose is the close code of an end in good order (RFC 6455 §7.4).
const normalClose = 1000

// happening is what an observation that is no message shows.
func happening(o *trace.Observation) move {
	switch o.Kind {
	case trace.Open:
		return move{from: gatewayLane, to: connectorLane, text: "opens " + fields("", o.Path, "auth", o.Auth, "as", o.AuthenticatedAs, "status", number(o.Code), "", quoted(o.Reason))}
	case trace.Close:
		return closing(o)
	case trace.Routed:
		text := textOf(o.Event.JSON(), "text")
		return move{from: gatewayLane, to: agentLane, text: fmt.Sprintf("turn of %s: %s", plain(o.SessionKey), clipped(text))}
	case trace.Agent:
		return calling(o)
	case trace.Interrupted:
		m := move{from: gatewayLane, to: gatewayLane, mood: alert, text: "interrupt of " + plain(o.SessionKey) + activity(o.ActiveTurn)}
		if o.ActiveTurn {
			m.to = agentLane
		}
		return m
	case trace.State:
		return move{from: gatewayLane, to: gatewayLane, text: "is " + fields("", o.State, "", quoted(o.Reason))}
	case trace.Answer:
		return move{from: connectorLane, to: userLane, text: "edge answers " + fields("", number(o.Code), "to", o.Path)}
	case trace.Buffered:
		return move{from: connectorLane, to: connectorLane, text: "keeps for later: " + kept(o.Data)}
	case trace.Wake:
		return move{from: connectorLane, to: gatewayLane, text: "wakes " + fields("", o.Call, "", o.Path)}
	case trace.Note:
		return move{from: connectorLane, to: connectorLane, mood: alert, text: plain(o.Reason)}
	}
	return move{from: gatewayLane, to: gatewayLane, text: plain(string(o.Kind))}
}

func closing(o *trace.Observation) move {
	m := move{from: gatewayLane, to: connectorLane, text: ended(o)}
	if o.From == trace.Connector {
		m.from, m.to = m.to, m.from
	}
	if o.Code != normalClose {
		m.mood = bad
	}
	return m
}

// calling is a call of the agent's that has ended, or the end of its turn.
func calling(o *trace.Observation) move {
	m := move{from: agentLane, to: gatewayLane}
	args, result := o.Args.JSON(), o.Result.JSON()
	switch o.Call {
	case "return":
		m.text = "replies " + clipped(textOf(args, "text"))
		if textOf(args, "text") == "" {
			m.text = "ends its turn"
		}
		return m
	case "raise":
		m.mood, m.text = bad, "fails: "+clipped(textOf(args, "text"))
		return m
	}
	m.text = plain(o.Call)
	for _, name := range []string{"chat_id", "session_key", "message_id", "kind"} {
		if s := textOf(args, name); s != "" {
			m.text += " " + plain(s)
		}
	}
	if s := textOf(args, "content"); s != "" {
		m.text += " " + clipped(s)
	}
	if outcome, failed := outcomeOf(result); outcome != "" {
		m.text += " = " + outcome
		if failed {
			m.mood = bad
		}
	}
	return m
}

// outcomeOf is a result in a word or two.
func outcomeOf(result []byte) (text string, failed bool) {
	if string(result) == "null" || len(result) == 0 {
		return "", false
	}
	if !trace.Members(result, nil) {
		return plain(string(result)), false
	}
	info := result
	if nested := trace.Field(result, "chat_info"); nested != nil {
		info = nested
	}
	switch {
	case textOf(result, "raises") != "":
		return "raises " + plain(textOf(result, "raises")), true
	case string(trace.Field(result, "success")) == "false":
		return "refused: " + plain(textOf(result, "error")), true
	case textOf(result, "message_id") != "":
		return "ok " + plain(textOf(result, "message_id")), false
	case textOf(info, "name") != "":
		return fmt.Sprintf("%s (%s)", plain(textOf(info, "name")), plain(textOf(info, "type"))), false
	}
	return "ok", false
}

// textOf is a member of a JSON object that is text, else "".
func textOf(raw []byte, path ...string) string {
	s, _ := trace.Text(trace.Field(raw, path...))
	return s
}

// maxSaid bounds what is shown of a text that somebody said, in characters.
const maxSaid = 100

// clipped is a text in quotes, its middle left out where it is long.
func clipped(s string) string {
	return `"` + shorten(escape(cutSecrets(s)), maxSaid) + `"`
}
