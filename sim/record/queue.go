package record

import (
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

// queue is what waits to be written, in order. Its messages share one run of
// bytes, so that none costs an allocation of its own.
type queue struct {
	list []entry
	data []byte
}

// entry is an observation in a queue: a message, whose bytes are the next size
// ones of the queue's data, or any other as a whole.
type entry struct {
	seq    int
	at     time.Duration
	conn   int
	peer   string
	from   trace.Side
	size   int
	binary bool
	whole  *trace.Observation // nil for a message
}

// bytes is about how much memory the queue takes.
func (q *queue) bytes() int {
	return len(q.data) + entrySize*len(q.list)
}

// reset empties the queue for reuse. What one burst took is not kept for ever.
func (q *queue) reset() {
	q.list, q.data = q.list[:0], q.data[:0]
	if cap(q.list) > keptEntries {
		q.list = nil
	}
	if cap(q.data) > keptData {
		q.data = nil
	}
}

const (
	entrySize   = 112 // bytes, about
	keptEntries = 4 << 10
	keptData    = 1 << 20 // bytes
)
