package driver

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/target"
)

// life is one life of the gateway that a driver holds.
type life struct {
	bench   *bench
	o       gateway.Options
	started chan struct{} // closed when Run has a process, or none
	woken   chan struct{} // closed when the life is over; who closes it has begun for Run
	done    chan struct{} // closed when Run has returned

	// Owned by Run until started is closed.
	p         *process
	unstarted error           // why there is none
	turning   context.Context // of the turns
	stop      context.CancelFunc
	first     int64 // calls of this life have ids above it

	state   atomic.Int32
	dormant atomic.Bool    // it was told to go dormant and not yet woken
	turns   sync.WaitGroup // Run waits for it

	mu        sync.Mutex
	over      bool                // Guarded by mu.
	calls     map[int64]*call     // Guarded by mu. Those without a result.
	abandoned map[int64]bool      // Guarded by mu. Those whose result nobody wants any more.
	taken     map[string]*running // Guarded by mu. The turns there were, by their ids.
}

// call is one call that waits for its result.
type call struct {
	result wire.Result // written by settle
	done   chan struct{}
}

const textOver = "relay transport not connected" // (OUT-4)

// Run starts the gateway and returns when its life is over.
func (l *life) Run(ctx context.Context) error {
	defer close(l.done)
	l.unstarted = l.begin(ctx)
	close(l.started)
	if l.unstarted != nil {
		return l.unstarted
	}
	l.o.Activity.End()
	select {
	case <-l.woken:
	case <-ctx.Done():
		l.finish()
		<-l.woken // whoever was first has begun for us
	}
	l.stop()
	l.turns.Wait()
	if why := context.Cause(ctx); why != nil {
		if !errors.Is(why, target.ErrOver) || !l.bench.driver.about.Able(target.Reset) { // which ends it too
			l.bench.kill(l.p)
		}
		return why
	}
	return l.p.failed()
}

// begin takes a process and lets it dial.
func (l *life) begin(ctx context.Context) error {
	p, err := l.bench.process(ctx)
	if err != nil {
		return err
	}
	l.p, l.first = p, p.ids.Load()
	l.turning, l.stop = context.WithCancel(ctx)
	p.said.hide(l.o.Secret)
	p.mu.Lock()
	p.life, p.lived = l, true
	broken := p.fault != nil
	p.mu.Unlock()
	if broken {
		l.finish()
	}
	p.write(startOf(&l.o))
	return nil
}

// finish says that the life is over. Only the first call does something.
func (l *life) finish() {
	l.mu.Lock()
	first := !l.over
	l.over = true
	left := l.calls
	l.calls = nil
	l.mu.Unlock()
	if !first {
		return
	}
	l.p.mu.Lock()
	if l.p.life == l {
		l.p.life = nil
	}
	l.p.mu.Unlock()
	for _, c := range left {
		l.settle(c, wire.Result{Error: textOver})
	}
	l.o.Activity.Begin()
	close(l.woken)
}

// Do makes a call outside a turn.
func (l *life) Do(ctx context.Context, a wire.Action) wire.Result { return l.do(ctx, "", a) }

// do makes a call and waits for its result.
func (l *life) do(ctx context.Context, turn string, a wire.Action) wire.Result {
	if a.Op == "follow_up" { // it names a session, and no chat (FU-1)
		a.ChatID = ""
	}
	return l.request(ctx, callMessage{Type: "call", Turn: turn, Call: a.Op, Args: target.Args(a)})
}

func (l *life) request(ctx context.Context, m callMessage) wire.Result {
	<-l.started
	if l.p == nil {
		return wire.Result{Error: textOver}
	}
	c := &call{done: make(chan struct{}, 1)}
	m.ID = l.p.ids.Add(1)
	l.mu.Lock()
	over := l.over
	if !over {
		l.calls[m.ID] = c
	}
	l.mu.Unlock()
	if over {
		return wire.Result{Error: textOver}
	}
	l.p.write(m)
	l.o.Activity.End()
	select {
	case <-c.done:
	case <-ctx.Done():
		if l.abandon(m.ID) {
			l.settle(c, wire.Result{Error: context.Cause(ctx).Error()})
		}
		<-c.done // whoever settled it has begun for us
	}
	return c.result
}

