package play

import (
	"context"
	"fmt"
	"sync"
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
}

func newClock() *clock {
	f := &clockFaults{}
	m := quartz.NewMock(f).WithLogger(quartz.NoOpLogger)
	return &clock{Mock: m, faults: f, start: m.Now()}
}

// sinceStart is the virtual time that has passed.
func (c *clock) sinceStart() time.Duration { return c.Now().Sub(c.start) }

// next is how far the next timer is, or false when none is set.
func (c *clock) next() (time.Duration, bool) { return c.Peek() }

// move lets d pass, which must not be beyond the next timer, and waits for
// the functions of the timers that are due.
func (c *clock) move(ctx context.Context, d time.Duration) error {
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
