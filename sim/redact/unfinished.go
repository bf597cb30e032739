package redact

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

const (
	// leastBegun is how much of a known secret at the end of a message is taken
	// for its beginning, in bytes.
	leastBegun = 4
	// maxContext is how much of a message is looked at again with the next one,
	// for the name of a secret may be in it, in bytes.
	maxContext = maxName
)

// unfinished is a line that goes on in the next message (FR-1).
type unfinished struct {
	before []byte // the end of what is cut already
	items  []*item
	data   []byte // before, then that of all items
	lost   bool   // nobody waited for its end: what comes is withheld up to the next line
}

func (u *unfinished) waiting() bool { return len(u.items) > 0 }

func (u *unfinished) add(it *item) {
	if !u.waiting() {
		u.data = append(u.data[:0], u.before...)
	}
	it.waits = true
	u.items = append(u.items, it)
	u.data = append(u.data, it.o.Data...)
}

// open says whether all that is here ends in the middle of something: of a JSON
// line, or of what may be a secret. last is its last message.
func (u *unfinished) open(c *cutter, last []byte) bool {
	tail := lastLine(u.data)
	if isOpener(tail) {
		// To read a long line again for each of its pieces would take for ever.
		if len(u.items) > 1 && len(tail) > len(last) && !bytes.ContainsAny(last, "]}") {
			return true
		}
		var raw json.RawMessage
		err := json.NewDecoder(bytes.NewReader(tail)).Decode(&raw)
		if err == nil || errors.Is(err, io.ErrUnexpectedEOF) {
			return err != nil
		}
	}
	return c.goesOn(tail)
}

func lastLine(data []byte) []byte { return data[bytes.LastIndexByte(data, '\n')+1:] }

// isOpener says whether a line begins as a JSON object or list.
func isOpener(line []byte) bool {
	t := bytes.TrimLeft(line, " \t\r")
	return len(t) > 0 && (t[0] == '{' || t[0] == '[')
}

// goesOn says whether text that is no JSON may end in the middle of a secret.
func (c *cutter) goesOn(text []byte) bool {
	text = text[max(0, len(text)-maxSpelling):]
	if from, _ := c.vault.known.begun(text, leastBegun); from >= 0 {
		return true
	}
	run := len(text)
	for run > 0 && class[text[run-1]]&isBase64 != 0 {
		run--
	}
	if len(text)-run >= minRun {
		return true
	}
	found := false
	c.words.each(text, func(on trigger, end int) {
		c.matchAt(text, on, end, func(m match) { found = found || m.to == len(text) && !m.structure })
	})
	return found
}

// cut cuts the messages that wait: no more of their last line is needed.
func (u *unfinished) cut(c *cutter) {
	edits := c.edits(u.data)
	if from, placeholder := c.vault.known.begun(u.data, leastBegun); from >= 0 && !endsLine(u.data) {
		edits = merged(append(edits, edit{from, len(u.data), placeholder}))
	}
	u.deal(edits)
}

// deal makes the edits in the messages that they belong to. A secret that is
// split leaves its placeholder in the message in which it ends.
func (u *unfinished) deal(edits []edit) {
	from := len(u.data)
	for _, it := range u.items {
		from -= len(it.o.Data)
	}
	for _, it := range u.items {
		to := from + len(it.o.Data)
		var own []edit
		for _, e := range edits {
			if e.to <= from || e.from >= to {
				continue
			}
			part := edit{max(e.from, from) - from, min(e.to, to) - from, ""}
			if e.to <= to {
				part.with = e.with
			}
			own = append(own, part)
		}
		if len(own) > 0 {
			it.o = with(it.o, splice(it.o.Data, own))
		}
		it.waits = false
		from = to
	}
	tail := lastLine(u.data)
	*u = unfinished{}
	if !isJSON(tail) {
		u.before = bytes.Clone(tail[max(0, len(tail)-maxContext):])
	}
}

// giveUp writes what is there of the last line as x, if it is JSON: where its
// end is missing, it cannot be said what of it is secret.
func (u *unfinished) giveUp(c *cutter) {
	from := len(u.data) - len(lastLine(u.data))
	if !isOpener(u.data[from:]) {
		u.cut(c)
		return
	}
	edits := c.edits(u.data[:from])
	for i, at := len(u.items)-1, len(u.data); at > from; i-- {
		start := max(from, at-len(u.items[i].o.Data))
		edits = append(edits, edit{start, at, string(bytes.Repeat([]byte("x"), at-start))})
		at = start
	}
	u.deal(merged(edits))
	u.lost = true
}

// withhold writes the rest of the lost line as x. It is false when that line is
// over and the message, or what is left of it, is as good as any.
func (u *unfinished) withhold(it *item) bool {
	data := it.o.Data
	if isOpener(data) && json.Valid(data) {
		*u = unfinished{}
		return false
	}
	end := bytes.IndexByte(data, '\n')
	if end < 0 {
		end = len(data)
	}
	it.o = with(it.o, append(bytes.Repeat([]byte("x"), end), data[end:]...))
	if end < len(data) {
		*u = unfinished{}
	}
	return end == len(data)
}
