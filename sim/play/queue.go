package play

import (
	"maps"
	"slices"
)

// queue is what happened in one lane, in order. Its indices count from the first
// item ever.
type queue struct {
	items []*item        // without those that are forgotten
	gone  int            // how many are forgotten
	past  map[string]int // by strand: items before this index came before something already expected
	taken int            // items before this index are all expected
}

// open are the items that may be expected, and those that something after them
// was expected before.
func (q *queue) open() []*item {
	return q.items[q.taken-q.gone:]
}

// late says whether something of the same strand that came after an item was
// expected before it.
func (q *queue) late(i *item) bool { return i.index < q.past[i.strand] }

// ordered are the items of open that are not late, and for a lane of several
// strands some that are.
func (q *queue) ordered() []*item {
	return q.items[max(q.past[wholeLane], q.taken)-q.gone:]
}

// last says whether nothing that the same gateway did later is expected, but
// for what may have raced with it.
func (q *queue) last(i *item) bool {
	return !slices.ContainsFunc(q.items[i.index-q.gone:], func(later *item) bool {
		return later.expected && later.seen.Peer == i.seen.Peer && !later.raced(i)
	})
}

// take marks an item as expected.
func (q *queue) take(i *item) {
	i.expected = true
	if i.strand != noStrand {
		q.past[i.strand] = max(q.past[i.strand], i.index+1)
	}
	q.settle()
}

// settle moves taken past what is expected.
func (q *queue) settle() {
	for q.taken < q.gone+len(q.items) && q.items[q.taken-q.gone].expected {
		q.taken++
	}
}

// forget drops the items up to the observation seq.
func (q *queue) forget(seq int) {
	n := 0
	for n < len(q.items) && q.items[n].seen.Seq <= seq {
		n++
	}
	q.items = slices.Clone(q.items[n:])
	q.gone += n
	q.taken = max(q.taken, q.gone)
	maps.DeleteFunc(q.past, func(_ string, index int) bool { return index <= q.gone })
	q.settle()
}
