package redact

import (
	"bytes"
	"encoding/json"
	"regexp"
)

// cutter finds the secrets of one text at a time.
type cutter struct {
	vault    *vault
	names    names
	words    *automaton
	patterns []*regexp.Regexp
	users    *users // nil where they are left alone
	budget   int    // bytes that may still be looked at; see begin
}

// maxDepth bounds how many encodings are undone, one inside the other.
const maxDepth = 12

// edits returns what is to be cut out of a text of any form, merged.
func (c *cutter) edits(b []byte) []edit {
	if c.users != nil { // a text may have the name of its author, which comes after it
		c.users.collect = true
		c.begin(len(b))
		c.text(b, maxDepth)
		c.users.collect = false
	}
	c.begin(len(b))
	return c.text(b, maxDepth)
}

// begin allows so much work for a text of that size. Encodings inside encodings
// can be looked into in more orders than there is time for: text that was made
// for that is withheld as a whole.
func (c *cutter) begin(size int) { c.budget = 64*size + 1<<16 }

// text finds the secrets of a text, whose edits are merged. depth is how many
// more encodings may be undone.
func (c *cutter) text(b []byte, depth int) []edit {
	if c.users == nil && !c.suspicious(b, depth) {
		return nil
	}
	if c.budget -= len(b); depth <= 0 || c.budget < 0 {
		if !c.suspicious(b, depth) {
			return nil
		}
		return []edit{{0, len(b), c.vault.cut(Nested, b)}}
	}
	if isJSON(b) {
		return c.json(b, depth)
	}
	if !contains(b, '\n') {
		return c.plain(b, depth)
	}
	if edits := c.wrapped(b, depth); edits != nil {
		return edits
	}
	return c.lines(b, depth)
}

// isJSON says whether b is one JSON object, list or string.
func isJSON(b []byte) bool {
	t := bytes.TrimLeft(b, " \t\r\n")
	return len(t) > 1 && (t[0] == '{' || t[0] == '[' || t[0] == '"') && json.Valid(b)
}

// lines finds the secrets of lines some of which are JSON. Others are looked at
// together, for a key or a header may have several.
func (c *cutter) lines(b []byte, depth int) []edit {
	var edits []edit
	from, to := 0, 0 // lines that are no JSON
	flush := func() {
		if from < to {
			edits = append(edits, shifted(c.plain(b[from:to], depth), from)...)
		}
	}
	for to < len(b) {
		end := len(b)
		if i := bytes.IndexByte(b[to:], '\n'); i >= 0 {
			end = to + i + 1
		}
		if isJSON(b[to:end]) {
			flush()
			edits = append(edits, shifted(c.json(b[to:end], depth), to)...)
			from = end
		}
		to = end
	}
	flush()
	return edits
}

// plain finds the secrets of text that is no JSON.
func (c *cutter) plain(b []byte, depth int) []edit {
	edits := c.knownIn(b)
	c.words.each(b, func(on trigger, end int) {
		c.matchAt(b, on, end, func(m match) {
			if !m.structure {
				edits = append(edits, shifted(c.value(m.kind, b[m.from:m.to]), m.from)...)
			}
		})
	})
	edits = append(edits, c.patternsIn(b)...)
	edits = append(edits, c.runs(b, depth)...)
	edits = append(edits, c.embedded(b, depth)...)
	if hasPercent(b) {
		d := unescapePercent(b)
		edits = append(edits, d.outward(c.text(d.text, depth-1), escapePercent)...)
	}
	if contains(b, '\\') {
		if d := unescapeJSON(b); len(d.text) < len(b) {
			edits = append(edits, d.outward(c.text(d.text, depth-1), escapeJSON)...)
		}
	}
	return merged(edits)
}

// embedded finds the secrets of JSON that has text before or after it.
func (c *cutter) embedded(b []byte, depth int) []edit {
	from, to := bytes.IndexAny(b, "{["), bytes.LastIndexAny(b, "}]")+1
	if from < 0 || to <= from || from == 0 && to == len(b) || !json.Valid(b[from:to]) {
		return nil
	}
	return shifted(c.json(b[from:to], depth), from)
}

