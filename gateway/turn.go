package gateway

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
)

// Turn is one run of the agent: an event, its session, and calls that carry
// the event's scope and author (SC-6). It is the agent's until Agent.Turn
// returns.
type Turn struct {
	// Event began the turn. It is read-only.
	Event *wire.Event
	// SessionKey names the session of the event (SK).
	SessionKey string
	// Session is the session as it was when the turn began (SES). Notice is not
	// zero in the first turn after an automatic reset (SES-6).
	Session session.Entry
	Notice  session.Notice

	g      *Gateway
	origin origin // of its event (SC-6), and the platform of its chat
	size   int    // bytes that it holds while it runs or waits. Guarded by the lanes' mu.

	mu        sync.Mutex
	stopped   chan struct{}           // Guarded by mu. Made when it is first needed.
	stop      bool                    // Guarded by mu. The turn was interrupted.
	cancelled error                   // Guarded by mu. Why, nil when it was not (TURN-3).
	end       context.CancelCauseFunc // Guarded by mu. Of its context; nil before it runs.
	typing    *typing                 // Guarded by mu. nil before it runs.
	isOver    bool                    // Guarded by mu. It has run.
	streams   []*Stream               // Guarded by mu.
	said      []string                // Guarded by mu. What was streamed, a segment each.
}

// turnOverhead is what a turn holds beside its event, in bytes, roughly.
const turnOverhead = 1024

// newTurn takes in an event. Its scope and author stay with the turn, whoever
// writes in the chat meanwhile, and so does it when it has none: what others
// wrote there before is not its own (SC-6). size is of its event, in bytes.
func (g *Gateway) newTurn(key string, e *wire.Event, size int) *Turn {
	platform := g.chats.note(&e.Source)
	return &Turn{
		Event: e, SessionKey: key, g: g, size: size + turnOverhead,
		origin: origin{platform, e.Source.Scope, e.Source.UserID},
	}
}

// Do sends one action of this turn and waits for its result; see Caller. An
// empty ChatID is the event's chat, an empty SessionKey of a follow_up or an
// interrupt is the turn's session. An action for another chat carries what was
// last seen there. A cancelled turn has nothing to say any more (TURN-3).
func (t *Turn) Do(ctx context.Context, a wire.Action) wire.Result {
	if why := t.wasCancelled(); why != nil {
		return failure(why.Error())
	}
	switch a.Op {
	case wire.OpFollowUp, wire.OpInterrupt:
		if a.SessionKey == "" {
			a.SessionKey = t.SessionKey
		}
	default:
		if a.ChatID == "" {
			a.ChatID = t.Event.Source.ChatID
		}
		if a.ChatID != t.Event.Source.ChatID {
			return t.g.Do(ctx, a)
		}
	}
	return t.g.do(ctx, a, t.origin)
}

// Interrupted is closed when an interrupt for exactly this session arrives
// (INT-2). The context of the turn goes on, so that the agent can still say
// that it stopped.
func (t *Turn) Interrupted() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stopped == nil {
		t.stopped = make(chan struct{})
		if t.stop {
			close(t.stopped)
		}
	}
	return t.stopped
}

func (t *Turn) interrupt() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.markStopped()
}

// markStopped lets the agent see that it shall stop. The caller holds mu.
func (t *Turn) markStopped() {
	if !t.stop && t.stopped != nil {
		close(t.stopped)
	}
	t.stop = true
}

func (t *Turn) wasInterrupted() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stop
}

// run lets the agent handle the event and sends what it says. The goroutine of
// the lane calls it.
func (t *Turn) run(ctx context.Context) {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	t.started(end, t.startTyping())
	defer t.over()
	t.g.saveSessions()
	defer t.g.saveSessions()
	reply, err := t.agent(ctx)
	switch {
	case t.wasCancelled() != nil, t.wasInterrupted() && t.g.lanes.hasWaiting(t):
		t.g.store.Fail(&t.Session, "")
		return // (TURN-3, INT-4)
	case ctx.Err() != nil:
		return // the gateway has ended: nobody hears a reply
	}
	t.ended(reply, err)
	t.reply(ctx, t.apology(reply, err))
}

// apology is what is said in place of the reply when the agent failed (TURN-5).
func (t *Turn) apology(reply string, err error) string {
	if err == nil {
		return reply
	}
	t.g.log.Error("relay: the agent failed", "session", t.SessionKey, "error", err)
	return "Sorry, I ran into an error: " + err.Error()
}

// agent runs the agent. A panic of its is an error of the turn (TURN-5). What it
// streamed is delivered when it returns.
func (t *Turn) agent(ctx context.Context) (reply string, err error) {
	defer t.closeStreams()
	defer func() {
		if p := recover(); p != nil {
			t.g.log.Error("relay: the agent panicked", "session", t.SessionKey, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return t.g.opt.Agent.Turn(ctx, t)
}
