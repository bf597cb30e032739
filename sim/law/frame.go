package law

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/relaysim/relaysim/sim/trace"
)

// frame is one frame, read once for all laws. Which parts are set is up to its
// type. It is reused: a law copies what it keeps.
type frame struct {
	line trace.FrameLine
	typ  string
	bad  bool     // from a connector: not as the contract has it, so it must be survived (FR-6)
	in   delivery // of inbound and passthrough_forward
	out  action   // of outbound
}

// delivery is what the connector hands to a gateway.
type delivery struct {
	bufferID string
	interact bool   // a Discord interaction, which becomes an event (PT-4)
	name     string // of the command, where it is one (DI-2)
	good     bool   // it must reach the agent
	command  bool   // it may be answered without a turn (TURN-3, PRM-5)
	place
	kind      string // message_type
	messageID string
	text      string
	scope     string
	user      string
}

// action is what a gateway asks for.
type action struct {
	id       string
	op       string
	platform string // the frame's
	chat     string
	session  string
	replyTo  string
	content  json.RawMessage
	scope    string // the metadata's
	user     string
}

func (f *frame) read(line trace.FrameLine, revision string) {
	*f = frame{line: line, typ: line.Type()}
	switch f.typ {
	case "outbound":
		f.outbound(revision)
	case "inbound":
		f.inbound(revision)
	case "passthrough_forward":
		f.forward()
	case "outbound_result":
		f.bad = !isObject(line.Field("result"))
	case "interrupt_inbound":
		_, ok := trace.Text(line.Field("session_key"))
		f.bad = !ok
	case "descriptor":
		f.bad = !isObject(line.Field("descriptor"))
	case "going_idle_ack":
	default: // not JSON, no object, or a type that a gateway does not know (FR-3, FR-4)
		f.bad = true
	}
}

// scopeKey is where a revision keeps the scope (IN-4, SC-1). A connector that
// serves both writes both, so either will do where the revision is not known.
func scopeKey(revision string) string {
	if revision == "2026-06" {
		return "guild_id"
	}
	return "scope_id"
}

func (f *frame) outbound(revision string) {
	a := &f.out
	scope := scopeKey(revision)
	var fields []byte
	trace.Members(f.line.Line, func(key, value []byte) {
		switch string(key) {
		case "requestId":
			a.id, _ = trace.Text(value)
		case "platform":
			a.platform, _ = trace.Text(value)
		case "action":
			fields = value
		}
	})
	trace.Members(fields, func(key, value []byte) {
		switch string(key) {
		case "op":
			a.op, _ = trace.Text(value)
		case "chat_id":
			a.chat, _ = trace.Text(value)
		case "session_key":
			a.session, _ = trace.Text(value)
		case "reply_to":
			a.replyTo, _ = trace.Text(value)
		case "content":
			a.content = value
		case "metadata":
			trace.Members(value, func(key, value []byte) {
				switch string(key) {
				case scope:
					a.scope, _ = trace.Text(value)
				case "user_id":
					a.user, _ = trace.Text(value)
				}
			})
		}
	})
}

func (f *frame) inbound(revision string) {
	d := &f.in
	d.good = true
	hasText, hasSource := false, false
	scope := scopeKey(revision)
	ok := trace.Members(f.delivered("event"), func(key, value []byte) {
		switch string(key) {
		case "text":
			d.text, hasText = trace.Text(value)
		case "message_id":
			d.messageID = d.string(value)
		case "message_type":
			d.kind = d.string(value)
			d.command = d.command || d.kind == "command"
		case "prompt_response":
			d.command = true // consumed by its prompt (PRM-5)
		case "source":
			hasSource = trace.Members(value, func(key, value []byte) { d.source(string(key), value, scope) })
		}
	})
	d.good = d.good && ok && hasText && hasSource && d.chat != ""
	f.bad = !d.good
	// (IN-9) "restart gateway" is a command in a DM.
	d.command = d.command || strings.HasPrefix(d.text, "/") || strings.Contains(strings.ToLower(d.text), "restart")
}

// delivered returns what a delivery carries under name, and reads its bufferId.
func (f *frame) delivered(name string) []byte {
	var what []byte
	trace.Members(f.line.Line, func(key, value []byte) {
		switch string(key) {
		case "bufferId":
			f.in.bufferID, _ = trace.Text(value)
		case name:
			what = value
		}
	})
	return what
}

func (d *delivery) source(key string, value []byte, scope string) {
	switch key {
	case "chat_id":
		d.chat = d.string(value)
	case "user_id":
		d.user = d.string(value)
	case scope:
		d.scope = d.string(value)
	case "platform":
		d.platform = d.string(value)
	case "profile":
		d.profile, _ = trace.Text(value)
	case "thread_id":
		d.thread = cmp.Or(d.string(value), d.thread)
	case "prospective_thread_id": // keys as that thread (SK-7)
		thread, _ := trace.Text(value)
		d.thread = cmp.Or(d.thread, thread)
	case "chat_type", "chat_name", "user_name", "chat_topic",
		"user_id_alt", "chat_id_alt", "scope_id", "guild_id", "parent_chat_id", "message_id":
		d.good = d.good && (value[0] == '"' || string(value) == "null")
	}
}

// string reads a field that is a string or null; anything else makes the
// delivery a bad one.
func (d *delivery) string(raw []byte) string {
	s, ok := trace.Text(raw)
	if !ok && string(raw) != "null" {
		d.good = false
	}
	return s
}

// forward reads a Discord interaction (DI-1). Other platforms' forwards are
// dropped (PT-5), so they are neither good nor bad.
func (f *frame) forward() {
	d := &f.in
	raw := f.delivered("forward")
	platform, ok := trace.Text(trace.Field(raw, "platform"))
	if ok && platform != "discord" {
		return
	}
	body, ok := forwardBody(raw)
	if !ok || !trace.Members(body, d.interaction) {
		f.bad = true
		return
	}
	d.interact = true
	var kind int
	if json.Unmarshal(trace.Field(body, "type"), &kind) != nil || d.chat == "" || d.messageID == "" {
		f.bad, d.good = true, false
		return
	}
	// 2 is a command, 3 a component; what a modal or an autocomplete says has
	// no text (DI-5), and a token of a prompt is consumed (DI-4).
	d.command = true
	d.good = kind == 2 || kind == 3
}

func (d *delivery) interaction(key, value []byte) {
	switch string(key) {
	case "id":
		d.messageID, _ = trace.Text(value)
	case "channel_id":
		d.chat, _ = trace.Text(value)
	case "guild_id":
		d.scope, _ = trace.Text(value)
	case "data":
		d.name, _ = trace.Text(trace.Field(value, "name"))
	case "member":
		if id, ok := trace.Text(trace.Field(value, "user", "id")); ok {
			d.user = id
		}
	case "user":
		if id, ok := trace.Text(trace.Field(value, "id")); ok && d.user == "" {
			d.user = id
		}
	}
}

// forwardBody is the body of a passthrough_forward's forward.
func forwardBody(forward json.RawMessage) ([]byte, bool) {
	text, ok := trace.Text(trace.Field(forward, "bodyB64"))
	if !ok {
		return nil, false
	}
	body, err := base64.StdEncoding.DecodeString(text)
	return body, err == nil
}

func isObject(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '{' }
