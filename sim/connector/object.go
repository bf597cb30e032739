package connector

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// isObject says whether a line is one JSON object in valid UTF-8 (FR-2, FR-3).
func isObject(line []byte) bool {
	line = bytes.TrimLeft(line, " \t\r\n")
	return len(line) > 0 && line[0] == '{' && utf8.Valid(line) && json.Valid(line)
}

// eachMember calls f with every key and value of obj in order, without
// decoding what nobody asks for: most of a frame is passed over. obj must be
// valid JSON; anything but an object has no members.
func eachMember(obj []byte, f func(key string, value []byte)) {
	i := skipSpace(obj, 0)
	if i == len(obj) || obj[i] != '{' {
		return
	}
	for i = skipSpace(obj, i+1); obj[i] != '}'; {
		end := valueEnd(obj, i)
		key, _ := text(obj[i:end])
		i = skipSpace(obj, skipSpace(obj, end)+1) // past the colon
		end = valueEnd(obj, i)
		f(key, obj[i:end])
		if i = skipSpace(obj, end); obj[i] == ',' {
			i = skipSpace(obj, i+1)
		}
	}
}

// eachElement calls f with every element of a JSON list.
func eachElement(list []byte, f func(value []byte)) {
	for i := skipSpace(list, 1); list[i] != ']'; {
		end := valueEnd(list, i)
		f(list[i:end])
		if i = skipSpace(list, end); list[i] == ',' {
			i = skipSpace(list, i+1)
		}
	}
}

// text decodes a JSON string; anything else is not one.
func text(value []byte) (s string, ok bool) {
	if len(value) < 2 || value[0] != '"' {
		return "", false
	}
	if inner := value[1 : len(value)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return string(inner), true
	}
	ok = json.Unmarshal(value, &s) == nil
	return s, ok
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// valueEnd is the index after the value that begins at i.
func valueEnd(b []byte, i int) int {
	depth := 0
	for {
		switch b[i] {
		case '"':
			i = stringEnd(b, i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			depth--
			i++
		case ' ', '\t', '\n', '\r', ',', ':':
			i++
		default:
			i = scalarEnd(b, i)
		}
		if depth == 0 {
			return i
		}
	}
}

func stringEnd(b []byte, i int) int {
	for i++; b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// scalarEnd is the index after the number, true, false or null at i.
func scalarEnd(b []byte, i int) int {
	for i < len(b) {
		switch b[i] {
		case ' ', '\t', '\n', '\r', ',', '}', ']':
			return i
		}
		i++
	}
	return i
}