// knownIn finds secrets that are known.
func (c *cutter) knownIn(b []byte) []edit {
	var edits []edit
	c.vault.known.each(b, func(from, to int, placeholder string) bool {
		edits = append(edits, edit{from, to, placeholder})
		return true
	})
	for _, w := range c.vault.words {
		for i := 0; ; {
			j := bytes.Index(b[i:], []byte(w.text))
			if j < 0 {
				break
			}
			from := i + j
			i = from + len(w.text)
			if !isWordAt(b, from-1) && !isWordAt(b, i) {
				edits = append(edits, edit{from, i, w.placeholder})
			}
		}
	}
	return edits
}

func isWordAt(b []byte, i int) bool { return 0 <= i && i < len(b) && class[b[i]]&isName != 0 }

// patternsIn finds what the user's patterns match, but for placeholders.
func (c *cutter) patternsIn(b []byte) []edit {
	var edits []edit
	for _, p := range c.patterns {
		for _, at := range p.FindAllSubmatchIndex(b, -1) {
			if len(at) > 2 {
				at = at[2:]
			}
			for i := 0; i < len(at); i += 2 {
				if at[i] < at[i+1] && !bytes.Contains(b[max(0, at[i]-maxPlaceholder):min(len(b), at[i+1]+maxPlaceholder)], []byte(placeholderPrefix)) {
					edits = append(edits, edit{at[i], at[i+1], c.vault.cut(Pattern, b[at[i]:at[i+1]])})
				}
			}
		}
	}
	return edits
}

// value cuts what is known to be a secret of that kind by its place, but for
// what only says of what sort it is.
func (c *cutter) value(kind Kind, b []byte) []edit {
	from, to := 0, len(b)
	for from < to && b[from] <= ' ' {
		from++
	}
	for from < to && b[to-1] <= ' ' {
		to--
	}
	switch kind {
	case Cookie:
		if contains(b, '=') {
			return c.cookies(b)
		}
	case Credential, Token:
		if i := bytes.IndexByte(b[from:to], ' '); i > 0 && i < 24 && isScheme(b[from:from+i]) {
			return shifted(c.value(kind, b[from+i+1:to]), from+i+1)
		}
	}
	return c.whole(kind, b, from, to)
}

// whole cuts all from..to, which stands for the same secret whether it is
// escaped for a URL or not.
func (c *cutter) whole(kind Kind, b []byte, from, to int) []edit {
	secret := b[from:to]
	if len(secret) == 0 || isPlaceholder(secret) {
		return nil
	}
	if hasPercent(secret) {
		secret = unescapePercent(secret).text
	}
	return []edit{{from, to, c.vault.cut(kind, secret)}}
}

// isScheme says whether b is that of an Authorization header.
func isScheme(b []byte) bool {
	for _, s := range []string{"bearer", "basic", "bot", "token", "digest", "negotiate"} {
		if bytes.EqualFold(b, []byte(s)) {
			return true
		}
	}
	return false
}

// cookies cuts the value of each cookie of a Cookie or Set-Cookie header.
func (c *cutter) cookies(b []byte) []edit {
	var edits []edit
	for i := 0; i < len(b); {
		end := len(b)
		if j := bytes.IndexByte(b[i:], ';'); j >= 0 {
			end = i + j
		}
		if eq := bytes.IndexByte(b[i:end], '='); eq >= 0 && !isAttribute(bytes.TrimSpace(b[i:i+eq])) {
			edits = append(edits, c.whole(Cookie, b, i+eq+1, end)...)
		}
		i = end + 1
	}
	return edits
}

func isAttribute(b []byte) bool {
	for _, s := range []string{"path", "domain", "expires", "max-age", "samesite", "priority"} {
		if bytes.EqualFold(b, []byte(s)) {
			return true
		}
	}
	return false
}
