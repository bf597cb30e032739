package trace

import (
	"sync"
	"time"
)

// Log collects observations in one order. It keeps them until it is told to
// forget. Every method may be called from any goroutine. The zero Log is not
// usable; see NewLog.
type Log struct {
	now   func() time.Time
	start time.Time

	mu        sync.Mutex
	list      []*Observation // Guarded by mu. Elements are read-only.
	forgotten int            // Guarded by mu. How many came before those in list.
	framer    Framer         // Guarded by mu.
}

// NewLog returns an empty log that stamps observations with now, which must
// not be nil.
func NewLog(now func() time.Time) *Log {
	return &Log{now: now, start: now()}
}

// Add appends o, sets its Seq and At, and for a message finds the frames it
// completed. The log keeps o and its bytes; the caller must not change them.
func (l *Log) Add(o *Observation) {
	l.mu.Lock()
	defer l.mu.Unlock()
	o.Seq = l.forgotten + len(l.list) + 1
	o.At = l.now().Sub(l.start)
	l.framer.Frame(o)
	l.list = append(l.list, o)
}

// Len is the number of observations so far, which is the last Seq. Those that
// were forgotten count.
func (l *Log) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.forgotten + len(l.list)
}

// Since returns the observations after seq that were not forgotten, oldest
// first. The slice must not be changed.
func (l *Log) Since(seq int) []*Observation {
	l.mu.Lock()
	defer l.mu.Unlock()
	from := max(0, seq-l.forgotten)
	return l.list[from:len(l.list):len(l.list)]
}

// Forget drops the observations up to seq, so that a run without an end needs no
// more memory than what it still asks for. What Since has returned stays as it
// is. It costs as much as what is kept: whoever keeps n calls it every n or so.
func (l *Log) Forget(seq int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := min(seq-l.forgotten, len(l.list)); n > 0 {
		l.list = append([]*Observation(nil), l.list[n:]...)
		l.forgotten += n
	}
}
