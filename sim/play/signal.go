package play

import (
	"context"
	"sync"

	"github.com/relaysim/relaysim/sim/quiet"
	"github.com/relaysim/relaysim/sim/scenario"
)

// signals are the doors that agents wait at until a step opens them.
type signals struct {
	counter *quiet.Counter

	mu      sync.Mutex
	waiting map[*waiter]bool   // Guarded by mu.
	given   map[string][]given // Guarded by mu: signals that came before their agent.
}

// given is what ends a wait.
type given struct {
	interrupt bool          // it was no signal
	act       *scenario.Act // what the agent is told with it; nil for a signal alone
}

// waiter is one agent at a door.
type waiter struct {
	name      string
	session   string
	interrupt bool // an interrupt of the session ends the wait
	woken     chan given
}

func newSignals(c *quiet.Counter) *signals {
	return &signals{counter: c, waiting: map[*waiter]bool{}, given: map[string][]given{}}
}

// wait blocks until w's signal is given, its session is interrupted, or ctx
// ends, and says what it was. The caller's goroutine is counted, and does not
// count while it waits.
func (s *signals) wait(ctx context.Context, w *waiter) (given, error) {
	s.mu.Lock()
	if early := s.given[w.name]; len(early) > 0 {
		if s.given[w.name] = early[1:]; len(early) == 1 {
			delete(s.given, w.name)
		}
		s.mu.Unlock()
		return early[0], nil
	}
	w.woken = make(chan given, 1)
	s.waiting[w] = true
	s.mu.Unlock()

	s.counter.End()
	select {
	case g := <-w.woken:
		return g, nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting[w] { // else it was woken as well, and counted then
		delete(s.waiting, w)
		s.counter.Begin()
	}
	return given{}, context.Cause(ctx)
}

// give wakes everybody who waits for name. If nobody does, the next one who
// comes does not wait.
func (s *signals) give(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.wake(given{}, func(w *waiter) bool { return w.name == name }) {
		s.given[name] = []given{{}}
	}
}

// tell wakes the agent in the turn that is named, for what it does next. If it
// is not there yet, it finds all that it was told in order.
func (s *signals) tell(turn string, act *scenario.Act) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.wake(given{act: act}, func(w *waiter) bool { return w.name == turn }) {
		s.given[turn] = append(s.given[turn], given{act: act})
	}
}

// interrupt wakes the agents of a session that mind interrupts.
func (s *signals) interrupt(session string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wake(given{interrupt: true}, func(w *waiter) bool { return w.interrupt && w.session == session })
}

func (s *signals) wake(g given, meant func(*waiter) bool) (any bool) {
	for w := range s.waiting {
		if meant(w) {
			any = true
			delete(s.waiting, w)
			s.counter.Begin()
			w.woken <- g
		}
	}
	return any
}
