package report

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/relaysim/relaysim/sim/trace"
)

// request is what was asked, for the line of its result.
type request struct{ op, content string }

// frame says in short what a frame means, and what a user would see of it.
func (t *Timeline) frame(o *trace.Observation, f trace.FrameLine, m *move) {
	if !f.Valid() {
		m.mood, m.text = alert, "no frame: "+clipped(string(f.Line))
		return
	}
	line := f.Line
	if side := sender(f.Type()); side != "" && side != o.From {
		m.mood, m.text = alert, fmt.Sprintf("a frame of the %s's own: %s", side, plain(string(line)))
		return
	}
	switch typ := f.Type(); typ {
	case "hello":
		m.text = "hello " + fields("", textOf(line, "platform"), "", textOf(line, "botId"))
	case "descriptor":
		d := f.Field("descriptor")
		m.text = "descriptor " + fields("", textOf(d, "platform"), "", string(trace.Field(d, "max_message_length")), "", textOf(d, "len_unit"))
	case "outbound":
		t.outbound(o, f, m)
	case "outbound_result":
		t.result(o, f, m)
	case "inbound":
		m.from, m.text = userLane, inbound(f.Field("event"))+buffered(line)
	case "passthrough_forward":
		m.from, m.text = userLane, forwarded(f.Field("forward"))+buffered(line)
	case "interrupt", "interrupt_inbound":
		m.mood, m.text = alert, "interrupts "+fields("", textOf(line, "session_key"), "", quoted(textOf(line, "reason")))
	case "inbound_ack":
		m.text = "ack " + plain(textOf(line, "bufferId"))
	case "going_idle", "going_idle_ack":
		m.text = strings.ReplaceAll(typ, "_", " ")
	default:
		m.mood, m.text = alert, "unknown frame: "+plain(string(line))
	}
}

// sender is the half that sends frames of this type (FR-5); "" where the type
// is not one of the contract's.
func sender(typ string) trace.Side {
	switch typ {
	case "hello", "outbound", "interrupt", "going_idle", "inbound_ack":
		return trace.Gateway
	case "descriptor", "inbound", "outbound_result", "interrupt_inbound", "passthrough_forward", "going_idle_ack":
		return trace.Connector
	}
	return ""
}

// kept is what a user did that waits for a gateway.
func kept(message []byte) string {
	switch f := trace.NewFrame(bytes.TrimRight(message, "\r\n")); f.Type() {
	case "inbound":
		return inbound(f.Field("event")) + buffered(f.Line)
	case "passthrough_forward":
		return forwarded(f.Field("forward")) + buffered(f.Line)
	}
	return clipped(string(message))
}

func buffered(line []byte) string {
	if id := textOf(line, "bufferId"); id != "" {
		return " (buffered as " + plain(id) + ")"
	}
	return ""
}

// outbound is a request, which is remembered until its result comes.
func (t *Timeline) outbound(o *trace.Observation, f trace.FrameLine, m *move) {
	action := f.Field("action")
	op, content := textOf(action, "op"), textOf(action, "content")
	m.text = plain(op)
	for _, name := range []string{"chat_id", "session_key", "message_id", "emoji", "thread_name"} {
		if s := textOf(action, name); s != "" {
			m.text += " " + plain(s)
		}
	}
	if content != "" {
		m.text += " " + clipped(content)
	}
	if len(t.asked) < maxAsked {
		t.asked[asking{o.Conn, f.RequestID()}] = request{op, content}
	}
}

// result is the answer to a request. What it says has succeeded is what the
// user sees.
func (t *Timeline) result(o *trace.Observation, f trace.FrameLine, m *move) {
	key := asking{o.Conn, f.RequestID()}
	asked, known := t.asked[key]
	delete(t.asked, key)
	text, failed := outcomeOf(f.Field("result"))
	m.text = text
	if asked.op != "" {
		m.text = plain(asked.op) + ": " + text
	}
	switch {
	case failed:
		m.mood = bad
	case !known:
		m.mood, m.text = alert, m.text+" (for a request that does not wait)"
	case asked.visible():
		m.sees, m.mood = true, good
		m.text += ", the user sees " + clipped(asked.content)
	}
}

// visible: a success of this op shows its text to a user.
func (r request) visible() bool {
	switch r.op {
	case "send", "edit", "follow_up", "send_media", "prompt":
		return true
	}
	return false
}

// inbound is what a user wrote, with who and where.
func inbound(event []byte) string {
	source := trace.Field(event, "source")
	who := textOf(source, "user_name")
	if who == "" {
		who = textOf(source, "user_id")
	}
	if who == "" {
		who = "somebody"
	}
	text := plain(who)
	if chat := textOf(source, "chat_id"); chat != "" {
		text += " in " + plain(chat)
	}
	if typ := textOf(event, "message_type"); typ != "" && typ != "text" {
		text += " (" + plain(typ) + ")"
	}
	return text + ": " + clipped(textOf(event, "text"))
}

// Discord's interaction types.
const (
	interactionCommand      = "2"
	interactionComponent    = "3"
	interactionAutocomplete = "4"
	interactionModal        = "5"
)

// forwarded is what a provider posted. An interaction says what was done.
func forwarded(forward []byte) string {
	where := fields("", textOf(forward, "platform"), "", textOf(forward, "method"), "", textOf(forward, "path"))
	body, err := base64.StdEncoding.DecodeString(textOf(forward, "bodyB64"))
	if err != nil || textOf(forward, "platform") != "discord" || !trace.Members(body, nil) {
		return "forward " + where
	}
	who := textOf(body, "member", "user", "username")
	if who == "" {
		who = textOf(body, "user", "username")
	}
	data := trace.Field(body, "data")
	switch string(trace.Field(body, "type")) {
	case interactionCommand:
		return fmt.Sprintf("%s: /%s", plain(who), plain(textOf(data, "name")))
	case interactionComponent:
		return fmt.Sprintf("%s presses %s", plain(who), clipped(textOf(data, "custom_id")))
	case interactionAutocomplete:
		return fmt.Sprintf("%s types /%s", plain(who), plain(textOf(data, "name")))
	case interactionModal:
		return fmt.Sprintf("%s submits %s", plain(who), clipped(textOf(data, "custom_id")))
	}
	return "forward " + where
}
