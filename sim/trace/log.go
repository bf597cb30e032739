package trace

import (
	"sync"
	"time"
)

// Log collects observations in one order. Every method may be called from any
// goroutine. The zero Log is not usable; see NewLog.
type Log struct {
	now   func() time.Time
	start time.Time

	mu     sync.Mutex
	list   []*Observation // Guarded by mu. Elements are read-only.
	framer Framer         // Guarded by mu.
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
	o.Seq = len(l.list) + 1
	o.At = l.now().Sub(l.start)
	l.framer.Frame(o)
	l.list = append(l.list, o)
}

// Len is the number of observations so far, which is the last Seq.
func (l *Log) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.list)
}

// Since returns the observations after seq, oldest first. The slice must not
// be changed.
func (l *Log) Since(seq int) []*Observation {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.list[seq:len(l.list):len(l.list)]
}
