package redact

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

const (
	// maxHeld and maxHeldBytes bound what waits for the end of a line.
	maxHeld      = 4096
	maxHeldBytes = 16 << 20
)

// queue holds back what cannot be written yet, in order.
type queue struct {
	patience time.Duration
	lanes    map[lane]*unfinished // those whose last message ended in a line
	held     []*item
	bytes    int
	ready    []*trace.Observation // reused
}

// lane is one direction of one socket.
type lane struct {
	conn int
	from trace.Side
}

// item is an observation in the queue. The message of one that waits is cut
// when its line is finished.
type item struct {
	o     *trace.Observation
	waits bool
}

// add takes an observation whose other fields are cut already.
func (q *queue) add(c *cutter, o *trace.Observation) []*trace.Observation {
	if len(q.held) == 0 && o.Kind == trace.Frame && endsLine(o.Data) && q.lanes[lane{o.Conn, o.From}] == nil {
		q.ready = append(q.ready[:0], cutMessage(c, o)) // nearly every message
		return q.ready
	}
	it := &item{o: o}
	switch o.Kind {
	case trace.Frame:
		q.message(c, lane{o.Conn, o.From}, it)
	case trace.Close:
		q.finish(c, lane{o.Conn, trace.Gateway})
		q.finish(c, lane{o.Conn, trace.Connector})
	}
	if len(q.held) == 0 && !it.waits {
		q.ready = append(q.ready[:0], it.o)
		return q.ready
	}
	q.held = append(q.held, it)
	q.bytes += len(o.Data)
	q.expire(c, o.At)
	return q.release()
}

// message cuts a message, or lets it wait for the end of its line.
func (q *queue) message(c *cutter, k lane, it *item) {
	u := q.lanes[k]
	if u == nil {
		if endsLine(it.o.Data) {
			it.o = cutMessage(c, it.o)
			return
		}
		u = &unfinished{}
		q.lanes[k] = u
	}
	if u.lost && u.withhold(it) {
		return
	}
	if u.add(it); !u.open(c, it.o.Data) {
		u.cut(c)
		if endsLine(it.o.Data) {
			delete(q.lanes, k)
		}
	}
}

func endsLine(data []byte) bool { return len(data) == 0 || data[len(data)-1] == '\n' }

// cutMessage cuts a message whose lines are whole.
func cutMessage(c *cutter, o *trace.Observation) *trace.Observation {
	edits := c.edits(o.Data)
	if len(edits) == 0 {
		return o
	}
	return with(o, splice(o.Data, edits))
}

func with(o *trace.Observation, data []byte) *trace.Observation {
	n := *o
	n.Data, n.Frames = data, nil
	return &n
}

// finish cuts the messages of a lane: no more of their last line will come.
func (q *queue) finish(c *cutter, k lane) {
	if u := q.lanes[k]; u != nil {
		u.cut(c)
		delete(q.lanes, k)
	}
}

// expire gives up on lines that have been waited for too long.
func (q *queue) expire(c *cutter, now time.Duration) {
	tooMuch := len(q.held) > maxHeld || q.bytes > maxHeldBytes
	for _, k := range q.order() {
		if u := q.lanes[k]; u.waiting() && (tooMuch || now-u.items[0].o.At > q.patience) {
			u.giveUp(c)
		}
	}
}

// order is that of the lanes, the same in every run.
func (q *queue) order() []lane {
	return slices.SortedFunc(maps.Keys(q.lanes), func(a, b lane) int {
		return cmp.Or(cmp.Compare(a.conn, b.conn), cmp.Compare(a.from, b.from))
	})
}

// release takes what can be written off the queue.
func (q *queue) release() []*trace.Observation {
	q.ready = q.ready[:0]
	n := 0
	for n < len(q.held) && !q.held[n].waits {
		q.ready = append(q.ready, q.held[n].o)
		q.bytes -= len(q.held[n].o.Data)
		n++
	}
	if q.held = q.held[n:]; len(q.held) == 0 {
		q.held, q.bytes = nil, 0
	}
	return q.ready
}

func (q *queue) flush(c *cutter) []*trace.Observation {
	for _, k := range q.order() {
		q.finish(c, k)
	}
	return q.release()
}
