package driver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/target"
)

// turn lets the agent take a turn that the driver reports. The error is a
// fault.
func (l *life) turn(m *message) error {
	switch {
	case m.Turn == "":
		return errors.New(`it sent a turn without an id in "turn"`)
	case m.SessionKey == nil:
		return fmt.Errorf("it sent turn %s without a session_key", m.Turn)
	case !bytes.HasPrefix(m.Event, []byte("{")):
		return fmt.Errorf("it sent turn %s without an event, which is an object", m.Turn)
	}
	event, err := target.DecodeEvent(m.Event, l.o.Revision)
	if err != nil {
		return fmt.Errorf("it sent turn %s with an event that cannot be read: %w", m.Turn, err)
	}
	l.mu.Lock()
	over, again := l.over, l.taken[m.Turn] != nil
	running := &running{done: make(chan struct{})}
	if !again {
		l.taken[m.Turn] = running
	}
	l.mu.Unlock()
	if again {
		return fmt.Errorf("it sent turn %s twice: each turn has an id of its own", m.Turn)
	}
	if over {
		return nil
	}
	l.bench.agent.Reported(target.Routed{SessionKey: *m.SessionKey, SessionID: m.SessionID, Notice: m.Notice, Event: m.Event})
	running.ctx, running.cancel = context.WithCancelCause(l.turning)
	t := &target.Turn{
		Caller: turnCaller{l, m.Turn}, SessionKey: *m.SessionKey, SessionID: m.SessionID, Notice: m.Notice,
		Event: event, Raw: m.Event,
	}
	l.o.Activity.Begin()
	l.turns.Go(func() { l.run(m.Turn, t, running) })
	return nil
}

// running is a turn that the agent has taken.
type running struct {
	// Owned by the reader of the process.
	ctx    context.Context
	cancel context.CancelCauseFunc
	done   chan struct{} // closed when the agent has returned

	mu     sync.Mutex
	over   bool // Guarded by mu.
	ending bool // Guarded by mu. It is cancelled, and counted until it is over.
}

// run lets the agent handle a turn, and tells the driver what came of it.
func (l *life) run(id string, t *target.Turn, r *running) {
	defer l.o.Activity.End()
	reply, err := l.bench.agent.Handle(r.ctx, t)
	switch {
	case r.ctx.Err() != nil: // nobody hears it
	case err != nil:
		l.p.write(failMessage{Type: "fail", Turn: id, Error: err.Error()})
	default:
		l.p.write(replyMessage{Type: "reply", Turn: id, Text: reply})
	}
	r.cancel(nil)
	close(r.done)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
	if r.ending {
		l.o.Activity.End()
	}
}

// cancelled ends a turn that the gateway has cancelled (TURN-3). The error is a
// fault.
func (l *life) cancelled(m *message) error {
	l.mu.Lock()
	r := l.taken[m.Turn]
	l.mu.Unlock()
	if r == nil || r.cancel == nil {
		return fmt.Errorf("it sent cancelled for turn %q, which it has not begun", m.Turn)
	}
	why := m.Reason
	if why == "" {
		why = "the turn was cancelled"
	}
	if l.end(r, errors.New(why)) {
		<-r.done // it is over in the trace before the session's next turn begins
	}
	return nil
}

// end cancels a turn, unless it is over or was cancelled before.
func (l *life) end(r *running, why error) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over || r.ending {
		return false
	}
	r.ending = true
	l.o.Activity.Begin() // for whom the end of the context wakes
	r.cancel(why)
	return true
}

// turnCaller makes the calls of one turn.
type turnCaller struct {
	l    *life
	turn string
}

// Do makes a call of the turn.
func (c turnCaller) Do(ctx context.Context, a wire.Action) wire.Result { return c.l.do(ctx, c.turn, a) }
