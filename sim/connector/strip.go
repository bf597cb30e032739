package connector

import (
	"bytes"
	"strings"

	"github.com/relaysim/relaysim/sim/trace"
)

// redacted stands where a credential was inside a longer text.
const redacted = "[redacted]"

// strip returns a JSON value without members named token at any depth, and with
// the token's value cut out of whatever text holds it, so that no trace of it is
// forwarded (FU-4). All else keeps its order and its bytes, but for what is
// nested deeper than maxNesting, which becomes null.
func strip(value []byte, token string) []byte {
	return appendStripped(make([]byte, 0, len(value)), value, token, 0)
}

// maxNesting is far beyond Discord's own: each level is scanned once for every
// level around it, which took seconds for a hostile body.
const maxNesting = 64

func appendStripped(b, value []byte, token string, depth int) []byte {
	value = bytes.TrimSpace(value)
	switch {
	case len(value) == 0:
		return b
	case depth > maxNesting:
		return append(b, "null"...)
	case value[0] == '{':
		first := true
		b = append(b, '{')
		trace.Members(value, func(key, member []byte) {
			if string(key) == "token" {
				return
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = append(appendText(b, cutToken(string(key), token)), ':')
			b = appendStripped(b, member, token, depth+1)
		})
		return append(b, '}')
	case value[0] == '[':
		first := true
		b = append(b, '[')
		trace.Elements(value, func(element []byte) {
			if !first {
				b = append(b, ',')
			}
			first = false
			b = appendStripped(b, element, token, depth+1)
		})
		return append(b, ']')
	case value[0] == '"':
		if s, _ := trace.Text(value); token != "" && strings.Contains(s, token) {
			return appendText(b, cutToken(s, token))
		}
	}
	return append(b, value...)
}

func cutToken(s, token string) string {
	if token == "" {
		return s
	}
	return strings.ReplaceAll(s, token, redacted)
}
