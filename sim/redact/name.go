package redact

import "bytes"

// matchName takes the value that a name is given in text: token=…, "token":"…",
// also where quotes are escaped, Cookie: …, --token …, <token>…</token>. In
// whole JSON the walk does that.
func (c *cutter) matchName(b []byte, end int) (match, bool) {
	end = endOfName(b, end)
	if end < 0 {
		return match{}, false
	}
	start := end
	for start > 0 && class[b[start-1]]&isName != 0 {
		start--
	}
	if start > 0 && start < end && b[start-1] == '\\' {
		start++ // the n of an escape is not the name's
	}
	after := skip(b, end, '\\')
	quoted := after < len(b) && (b[after] == '"' || b[after] == '\'')
	if quoted {
		after++
		if open := bytes.LastIndexByte(b[max(0, end-maxName):start], b[after-1]); open >= 0 {
			start = max(0, end-maxName) + open + 1
		}
	}
	kind, many := c.names.kind(b[start:end])
	if kind == "" {
		return match{}, false
	}
	after = skip(b, skip(b, after, ' '), '\t')
	bare := until(b, start, isName) == end
	switch {
	case after == len(b):
		return match{structure: true}, quoted && bare
	case after == end && b[after] == '>':
		to := after + 1
		for to < len(b) && b[to] != '<' {
			to++
		}
		return match{from: after + 1, to: to, kind: kind}, to > after+1 // <token>…</token>
	case bytes.HasPrefix(b[start:], []byte("--")) && after > end && !quoted:
		to := endOfBare(b, after)
		return match{from: after, to: to, kind: kind}, to > after // --token …
	case b[after] == ':' || b[after] == '=':
		return c.matchValue(b, after+1, kind, quoted, many, isHeader(b[start:end]))
	case quoted && (b[after] == ',' || b[after] == ']' || b[after] == '}' || b[after] <= ' '):
		return match{structure: true}, bare
	}
	return match{}, false
}

// endOfName is where the name ends that has a keyword before end, with its
// plural and its number; -1 when the keyword is in the middle of it.
func endOfName(b []byte, end int) int {
	if end < len(b) && b[end]|0x20 == 's' {
		end++
	}
	for end < len(b) && ('0' <= b[end] && b[end] <= '9' || b[end] == '-' && end+1 < len(b) && '0' <= b[end+1] && b[end+1] <= '9') {
		end++
	}
	if end < len(b) && class[b[end]]&isName != 0 {
		return -1
	}
	return end
}

// matchValue takes the value that begins after i.
func (c *cutter) matchValue(b []byte, i int, kind Kind, quoted, many, header bool) (match, bool) {
	sign := b[i-1]
	for i < len(b) && b[i] <= ' ' {
		i++
	}
	open := skip(b, i, '\\')
	if open < len(b) && (b[open] == '"' || b[open] == '\'') {
		to := closing(b, open, open-i)
		return match{from: open + 1, to: to, kind: kind}, to > open+1
	}
	if i < len(b) && (b[i] == '{' || b[i] == '[') {
		return match{structure: true}, true
	}
	to := endOfBare(b, i)
	if header && !quoted && sign == ':' {
		to = i
		for to < len(b) && b[to] != '\r' && b[to] != '\n' && b[to] != '"' {
			to++
		}
		return match{from: i, to: to, kind: kind}, to > i
	}
	value := b[i:to]
	switch string(value) {
	case "", "null", "true", "false":
		return match{}, false
	}
	if many && len(bytes.Trim(value, "0123456789.")) == 0 {
		return match{}, false
	}
	// A sentence may say "the token: none", but a password is a word as well.
	prose := sign == ':' && !quoted && kind != Password && kind != Code && len(value) < 12 && isWords(value)
	return match{from: i, to: to, kind: kind}, !prose
}

// closing is where the quoted text ends that opens at i behind so many
// backslashes.
func closing(b []byte, i, slashes int) int {
	n := 0
	for j := i + 1; j < len(b); j++ {
		switch {
		case b[j] == '\\':
			n++
			continue
		case b[j] == b[i] && (slashes > 0 && n == slashes || slashes == 0 && n%2 == 0):
			return j - n*min(1, slashes)
		}
		n = 0
	}
	return len(b)
}

// endOfBare is where a value without quotes ends.
func endOfBare(b []byte, i int) int {
	for i < len(b) && ' ' < b[i] && b[i] < notUTF8 && bytes.IndexByte([]byte("\"'`<>(){}[],;&|\\#"), b[i]) < 0 {
		i++
	}
	return i
}
