package compare

import (
	"encoding/base64"
	"maps"
	"strings"
	"unicode/utf8"

	"github.com/relaysim/relaysim/sim/trace"
)

// scopeKeys is where each revision keeps a scope (IN-4).
var scopeKeys = map[string]string{"2026-06": "guild_id", "2026-08": "scope_id"}

// frameKey is what makes two frames comparable: their type, and what they are
// about.
func frameKey(f trace.FrameLine) string {
	key := []string{f.Type()}
	add := func(path ...string) {
		if s, ok := trace.Text(f.Field(path...)); ok && s != "" {
			key = append(key, s)
		}
	}
	switch f.Type() {
	case "":
		return "frame without a type"
	case "hello":
		add("platform")
	case "descriptor":
		add("descriptor", "platform")
	case "outbound":
		add("action", "op")
		add("action", "chat_id")
		add("action", "session_key")
	case "inbound":
		add("event", "source", "chat_id")
		add("event", "source", "user_id")
	case "passthrough_forward":
		add("forward", "platform")
		add("forward", "path")
	case "interrupt", "interrupt_inbound":
		add("session_key")
	}
	return strings.Join(key, " ")
}

// withBody shows what is in a forward's base64.
func withBody(frame any) any {
	fields, _ := frame.(map[string]any)
	forward, ok := fields["forward"].(map[string]any)
	text, isText := forward["bodyB64"].(string)
	body, err := base64.StdEncoding.DecodeString(text)
	if !ok || !isText || err != nil {
		return frame
	}
	tree, isJSON := trace.Tree(body)
	switch {
	case isJSON:
	case utf8.Valid(body): // such as a form
		tree = string(body)
	default:
		return frame
	}
	fields, forward = maps.Clone(fields), maps.Clone(forward)
	delete(forward, "bodyB64")
	forward["body"] = tree
	fields["forward"] = forward
	return fields
}

// withScope is the recording with each scope under one name, whatever its
// revision calls it, so that two revisions can be compared.
func (r *Recording) withScope() *Recording {
	c := *r
	c.lanes = map[string][]*Item{}
	for lane, items := range r.lanes {
		for _, i := range items {
			j := *i
			j.tree = func() any { return renamed(i.tree(), scopeKeys[r.Revision]) }
			j.mask = masked(j.tree(), j.loose)
			c.lanes[lane] = append(c.lanes[lane], &j)
		}
	}
	return &c
}

// renamed calls the member key scope, and leaves out the other revision's. An
// interaction is Discord's, not the contract's, and keeps its names.
func renamed(v any, key string) any {
	switch v := v.(type) {
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = renamed(v[i], key)
		}
		return list
	case map[string]any:
		fields := map[string]any{}
		for name, member := range v {
			switch {
			case name == key:
				fields["scope"] = member
			case name == "guild_id" || name == "scope_id":
			case name == "body":
				fields[name] = member
			default:
				fields[name] = renamed(member, key)
			}
		}
		return fields
	}
	return v
}
