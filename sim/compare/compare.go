// Package compare finds what two recordings of a session do differently. They
// are compared by causality, not by line: each lane, such as one direction of
// one socket or the turns of one session, has an order of its own, and how the
// lanes were interleaved does not count. Identifiers that differ in every run
// are compared by what they stand for, and times not at all.
//
// It plays nothing and judges nothing. Start reading at Diff.
package compare

import (
	"cmp"
	"slices"
)

// Report is what Diff found.
type Report struct {
	Same        int // how many items are in both and alike
	Differences []Difference
	// WireOnly says that one of the two shows nothing but what crosses, as a proxy
	// sees it, so that no more was compared: 1 the first does, 2 the second, 0 neither.
	WireOnly int
}

// Difference is an item that is in one recording only, or in both with fields
// that differ.
type Difference struct {
	A, B   *Item   // nil where the recording has none
	Fields []Field // none where one of them is nil
}

// Field is one place where two items differ. A and B are JSON, or nothing.
type Field struct {
	Path string // dotted, such as action.metadata.scope_id
	A, B string
}

// Diff compares two recordings. The differences are in the order of a, those of
// b alone where they stand in b between what both have.
func Diff(a, b *Recording) *Report {
	foreign := a.Revision != "" && b.Revision != "" && a.Revision != b.Revision
	if foreign {
		a, b = a.withScope(), b.withScope()
	}
	r := &Report{WireOnly: wireOnly(a, b)}
	var rows []row
	for _, lane := range lanesOf(a, b) {
		if r.WireOnly != 0 && !onWire(lane) || lane == edgeLane && !edges(a, b) {
			continue
		}
		rows = append(rows, align(a.lanes[lane], b.lanes[lane])...)
	}
	inOrder(rows)
	ids := newBindings()
	for _, w := range rows {
		if w.a == nil || w.b == nil {
			r.Differences = append(r.Differences, Difference{A: w.a, B: w.b})
			continue
		}
		c := comparison{ids: ids, loose: w.a.loose}
		c.values("", w.a.tree(), w.b.tree())
		if len(c.fields) == 0 {
			r.Same++
			continue
		}
		r.Differences = append(r.Differences, Difference{A: w.a, B: w.b, Fields: c.fields})
	}
	return r
}

// wireOnly is Report.WireOnly. Two that show no more are compared in all they have.
func wireOnly(a, b *Recording) int {
	switch {
	case a.inside == b.inside:
		return 0
	case b.inside:
		return 1
	}
	return 2
}

// edges says whether what the connectors' edges answered is compared: one that
// was recorded from between the two does not show it.
func edges(a, b *Recording) bool {
	return a.inside && b.inside || len(a.lanes[edgeLane]) > 0 && len(b.lanes[edgeLane]) > 0
}

// lanesOf are the lanes of both, in the order in which they begin.
func lanesOf(a, b *Recording) []string {
	lanes := slices.Clone(a.order)
	for _, lane := range b.order {
		if _, there := a.lanes[lane]; !there {
			lanes = append(lanes, lane)
		}
	}
	return lanes
}

// row is a pair of items that were aligned, or one that has no partner.
type row struct {
	a, b  *Item
	after int // for an item of b alone: the line of a that it stands after
}

// inOrder sorts rows by the lines of a. An item of b alone stands after all that
// came before it in b.
func inOrder(rows []row) {
	slices.SortStableFunc(rows, func(x, y row) int { return cmp.Compare(x.inB(), y.inB()) })
	last := 0
	for i, w := range rows {
		if w.a == nil {
			rows[i].after = last
		} else if w.b != nil {
			last = max(last, w.a.Line)
		}
	}
	slices.SortStableFunc(rows, func(x, y row) int { return cmp.Compare(x.inA(), y.inA()) })
}

func (w row) inA() int {
	if w.a != nil {
		return w.a.Line
	}
	return w.after
}

// inB puts items of a alone first: they move nothing.
func (w row) inB() int {
	if w.b != nil {
		return w.b.Line
	}
	return 0
}
