package trace

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep JSON may nest, the same as in encoding/json.
const maxDepth = 10000

// scanner walks JSON text without building anything. It is as strict as
// encoding/json: TestScannerAgreesWithEncodingJSON holds it to that.
type scanner struct {
	b     []byte
	i     int
	depth int
}

// space skips white space and returns the byte after it, or 0 at the end. A
// NUL in the text reads as 0 too, and starts no value either.
func (s *scanner) space() byte {
	for s.i < len(s.b) {
		switch c := s.b[s.i]; c {
		case ' ', '\t', '\r', '\n':
			s.i++
		default:
			return c
		}
	}
	return 0
}

// value skips one value and says whether it was one.
func (s *scanner) value() bool {
	switch c := s.space(); {
	case c == '"':
		return s.str()
	case c == '{':
		return s.object(nil)
	case c == '[':
		return s.array(nil)
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	}
	return false
}

func (s *scanner) word(w string) bool {
	if len(s.b)-s.i < len(w) || string(s.b[s.i:s.i+len(w)]) != w {
		return false
	}
	s.i += len(w)
	return true
}

func (s *scanner) str() bool {
	for s.i++; s.i < len(s.b); s.i++ {
		switch c := s.b[s.i]; {
		case c == '"':
			s.i++
			return true
		case c == '\\':
			if !s.escape() {
				return false
			}
		case c < ' ':
			return false
		}
	}
	return false
}

// escape leaves s.i on the last byte of the escape.
func (s *scanner) escape() bool {
	s.i++
	if s.i >= len(s.b) {
		return false
	}
	if s.b[s.i] != 'u' {
		return strings.IndexByte(`"\/bfnrt`, s.b[s.i]) >= 0
	}
	for range 4 {
		s.i++
		if s.i >= len(s.b) || !hex(s.b[s.i]) {
			return false
		}
	}
	return true
}

func hex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func (s *scanner) digits() bool {
	from := s.i
	for s.i < len(s.b) && '0' <= s.b[s.i] && s.b[s.i] <= '9' {
		s.i++
	}
	return s.i > from
}

// at takes c when it is next.
func (s *scanner) at(c byte) bool {
	if s.i < len(s.b) && s.b[s.i] == c {
		s.i++
		return true
	}
	return false
}

func (s *scanner) number() bool {
	s.at('-')
	if !s.at('0') && !s.digits() {
		return false
	}
	if s.at('.') && !s.digits() {
		return false
	}
	if s.at('e') || s.at('E') {
		_ = s.at('+') || s.at('-')
		return s.digits()
	}
	return true
}

// array skips a list and calls visit, when there is one, for each element.
func (s *scanner) array(visit func(value []byte)) bool {
	if s.depth++; s.depth > maxDepth {
		return false
	}
	s.i++
	if s.space() == ']' {
		s.i++
		s.depth--
		return true
	}
	for {
		s.space()
		from := s.i
		if !s.value() {
			return false
		}
		if visit != nil {
			visit(s.b[from:s.i:s.i])
		}
		switch s.space() {
		case ',':
			s.i++
		case ']':
			s.i++
			s.depth--
			return true
		default:
			return false
		}
	}
}

// object skips an object and calls visit, when there is one, for each member.
func (s *scanner) object(visit func(key, value []byte)) bool {
	if s.depth++; s.depth > maxDepth {
		return false
	}
	s.i++
	if s.space() == '}' {
		s.i++
		s.depth--
		return true
	}
	for s.space() == '"' {
		from := s.i
		if !s.str() {
			return false
		}
		key := unquoted(s.b[from:s.i])
		if s.space() != ':' {
			return false
		}
		s.i++
		s.space()
		from = s.i
		if !s.value() {
			return false
		}
		if visit != nil {
			visit(key, s.b[from:s.i:s.i])
		}
		switch s.space() {
		case ',':
			s.i++
		case '}':
			s.i++
			s.depth--
			return true
		default:
			return false
		}
	}
	return false
}

// Members calls visit for each member of a JSON object, in its order, and says
// whether raw is one, whole and alone, in valid UTF-8 (FR-2, FR-3). What visit
// gets shares raw's memory. If raw is no object, visit may still have been
// called for its beginning.
func Members(raw []byte, visit func(key, value []byte)) bool {
	s := scanner{b: raw}
	return s.space() == '{' && s.object(visit) && s.space() == 0 && s.i == len(raw) && utf8.Valid(raw)
}

// Elements does for a JSON list what Members does for an object.
func Elements(raw []byte, visit func(value []byte)) bool {
	s := scanner{b: raw}
	return s.space() == '[' && s.array(visit) && s.space() == 0 && s.i == len(raw) && utf8.Valid(raw)
}

// unquoted is the text of a quoted JSON key.
func unquoted(key []byte) []byte {
	if bytes.IndexByte(key, '\\') < 0 {
		return key[1 : len(key)-1]
	}
	s, _ := Text(key)
	return []byte(s)
}

// Field finds a member of a JSON object by its path, without decoding the rest.
// It is nil when there is none or something on the way is no object. As in
// encoding/json, the last of equal keys counts.
func Field(raw []byte, path ...string) json.RawMessage {
	for _, name := range path {
		var found []byte
		s := scanner{b: raw}
		if s.space() != '{' {
			return nil
		}
		s.object(func(key, value []byte) {
			if string(key) == name {
				found = value
			}
		})
		if found == nil {
			return nil
		}
		raw = found
	}
	return raw
}

// Text decodes a JSON string. ok is false when raw is something else.
func Text(raw []byte) (s string, ok bool) {
	if len(raw) < 2 || raw[0] != '"' {
		return "", false
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1]), true
	}
	ok = json.Unmarshal(raw, &s) == nil
	return s, ok
}
