package wire

import (
	"encoding/base64"
	"errors"
	"slices"
	"unicode/utf8"
)

// Forward is a provider's HTTP request as the connector passed it on (PT-1).
type Forward struct {
	Platform, BotID string
	Method, Path    string
	Headers         [][2]string // order and duplicates kept (PT-3)
	Body            []byte      // the exact bytes; empty when malformed (PT-2)
	Profile         string      // "" = absent
}

// DecodeForward decodes a passthrough_forward frame's forward; one that is
// absent (nil) is empty. Anything but an object is an error (PT-6).
func DecodeForward(raw []byte) (*Forward, error) {
	f := &Forward{}
	ok := raw == nil || eachMember(raw, func(key, val []byte) {
		switch string(key) {
		case "platform":
			f.Platform = stringOf(val)
		case "botId":
			f.BotID = stringOf(val)
		case "method":
			f.Method = stringOf(val)
		case "path":
			f.Path = stringOf(val)
		case "profile":
			f.Profile = stringOf(val)
		case "headers":
			f.Headers = headersOf(val)
		case "bodyB64":
			f.Body = bodyOf(val)
		}
	})
	if !ok {
		return nil, errors.New("forward: not a JSON object (PT-6)")
	}
	return f, nil
}

// headersOf drops every entry that is not a pair of texts (PT-3).
func headersOf(raw []byte) [][2]string {
	var headers [][2]string
	eachElement(raw, func(entry []byte) {
		var pair [2]string
		n := 0
		eachElement(entry, func(val []byte) {
			if n < 2 && (val[0] == '"' || isNumber(val)) {
				pair[n] = stringOf(val)
				n++
				return
			}
			n = 3 // too many, or no text: no pair
		})
		if n == 2 {
			headers = append(headers, pair)
		}
	})
	return headers
}

// bodyOf decodes base64 the way that mail readers do: what is not of the
// alphabet is skipped, and the padding ends the data. Connectors wrap lines.
// Data of a wrong length, or text that is not ASCII, is an empty body (PT-2).
func bodyOf(val []byte) []byte {
	if len(val) == 0 || val[0] != '"' {
		return nil
	}
	text := unquoted(val)
	if slices.ContainsFunc(text, func(c byte) bool { return c >= utf8.RuneSelf }) {
		return nil
	}
	var data []byte
	pads := 0
	for _, c := range text {
		switch {
		case c == '=':
			pads++
			if quad := len(data) % 4; quad >= 2 && quad+pads >= 4 {
				return decoded(data)
			}
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '+', c == '/':
			data = append(data, c)
			pads = 0
		}
	}
	if len(data)%4 != 0 {
		return nil // the padding is missing
	}
	return decoded(data)
}

func decoded(data []byte) []byte {
	n, err := base64.RawStdEncoding.Decode(data, data)
	if err != nil {
		return nil
	}
	return data[:n]
}
