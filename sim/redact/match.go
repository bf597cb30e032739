package redact

import "bytes"

// match is a secret's place in a text.
type match struct {
	from, to int
	kind     Kind
	// structure says that only the JSON around it shows whether there is one:
	// from and to mean nothing.
	structure bool
}

// matchers look at the text around a keyword that ends before end. They change
// nothing.
var matchers = []struct {
	on    trigger
	match func(c *cutter, b []byte, end int) (match, bool)
}{
	{onBearer, (*cutter).matchBearer},
	{onName, (*cutter).matchName},
	{onBasic, (*cutter).matchBasic},
	{onLink, (*cutter).matchLink},
	{onCallback, (*cutter).matchCallback},
	{onHook, (*cutter).matchHook},
	{onURL, (*cutter).matchURL},
	{onParam, (*cutter).matchParam},
	{onPEM, (*cutter).matchPEM},
	{onSeen, (*cutter).matchSeen},
	{onBots, (*cutter).matchBots},
}

// matchAt asks every matcher that the keyword is for.
func (c *cutter) matchAt(b []byte, on trigger, end int, visit func(match)) {
	for _, m := range matchers {
		if m.on&on == 0 {
			continue
		}
		if m, ok := m.match(c, b, end); ok {
			visit(m)
		}
	}
}

// until is where the bytes from i on stop to have the property.
func until(b []byte, i int, property byte) int {
	for i < len(b) && class[b[i]]&property != 0 {
		i++
	}
	return i
}

// notUTF8 is the first of the bytes that are in no text. Where base64 has
// something glued to it, they begin what that decodes to.
const notUTF8 = 0xf8

func skip(b []byte, i int, c byte) int {
	for i < len(b) && b[i] == c {
		i++
	}
	return i
}

// isWords says whether b is nothing but small letters, as most words are.
func isWords(b []byte) bool {
	for _, c := range b {
		if c < 'a' || 'z' < c {
			return false
		}
	}
	return true
}

// matchBearer takes what follows "Bearer ", unless it is a word of a sentence.
func (c *cutter) matchBearer(b []byte, end int) (match, bool) {
	from := end
	for from < len(b) && (b[from] == ' ' || b[from] == '\t' || b[from] == ':' || b[from] == '+') {
		from++
	}
	if from = skipSpace(b, from); from > end {
		for from < len(b) && bytes.IndexByte([]byte("\"'`<(\\"), b[from]) >= 0 {
			from++
		}
	}
	to := until(b, from, isToken)
	for to > from && (b[to-1] == '.' || b[to-1] == ':') {
		to--
	}
	word := isWords(b[from:to]) && (b[end-len("bearer")] != 'B' || to-from < 5)
	return match{from: from, to: to, kind: Token}, from > end && to > from && !word
}

// matchBasic takes base64 of user:password.
func (c *cutter) matchBasic(b []byte, end int) (match, bool) {
	from := skip(b, end, ' ')
	to := until(b, from, isBase64)
	text := decodeBase64(b[from:to])
	return match{from: from, to: skip(b, to, '='), kind: Credential}, from > end && isText(text) && contains(text, ':')
}

// matchLink takes the code of a /link command, and leaves an interaction's to
// the JSON.
func (c *cutter) matchLink(b []byte, end int) (match, bool) {
	start := end - len("/link")
	if b[end-1] == '"' {
		return match{structure: true}, true
	}
	escape := start > 1 && b[start-2] == '\\'
	if start > 0 && !escape && (class[b[start-1]]&isName != 0 || b[start-1] == '.' || b[start-1] == '/') {
		return match{}, false // a path
	}
	from := end
	if from < len(b) && b[from] == '@' {
		from = until(b, from+1, isName)
	}
	gap := from
	from = skipSpace(b, skip(b, skipSpace(b, from), '+'))
	to := from
	for to < len(b) && ' ' < b[to] && b[to] < notUTF8 && b[to] != '"' && b[to] != '\\' {
		to++
	}
	return match{from: from, to: to, kind: Code}, from > gap && to > from
}

// matchCallback takes the token of an interaction's callback or of a webhook.
func (c *cutter) matchCallback(b []byte, end int) (match, bool) {
	id := until(b, end, isName)
	if id == end || id == len(b) || b[id] != '/' || b[end-1] != '/' {
		return match{}, false
	}
	to := id + 1
	for to < len(b) && (class[b[to]]&isToken != 0 && b[to] != '/' || b[to] == '%') {
		to++
	}
	return match{from: id + 1, to: to, kind: Token}, to > id+1
}

// matchHook takes all that comes after /services/ on Slack's host for hooks.
func (c *cutter) matchHook(b []byte, end int) (match, bool) {
	const host = "hooks.slack.com/services/"
	if end < len(host) || !bytes.EqualFold(b[end-len(host):end], []byte(host)) {
		return match{}, false
	}
	to := until(b, end, isBase64)
	return match{from: end, to: to, kind: Token}, to > end
}

// matchURL takes the password before a URL's host, or what stands for it when
// there is no name and it is long.
func (c *cutter) matchURL(b []byte, end int) (match, bool) {
	const long = 16
	at, colon := -1, -1
	for i := end; i < len(b) && i < end+maxSpelling; i++ {
		switch b[i] {
		case '@':
			at = i
		case ':':
			if colon < 0 {
				colon = i
			}
		}
		if b[i] <= ' ' || b[i] == '/' || b[i] == '?' || b[i] == '#' || b[i] == '"' || b[i] == '\\' || b[i] == '<' {
			break
		}
	}
	switch {
	case colon > 0 && colon < at && !isRandom(b[end:colon]):
		return match{from: colon + 1, to: at, kind: Password}, at > colon+1
	case at-end >= long || colon > 0 && colon < at:
		return match{from: end, to: at, kind: Token}, true
	}
	return match{}, false
}

func (c *cutter) matchParam(b []byte, end int) (match, bool) {
	to := endOfBare(b, end)
	return match{from: end, to: to, kind: Token}, to > end
}

// matchPEM takes what stands between the lines of a private key.
func (c *cutter) matchPEM(b []byte, end int) (match, bool) {
	label, _, ok := bytes.Cut(b[end:min(len(b), end+64)], []byte("-----"))
	if !ok || !bytes.HasSuffix(label, []byte("PRIVATE KEY")) || !bytes.HasSuffix(b[:end-len("BEGIN")], []byte("-----")) {
		return match{}, false
	}
	from := end + len(label) + len("-----")
	to := len(b)
	if i := bytes.Index(b[from:], []byte("-----END")); i >= 0 {
		to = from + i
	}
	inner := bytes.TrimSpace(b[from:to])
	from += bytes.Index(b[from:to], inner)
	return match{from: from, to: from + len(inner), kind: Key}, len(inner) > 0
}

// matchSeen takes note of placeholders.
func (c *cutter) matchSeen(b []byte, end int) (match, bool) {
	start := max(0, end-len("redacted"))
	if to := placeholderAt(b, start); to > 0 {
		c.vault.seen(b[start:to])
	}
	return match{}, false
}

// matchBots takes nothing: which of a header's identities are bots its JSON shows.
func (c *cutter) matchBots(b []byte, end int) (match, bool) {
	i := skipSpace(b, end)
	return match{structure: true}, i < len(b) && b[i] == ':'
}
