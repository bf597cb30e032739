package connector

import "strings"

// redacted stands where a credential was inside a longer text.
const redacted = "[redacted]"

// strip returns a JSON value without members named token at any depth, and with
// the token's value cut out of whatever text holds it, so that no trace of it is
// forwarded (FU-4). All else keeps its order and its bytes.
func strip(value []byte, token string) []byte {
	return appendStripped(make([]byte, 0, len(value)), value, token)
}

func appendStripped(b, value []byte, token string) []byte {
	value = value[skipSpace(value, 0):]
	switch {
	case len(value) == 0:
		return b
	case value[0] == '{':
		first := true
		b = append(b, '{')
		eachMember(value, func(key string, member []byte) {
			if key == "token" {
				return
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = append(appendText(b, cutToken(key, token)), ':')
			b = appendStripped(b, member, token)
		})
		return append(b, '}')
	case value[0] == '[':
		first := true
		b = append(b, '[')
		eachElement(value, func(element []byte) {
			if !first {
				b = append(b, ',')
			}
			first = false
			b = appendStripped(b, element, token)
		})
		return append(b, ']')
	case value[0] == '"':
		if s, _ := text(value); token != "" && strings.Contains(s, token) {
			return appendText(b, cutToken(s, token))
		}
	}
	return append(b, value[:valueEnd(value, 0)]...)
}

func cutToken(s, token string) string {
	if token == "" {
		return s
	}
	return strings.ReplaceAll(s, token, redacted)
}
