package redact

import "bytes"

// label is a name in text that says that what comes after it is a secret.
type label struct {
	kind       Kind
	many       bool // it is a plural
	start, end int
	quoted     bool // as a member of JSON, perhaps with its quotes escaped
	header     bool // it begins a line and is one of HTTP
	after      int  // where what comes next stands
}

// matchName takes the value that a name is given in text: token=…, "token":"…",
// also where quotes are escaped, Cookie: …, --token …, <token>…</token>. In
// whole JSON the walk does that.
func (c *cutter) matchName(b []byte, end int) (match, bool) {
	n, ok := c.label(b, end)
	if !ok {
		return match{}, false
	}
	var next byte
	if n.after < len(b) {
		next = b[n.after]
	}
	bare := until(b, n.start, isName) == n.end
	switch {
	case next == ':' || next == '=':
		return n.value(b)
	case n.quoted:
		return match{structure: true}, bare && (next <= ' ' || next == ',' || next == ']' || next == '}')
	case n.after == n.end && next == '>': // <token>…</token>
		to := n.after + 1
		for to < len(b) && b[to] != '<' {
			to++
		}
		return match{from: n.after + 1, to: to, kind: n.kind}, to > n.after+1
	case n.after > n.end && bytes.HasPrefix(b[n.start:], []byte("--")): // --token …
		to := endOfBare(b, n.after)
		return match{from: n.after, to: to, kind: n.kind}, to > n.after
	}
	return n.said(b, n.after)
}

// label looks at the name that has a keyword before end.
func (c *cutter) label(b []byte, end int) (label, bool) {
	n := label{end: endOfName(b, end)}
	if n.end < 0 {
		return n, false
	}
	n.start = n.end
	for n.start > 0 && class[b[n.start-1]]&isName != 0 {
		n.start--
	}
	n.header = n.start == 0 || b[n.start-1] <= ' ' && b[n.start-1] != ' ' || b[n.start-1] == '"'
	if n.start > 0 && n.start < n.end && b[n.start-1] == '\\' {
		n.start++ // the n of an escape is not the name's
		n.header = true
	}
	n.after = skip(b, skip(b, n.end, ' '), '\\')
	if n.quoted = n.after < len(b) && (b[n.after] == '"' || b[n.after] == '\''); n.quoted {
		least := max(0, n.end-maxName)
		if open := bytes.LastIndexByte(b[least:n.start], b[n.after]); open >= 0 {
			n.start = least + open + 1
		}
		n.after++
	} else {
		n.after = n.end
	}
	n.header = n.header && isHeader(b[n.start:n.end])
	n.after = skipSpace(b, n.after)
	n.kind, n.many = c.names.kind(b[n.start:n.end])
	return n, n.kind != ""
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

// skipSpace passes space and tabs, and line breaks and what stands for them in
// JSON.
func skipSpace(b []byte, i int) int {
	for i < len(b) {
		switch {
		case b[i] <= ' ':
			i++
		case b[i] == '\\' && i+1 < len(b) && (b[i+1] == 'n' || b[i+1] == 'r' || b[i+1] == 't'):
			i += 2
		default:
			return i
		}
	}
	return i
}

// value takes what comes after the colon or equals sign.
func (n label) value(b []byte) (match, bool) {
	sign := b[n.after]
	i := skipSpace(b, n.after+1)
	open := skip(b, i, '\\')
	if open < len(b) && (b[open] == '"' || b[open] == '\'') {
		to := closing(b, open, open-i)
		return match{from: open + 1, to: to, kind: n.kind}, to > open+1
	}
	if i < len(b) && (b[i] == '{' || b[i] == '[') {
		return match{structure: true}, true
	}
	if n.header && !n.quoted && sign == ':' {
		to := i
		for to < len(b) && b[to] != '\r' && b[to] != '\n' && b[to] != '"' {
			to++
		}
		return match{from: i, to: to, kind: n.kind}, to > i
	}
	to := endOfBare(b, i)
	value := b[i:to]
	switch string(value) {
	case "", "null", "true", "false":
		return match{}, false
	}
	if n.many && isDigits(bytes.Trim(value, ".")) {
		return match{}, false
	}
	// A sentence may say "the token: none", but a password is a word as well.
	prose := sign == ':' && !n.quoted && n.kind != Password && n.kind != Code && len(value) < 12 && isWords(value)
	return match{from: i, to: to, kind: n.kind}, !prose
}

// said takes what a sentence says after the name, if it can be no word: the
// token is X, token X.
func (n label) said(b []byte, i int) (match, bool) {
	const long = 12
	if bytes.HasPrefix(b[i:], []byte("is ")) {
		i = skipSpace(b, i+len("is"))
	}
	for i < len(b) && bytes.IndexByte([]byte("\"'`<(*"), b[i]) >= 0 {
		i++
	}
	to := until(b, i, isToken)
	for to > i && (b[to-1] == '.' || b[to-1] == ':') {
		to--
	}
	return match{from: i, to: to, kind: n.kind}, i > n.end && to-i >= long && isRandom(b[i:to])
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
