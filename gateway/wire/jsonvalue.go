package wire

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// unquoted returns what the valid JSON string val stands for. It aliases val
// when there is nothing to unescape.
func unquoted(val []byte) []byte {
	val = val[1 : len(val)-1]
	i := bytes.IndexByte(val, '\\')
	if i < 0 {
		return val
	}
	out := append(make([]byte, 0, len(val)), val[:i]...)
	for i < len(val) {
		if val[i] != '\\' {
			out = append(out, val[i])
			i++
			continue
		}
		c := val[i+1]
		i += 2
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r := hex4(val[i:])
			i += 4
			if utf16.IsSurrogate(r) {
				pair := utf8.RuneError // a lone surrogate is no character
				if i+6 <= len(val) && val[i] == '\\' && val[i+1] == 'u' {
					pair = utf16.DecodeRune(r, hex4(val[i+2:]))
				}
				if r = pair; pair != utf8.RuneError {
					i += 6
				}
			}
			out = utf8.AppendRune(out, r)
			continue
		}
		out = append(out, c)
	}
	return out
}

// stringOf returns the text of a string, or of a number where a string
// belongs. Everything else is absent: "". The number 0 is no id, so it is
// absent too (FR-6, IN-5).
func stringOf(val []byte) string {
	switch {
	case len(val) == 0:
		return ""
	case val[0] == '"':
		return string(unquoted(val))
	case isNumber(val):
		if f, err := strconv.ParseFloat(string(val), 64); err == nil && f == 0 {
			return ""
		}
		return string(val)
	}
	return ""
}

func isNumber(val []byte) bool {
	return len(val) > 0 && (val[0] == '-' || '0' <= val[0] && val[0] <= '9')
}

func isTrue(val []byte) bool { return string(val) == "true" }

func isNull(val []byte) bool { return len(val) == 0 || string(val) == "null" }

// isEmpty says that val carries nothing: absent, null, false, 0, "", [] or {}.
func isEmpty(val []byte) bool {
	switch {
	case isNull(val), string(val) == "false":
		return true
	case isNumber(val):
		f, err := strconv.ParseFloat(string(val), 64)
		return err == nil && f == 0
	case val[0] == '"', val[0] == '[', val[0] == '{':
		return skipSpace(val, 1) == len(val)-1 && (val[0] != '"' || len(val) == 2)
	}
	return false
}
