package play

import "slices"

// queue is what happened in one lane, in order. Its indices count from the first
// item ever.
type queue struct {
	items []*item // without those that are forgotten
	gone  int     // how many are forgotten
	past  int     // items before this index came before something already expected
	taken int     // items before this index are all expected
}

// open are the items that may still be expected: in any order, or only those
// after what was expected last.
func (q *queue) open(anyOrder bool) []*item {
	if anyOrder {
		return q.items[q.taken-q.gone:]
	}
	return q.items[max(q.past, q.taken)-q.gone:]
}

// skipped are the items that something after them was expected before.
func (q *queue) skipped() []*item {
	return q.items[q.taken-q.gone : max(q.past, q.taken)-q.gone]
}

// last says whether nothing that the same gateway did later is expected.
func (q *queue) last(i *item) bool {
	return !slices.ContainsFunc(q.items[i.index-q.gone:], func(later *item) bool {
		return later.expected && later.seen.Peer == i.seen.Peer
	})
}

// take marks an item as expected.
func (q *queue) take(i *item) {
	i.expected = true
	q.past = max(q.past, i.index+1)
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
	q.taken, q.past = max(q.taken, q.gone), max(q.past, q.gone)
	q.settle()
}
