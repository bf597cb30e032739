// Package quiet tells when two halves that talk over sockets in one process
// have nothing left to do, so that "nothing happened" is known and not waited
// for.
//
// One Counter adds up everything that can still cause something: goroutines
// that are at work (Begin and End), bytes that were written and not yet read,
// and, taken off again, readers that are parked in Read. When it is zero every
// goroutine waits for the peer, for the clock or for a step, and stays so
// until the player does something. It imports the standard library only.
package quiet

import (
	"context"
	"errors"
	"sync/atomic"
)

// Counter counts what is still going on. The zero Counter is not usable; see
// NewCounter. Begin and End may be called from any goroutine, Wait from one at
// a time.
type Counter struct {
	n    atomic.Int64
	bad  atomic.Bool   // n was negative at some time: somebody's bookkeeping is wrong
	zero chan struct{} // holds at most one token: n was zero at some time
}

// NewCounter returns a Counter that is quiet.
func NewCounter() *Counter {
	return &Counter{zero: make(chan struct{}, 1)}
}

// Begin counts a goroutine that is at work. Whoever wakes another goroutine
// begins on its behalf first.
func (c *Counter) Begin() { c.add(1) }

// End takes back a Begin.
func (c *Counter) End() { c.add(-1) }

func (c *Counter) add(d int64) {
	v := c.n.Add(d)
	if v < 0 {
		c.bad.Store(true)
	}
	if v <= 0 {
		select {
		case c.zero <- struct{}{}:
		default:
		}
	}
}

// ErrUnbalanced says that more work ended than had begun: quiet cannot be
// trusted any more.
var ErrUnbalanced = errors.New("quiet: more work ended than had begun")

// Wait returns nil once the count is zero, ctx's cause when it ends first, or
// ErrUnbalanced.
func (c *Counter) Wait(ctx context.Context) error {
	for c.n.Load() != 0 || c.bad.Load() {
		if c.bad.Load() {
			return ErrUnbalanced
		}
		select {
		case <-c.zero:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// Busy is the count, for the report of a run that never became quiet.
func (c *Counter) Busy() int64 { return c.n.Load() }
