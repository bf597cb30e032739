package redact

import (
	"bytes"
	"cmp"
	"slices"
)

// edit says that other text takes the place of the bytes from..to.
type edit struct {
	from, to int
	with     string
}

// merged sorts edits. Where two overlap, one takes the place of both: the wider
// one's text stands.
func merged(edits []edit) []edit {
	if len(edits) < 2 {
		return edits
	}
	slices.SortStableFunc(edits, func(a, b edit) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to))
	})
	out := edits[:1]
	for _, e := range edits[1:] {
		last := &out[len(out)-1]
		switch {
		case e.from >= last.to:
			out = append(out, e)
		case e.to-e.from > last.to-last.from:
			e.from = last.from
			*last = e
		case e.to > last.to:
			last.to = e.to
		}
	}
	return out
}

// splice returns b with the edits, which are merged, made. b is not changed.
func splice(b []byte, edits []edit) []byte {
	size := len(b)
	for _, e := range edits {
		size += len(e.with)
	}
	out := make([]byte, 0, size)
	at := 0
	for _, e := range edits {
		out = append(out, b[at:e.from]...)
		out = append(out, e.with...)
		at = e.to
	}
	return append(out, b[at:]...)
}

// shifted moves edits of a part to where the part stands.
func shifted(edits []edit, by int) []edit {
	for i := range edits {
		edits[i].from += by
		edits[i].to += by
	}
	return edits
}

// decoded is text without one layer of escapes, and where its bytes came from.
type decoded struct {
	text []byte
	at   []int32 // for each byte of text, where its escape begins; nil where text is as it was
	end  int     // of what was decoded
}

// outer says where a part of the text stands in what was decoded. It never cuts
// an escape in two.
func (d decoded) outer(from, to int) (int, int) {
	if d.at == nil {
		return from, to
	}
	for to > from && to < len(d.at) && d.at[to] == d.at[to-1] {
		to++
	}
	start, end := d.end, d.end
	if from < len(d.at) {
		start = int(d.at[from])
	}
	if to < len(d.at) {
		end = int(d.at[to])
	}
	return start, end
}

// outward turns edits of the text into edits of what was decoded, whose
// replacements escape makes fit there.
func (d decoded) outward(edits []edit, escape func(string) string) []edit {
	for i, e := range edits {
		from, to := d.outer(e.from, e.to)
		edits[i] = edit{from, to, escape(e.with)}
	}
	return edits
}

// contains reports whether b holds any of the bytes.
func contains(b []byte, c byte) bool { return bytes.IndexByte(b, c) >= 0 }
