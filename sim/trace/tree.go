package trace

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// Tree decodes JSON into what patterns are matched against: map[string]any,
// []any, string, json.Number, bool and nil. It is nil, false when raw is not
// one JSON value, whole and alone. As in encoding/json, the last of equal keys
// counts, and a string that is not UTF-8 has U+FFFD in it. It exists because
// every assertion needs it and encoding/json takes twice the memory.
func Tree(raw []byte) (any, bool) {
	s := scanner{b: raw}
	s.space()
	from := s.i
	if !s.value() || s.space() != 0 || s.i != len(raw) {
		return nil, false
	}
	b := builder{scanner: scanner{b: raw, i: from}, source: string(raw), utf8: utf8.Valid(raw)}
	return b.tree(), true
}

// builder builds what a scanner found to be JSON. Its strings share one copy of
// the text.
type builder struct {
	scanner
	source string
	utf8   bool
}

func (s *builder) tree() any {
	switch c := s.space(); c {
	case '"':
		return s.text()
	case '{':
		return s.fields()
	case '[':
		return s.items()
	case 't':
		s.i += len("true")
		return true
	case 'f':
		s.i += len("false")
		return false
	case 'n':
		s.i += len("null")
		return nil
	}
	from := s.i
	s.number()
	return json.Number(s.source[from:s.i])
}

func (s *builder) text() string {
	from := s.i
	s.str()
	quoted := s.source[from:s.i]
	if s.utf8 && strings.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	var text string
	_ = json.Unmarshal(s.b[from:s.i], &text) // it is a string: only its bytes are mended
	return text
}

func (s *builder) fields() map[string]any {
	fields := map[string]any{}
	s.i++
	for s.space() != '}' {
		key := s.text()
		s.space()
		s.i++ // the colon
		fields[key] = s.tree()
		if s.space() == ',' {
			s.i++
		}
	}
	s.i++
	return fields
}

func (s *builder) items() []any {
	items := []any{}
	s.i++
	for s.space() != ']' {
		items = append(items, s.tree())
		if s.space() == ',' {
			s.i++
		}
	}
	s.i++
	return items
}
