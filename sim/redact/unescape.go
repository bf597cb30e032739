package redact

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// unescapeJSON undoes the escapes of JSON strings. What is no escape stays.
func unescapeJSON(b []byte) decoded {
	if !contains(b, '\\') {
		return decoded{text: b, end: len(b)}
	}
	d := decoded{text: make([]byte, 0, len(b)), at: make([]int32, 0, len(b)), end: len(b)}
	for i := 0; i < len(b); {
		if b[i] != '\\' || i+1 == len(b) {
			d.add(i, b[i])
			i++
			continue
		}
		if b[i+1] == 'u' {
			if r, size := escapedRune(b[i:]); size > 0 {
				d.add(i, utf8.AppendRune(nil, r)...)
				i += size
				continue
			}
		}
		if j := bytes.IndexByte([]byte(`"\/bfnrt`), b[i+1]); j >= 0 {
			d.add(i, "\"\\/\b\f\n\r\t"[j])
			i += 2
			continue
		}
		d.add(i, b[i])
		i++
	}
	return d
}

func (d *decoded) add(from int, text ...byte) {
	for range text {
		d.at = append(d.at, int32(from))
	}
	d.text = append(d.text, text...)
}

// escapedRune reads \uXXXX, two of them where they are a surrogate pair. Half a
// pair is U+FFFD, as in encoding/json. size is 0 when it is no such escape.
func escapedRune(b []byte) (r rune, size int) {
	r, ok := hex4(b)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if low, ok := hex4(b[6:]); ok {
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return utf8.RuneError, 6
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return rune(n), err == nil
}

// escapeJSON makes a replacement fit into a JSON string.
func escapeJSON(s string) string {
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' || s[i] < ' ' || s[i] >= utf8.RuneSelf {
			var b bytes.Buffer
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			_ = e.Encode(s) // a string always encodes
			return string(b.Bytes()[1 : b.Len()-2])
		}
	}
	return s
}

// unescapePercent undoes the escapes of URLs and forms. What is no escape
// stays, a plus too: in base64 it is no space.
func unescapePercent(b []byte) decoded {
	d := decoded{text: make([]byte, 0, len(b)), at: make([]int32, 0, len(b)), end: len(b)}
	for i := 0; i < len(b); {
		if isPercent(b, i) {
			d.add(i, unhex(b[i+1])<<4|unhex(b[i+2]))
			i += 3
			continue
		}
		d.add(i, b[i])
		i++
	}
	return d
}

// isPercent says whether a percent escape begins at i.
func isPercent(b []byte, i int) bool {
	return i+2 < len(b) && b[i] == '%' && class[b[i+1]]&isHex != 0 && class[b[i+2]]&isHex != 0
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&^0x20 - 'A' + 10
}

// escapePercent makes a replacement fit into a URL.
func escapePercent(s string) string {
	const upper = "0123456789ABCDEF"
	var b []byte
	for i := range len(s) {
		c := s[i]
		if class[c]&isName != 0 || c == '.' || c == '~' {
			b = append(b, c)
		} else {
			b = append(b, '%', upper[c>>4], upper[c&15])
		}
	}
	return string(b)
}

// What a byte can be part of.
const (
	isName   = 1 << iota // a word of a name: letters, digits, "_", "-"
	isBase64             // base64 of either alphabet, without padding
	isHex
	isToken // a token in text: RFC 6750 and what providers add to it
)

var class = classes()

func classes() (class [256]byte) {
	for c := range 256 {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		digit := '0' <= c && c <= '9'
		if letter || digit || c == '_' || c == '-' {
			class[c] |= isName | isBase64 | isToken
		}
		if c == '+' || c == '/' {
			class[c] |= isBase64 | isToken
		}
		if c == '.' || c == '~' || c == '=' || c == ':' {
			class[c] |= isToken
		}
		if digit || 'a' <= c|0x20 && c|0x20 <= 'f' {
			class[c] |= isHex
		}
	}
	return class
}
