package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"unicode/utf8"

	"github.com/relaysim/relaysim/sim/trace"
)

// Line cuts secrets out of a line of an old recording, in its own spelling. The
// message in it, which only the lines before and after show whole, is replaced
// where Observation has made cut of o. Both are nil for a line that is no
// observation.
func (r *Redactor) Line(line []byte, o, cut *trace.Observation) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	changed := o != nil && !bytes.Equal(o.Data, cut.Data)
	if !changed && r.cut.users == nil && !r.cut.suspicious(line, maxDepth) {
		return line
	}
	if o == nil || !isJSON(line) {
		if edits := r.cut.edits(line); len(edits) > 0 {
			return splice(line, edits)
		}
		return line
	}
	message := func(key, value string) (string, string) { return key, value }
	if changed {
		message = func(key, value string) (string, string) { return spelled(key, cut.Data) }
	}
	if edits := r.cut.line(line, message); len(edits) > 0 {
		return splice(line, edits)
	}
	return line
}

// Survey takes note of the placeholders in text that was cut before, so that
// their numbers are not given to other secrets. Nothing else is looked for.
func (r *Redactor) Survey(b []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v := newVault()
	c := cutter{vault: v, names: r.cut.names, words: r.cut.words}
	c.edits(b)
	r.cut.vault.last = max(r.cut.vault.last, v.foreign)
}

// line finds the secrets of a recording's line, but for its message, which
// message is asked for.
func (c *cutter) line(b []byte, message func(key, value string) (string, string)) []edit {
	w := walk{c: c, b: b, depth: maxDepth, message: message}
	if c.users != nil {
		c.users.collect = true
		c.begin(len(b))
		w.value(place{})
		c.users.collect = false
	}
	c.begin(len(b))
	w.i, w.edits = 0, nil
	w.value(place{})
	return merged(w.edits)
}

// passMessage passes the member of a recording's line that holds a message.
func (w *walk) passMessage(key span) {
	w.space()
	from := w.i
	depth := 0
	for {
		switch w.space() {
		case '"':
			w.str()
		case '{', '[':
			depth++
			w.i++
		case '}', ']':
			depth--
			w.i++
		default:
			w.i++
		}
		if next := w.space(); depth == 0 && (next == ',' || next == '}') {
			break
		}
	}
	name, was := string(w.b[key.from:key.to]), string(w.b[from:w.i])
	newName, now := w.message(name, was)
	if newName != name {
		w.edits = append(w.edits, edit{key.from, key.to, newName})
	}
	if now != was {
		w.edits = append(w.edits, edit{from, w.i, now})
	}
}

// isMessage says whether a member of a recording's line holds a message.
func isMessage(key []byte) bool {
	switch string(key) {
	case "frame", "text", "base64":
		return true
	}
	return false
}

// spelled writes a message as it was written, or as text where it is no frame
// any more.
func spelled(key string, data []byte) (newKey, value string) {
	frame, whole := bytes.CutSuffix(data, []byte("\n"))
	switch {
	case key == `"base64"` || !utf8.Valid(data):
		return `"base64"`, `"` + base64.StdEncoding.EncodeToString(data) + `"`
	case key == `"frame"` && whole && json.Valid(frame):
		return key, string(frame)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(string(data)) // a string always encodes
	return `"text"`, string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}
