package play

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/quartz"
)

// clock is the virtual time of one run. quartz moves no further than the next
// timer in one go and only complains to its TestingT, so the player steps from
// timer to timer and asks for complaints afterwards.
type clock struct {
	*quartz.Mock
	faults *clockFaults
	start  time.Time
	passed atomic.Int64 // virtual time since start, in nanoseconds; quartz's Now allocates
}

// newClock returns a clock that stands still at start; the zero time is any.
func newClock(start time.Time) *clock {
	f := &clockFaults{}
	m := quartz.NewMock(f).WithLogger(quartz.NoOpLogger)
	if !start.IsZero() {
		m.Set(start)
	}
	return &clock{Mock: m, faults: f, start: m.Now()}
}

// sinceStart is the virtual time that has passed. Any goroutine may ask.
func (c *clock) sinceStart() time.Duration { return time.Duration(c.passed.Load()) }

// time is the same as an instant.
func (c *clock) time() time.Time { return c.start.Add(c.sinceStart()) }

// next is how far the next timer is, or false when none is set.
func (c *clock) next() (time.Duration, bool) { return c.Peek() }

// move lets d pass, which must not be beyond the next timer, and waits for
// the functions of the timers that are due.
func (c *clock) move(ctx context.Context, d time.Duration) error {
	c.passed.Add(int64(d)) // before the timers' functions, which may log
	if err := c.Advance(d).Wait(ctx); err != nil {
		return fmt.Errorf("virtual time: %w", err)
	}
	return c.faults.err()
}

// clockFaults is quartz's TestingT outside a test: a complaint of the clock
// must fail the run.
type clockFaults struct {
	mu    sync.Mutex
	first string // Guarded by mu.
}

func (f *clockFaults) err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.first == "" {
		return nil
	}
	return fmt.Errorf("virtual time: %s", f.first)
}

func (f *clockFaults) fault(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.first == "" {
		f.first = text
	}
}

func (f *clockFaults) Helper()                           {}
func (f *clockFaults) Log(...any)                        {}
func (f *clockFaults) Logf(string, ...any)               {}
func (f *clockFaults) Cleanup(func())                    {}
func (f *clockFaults) Error(args ...any)                 { f.fault(fmt.Sprint(args...)) }
func (f *clockFaults) Errorf(format string, args ...any) { f.fault(fmt.Sprintf(format, args...)) }
func (f *clockFaults) Fatal(args ...any)                 { f.fault(fmt.Sprint(args...)) }
func (f *clockFaults) Fatalf(format string, args ...any) { f.fault(fmt.Sprintf(format, args...)) }
