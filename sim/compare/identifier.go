package compare

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"
)

// class is a kind of identifier. Each has a space of its own.
type class string

// classes are the fields that hold identifiers which differ in every run, by name
// or by path. A Discord interaction's id is that of its event's message (DI-1).
var classes = map[string]class{
	"requestId":               "request",
	"message_id":              "message",
	"reply_to":                "message",
	"reply_to_message_id":     "message",
	"prompt_message_id":       "message",
	"forward.body.id":         "message",
	"forward.body.message.id": "message",
	"bufferId":                "buffer",
	"prompt_id":               "prompt",
}

// classOf is that of the field at a path; "" where it is no identifier.
func classOf(path string) class {
	if c := classes[path]; c != "" {
		return c
	}
	return classes[path[strings.LastIndexByte(path, '.')+1:]]
}

// under is the path of a member.
func under(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// bindings say which identifier of one recording stands for which of the other.
type bindings struct{ toB, toA map[bound]string }

type bound struct {
	class class
	id    string
}

func newBindings() *bindings {
	return &bindings{toB: map[bound]string{}, toA: map[bound]string{}}
}

// bind says whether two identifiers stand for the same: the first time they
// meet, each is bound to the other. why is which other one was meant.
func (s *bindings) bind(c class, a, b string) (why string, ok bool) {
	other, known := s.toB[bound{c, a}]
	back, knownBack := s.toA[bound{c, b}]
	switch {
	case known && other != b:
		return fmt.Sprintf("the %s that was %s before", c, text(other)), false
	case knownBack && back != a:
		return fmt.Sprintf("the %s that is %s in the first", c, text(back)), false
	}
	s.toB[bound{c, a}], s.toA[bound{c, b}] = b, a
	return "", true
}

// masked is a hash of a tree in which each identifier is replaced by its kind.
// It only says which items are best paired.
func masked(v any, loose bool) uint64 {
	h := fnv.New64a()
	_ = json.NewEncoder(h).Encode(mask("", v, loose)) // a hash takes every write, and a tree encodes
	return h.Sum64()
}

func mask(path string, v any, loose bool) any {
	switch v := v.(type) {
	case string:
		if c := classOf(path); c != "" {
			return "(" + string(c) + ")"
		}
		return blank(v)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = mask(path+"[]", v[i], loose)
		}
		return list
	case map[string]any:
		fields := map[string]any{}
		for k := range v {
			if !loose || !gone(v[k]) {
				fields[k] = mask(under(path, k), v[k], loose)
			}
		}
		return fields
	}
	return v
}
