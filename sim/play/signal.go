package play

import (
	"context"
	"sync"

	"github.com/relaysim/relaysim/sim/quiet"
)

// signals are the doors that agents wait at until a step opens them.
type signals struct {
	counter *quiet.Counter

	mu      sync.Mutex
	waiting map[*waiter]bool // Guarded by mu.
	given   map[string]bool  // Guarded by mu: signals that came before their agent.
}

// waiter is one agent at a door.
type waiter struct {
	name      string
	session   string
	interrupt bool      // an interrupt of the session ends the wait
	woken     chan bool // gets true for the signal, false for an interrupt
}

func newSignals(c *quiet.Counter) *signals {
	return &signals{counter: c, waiting: map[*waiter]bool{}, given: map[string]bool{}}
}

// wait blocks until w's signal is given, its session is interrupted, or ctx
// ends, and says whether it was the signal. The caller's goroutine is counted,
// and does not count while it waits.
func (s *signals) wait(ctx context.Context, w *waiter) (signalled bool, err error) {
	s.mu.Lock()
	if s.given[w.name] {
		delete(s.given, w.name)
		s.mu.Unlock()
		return true, nil
	}
	w.woken = make(chan bool, 1)
	s.waiting[w] = true
	s.mu.Unlock()

	s.counter.End()
	select {
	case signalled = <-w.woken:
		return signalled, nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting[w] { // else it was woken as well, and counted then
		delete(s.waiting, w)
		s.counter.Begin()
	}
	return false, context.Cause(ctx)
}

// give wakes everybody who waits for name. If nobody does, the next one who
// comes does not wait.
func (s *signals) give(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.wake(true, func(w *waiter) bool { return w.name == name }) {
		s.given[name] = true
	}
}

// interrupt wakes the agents of a session that mind interrupts.
func (s *signals) interrupt(session string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wake(false, func(w *waiter) bool { return w.interrupt && w.session == session })
}

func (s *signals) wake(signalled bool, meant func(*waiter) bool) (any bool) {
	for w := range s.waiting {
		if meant(w) {
			any = true
			delete(s.waiting, w)
			s.counter.Begin()
			w.woken <- signalled
		}
	}
	return any
}
