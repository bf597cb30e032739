package driver

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/sim/target"
)

// bench is one gateway of one run, in a program of its own.
type bench struct {
	driver *Driver
	agent  target.Agent
	life   *life // the last; owned by the run's goroutine
	told   bool  // Settle has returned the fault; owned by the run's goroutine

	p atomic.Pointer[process] // nil before the first life and after a kill; set by Run
}

// New makes a gateway for one life.
func (b *bench) New(o gateway.Options) (target.Gateway, error) {
	b.life = &life{
		bench: b, o: o, calls: map[int64]*call{}, abandoned: map[int64]bool{}, taken: map[string]*running{},
		started: make(chan struct{}), woken: make(chan struct{}), done: make(chan struct{}),
	}
	return b.life, nil
}

// process is the one that the next life is in.
func (b *bench) process(ctx context.Context) (*process, error) {
	if p := b.p.Load(); p != nil {
		return p, nil
	}
	p, err := b.driver.lease(ctx)
	if err != nil {
		return nil, err
	}
	b.p.Store(p)
	return p, nil
}

// kill ends the life at once: in the program where it is able to, else with it.
func (b *bench) kill(p *process) {
	if !p.over() && b.driver.about.Able(target.Kill) {
		if _, err := p.ask(context.Background(), target.Kill); err == nil {
			return
		}
	}
	if p.over() {
		<-p.Gone()
		return
	}
	p.end()
	b.p.Store(nil)
}

// current is the process; nil where there is none. The error says why it could
// not be started.
func (b *bench) current() (*process, error) {
	l := b.life
	if l == nil {
		return nil, nil
	}
	<-l.started
	if l.p == nil {
		return nil, l.unstarted
	}
	return b.p.Load(), nil
}

// Settle asks the program whether it has handled everything. One that cannot
// say is only asked for its faults.
func (b *bench) Settle(ctx context.Context) (next time.Duration, ok bool, err error) {
	p, err := b.current()
	if p == nil || err != nil {
		b.told = err != nil
		return 0, false, err
	}
	if p.over() {
		b.told = true
		return 0, false, p.verdict()
	}
	b.life.wake()
	if !b.driver.about.Able(target.Sync) {
		return 0, false, nil
	}
	m, err := p.ask(ctx, target.Sync)
	if err != nil {
		b.told = errors.As(err, new(*Fault))
		return 0, false, err
	}
	if m.Next == nil || !b.driver.about.Able(target.Clock) {
		return 0, false, nil
	}
	return time.Duration(*m.Next * float64(time.Millisecond)), true, nil
}

// Advance moves the program's clock.
func (b *bench) Advance(ctx context.Context, d time.Duration) error {
	p, err := b.current()
	if p == nil || err != nil {
		return err
	}
	_, err = p.question(ctx, "advance", func(id int64) any {
		return advanceMessage{Type: "advance", ID: id, MS: float64(d) / float64(time.Millisecond)}
	})
	return err
}

// Reports counts what the program has reported.
func (b *bench) Reports() int64 {
	if p := b.p.Load(); p != nil {
		return p.reports.Load()
	}
	return 0
}

// Said is the last that the program printed.
func (b *bench) Said() []string {
	p := b.p.Load()
	if p == nil {
		return nil
	}
	if p.over() {
		<-p.Gone() // with all that it printed
	}
	return p.said.last()
}

// Close gives the program back, or ends it. The error is a fault that Settle
// has not returned.
func (b *bench) Close() error {
	p := b.p.Load()
	if p == nil {
		return nil
	}
	if !p.over() {
		return b.driver.release(p)
	}
	<-p.Gone()
	if b.told {
		return nil
	}
	return p.failed()
}