// claim takes a call out of those that wait. Who gets it settles it.
func (l *life) claim(id int64) *call {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.calls[id]
	delete(l.calls, id)
	return c
}

// abandon is claim for a call whose result nobody wants any more.
func (l *life) abandon(id int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.calls[id] == nil {
		return false
	}
	delete(l.calls, id)
	l.abandoned[id] = true
	return true
}

// wasAbandoned says so once.
func (l *life) wasAbandoned(id int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	was := l.abandoned[id]
	delete(l.abandoned, id)
	return was
}

func (l *life) settle(c *call, r wire.Result) {
	c.result = r
	l.o.Activity.Begin()
	c.done <- struct{}{}
}

// Disconnect asks for the end of the life and waits until it is over.
func (l *life) Disconnect(ctx context.Context) error { return l.leave(ctx, "disconnect") }

// GoIdle is Disconnect with the long patience for the ack (IDLE-1).
func (l *life) GoIdle(ctx context.Context) error { return l.leave(ctx, "go_idle") }

func (l *life) leave(ctx context.Context, how string) error {
	r := l.request(ctx, callMessage{Type: "call", Call: how})
	if !r.Success {
		return errors.New(r.Error)
	}
	l.finish()
	l.o.Activity.End()
	defer l.o.Activity.Begin()
	select {
	case <-l.done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// GoDormant asks for the end of the connection. The life goes on: wake ends the
// sleep.
func (l *life) GoDormant(ctx context.Context) error {
	l.dormant.Store(true)
	r := l.request(ctx, callMessage{Type: "call", Call: "go_dormant"})
	if !r.Success {
		return errors.New(r.Error)
	}
	return nil
}

// wake tells a dormant gateway that something has woken its host, once it has.
func (l *life) wake() {
	if l.dormant.Load() && l.o.Woken != nil && l.o.Woken() {
		l.dormant.Store(false)
		l.p.write(plainMessage{Type: "wake"})
	}
}

// State is where the gateway has said that it stands.
func (l *life) State() gateway.State { return gateway.State(l.state.Load()) }

// receive does what a message of this life says. The error is a fault.
func (l *life) receive(m *message) error {
	switch m.Type {
	case "turn":
		return l.turn(m)
	case "cancelled":
		return l.cancelled(m)
	case "result":
		return l.resulted(m)
	case "interrupted":
		if m.SessionKey == nil {
			return errors.New("it sent interrupted without a session_key")
		}
		l.bench.agent.Interrupted(*m.SessionKey, m.ChatID, m.Active)
	case "state":
		return l.stands(m)
	}
	return nil
}

func (l *life) resulted(m *message) error {
	c := l.claim(m.ID)
	switch {
	case c != nil:
	case m.ID < 1 || m.ID > l.p.ids.Load():
		return fmt.Errorf("it sent a result for call %d, which was never made", m.ID)
	case l.wasAbandoned(m.ID):
		return nil
	case m.ID > l.first:
		return fmt.Errorf("it sent a second result for %d: answer each call once, and nothing but calls with result", m.ID)
	default:
		return nil // of a life before
	}
	if len(m.Result) == 0 {
		return fmt.Errorf(`it sent a result for call %d without a "result"`, m.ID)
	}
	l.settle(c, wire.DecodeResult(m.Result))
	return nil
}

func (l *life) stands(m *message) error {
	s, ok := stateNamed(m.State)
	if !ok {
		return fmt.Errorf("it sent the state %q: want connected, disconnected, dormant or disabled", m.State)
	}
	l.state.Store(int32(s))
	var why error
	if m.Reason != "" {
		why = errors.New(m.Reason)
	}
	l.bench.agent.StateChanged(s, why)
	if m.Final || s == gateway.Disabled {
		l.finish()
	}
	return nil
}
