package gateway

import "context"

// A turn that is cancelled (TURN-3) is told so by its context and by
// Interrupted, shows as typing no more, and says nothing more: neither its reply
// nor what its agent still tries to send. Its session is busy until the agent
// has returned.

// started lets a turn be cancelled that is about to run. One that was cancelled
// before runs into it at once.
func (t *Turn) started(end context.CancelCauseFunc, y *typing) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end, t.typing = end, y
	if t.cancelled != nil {
		t.stopNow()
	}
}

// cancel ends a turn, the first time.
func (t *Turn) cancel(why error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cancelled != nil || t.isOver {
		return
	}
	t.g.work.Begin() // for whom the end of the context wakes; until the turn is over
	t.cancelled = why
	if t.end != nil {
		t.stopNow()
	}
	t.markStopped() // last: an agent that hears of it finds its context ended
}

// stopNow ends what the turn does. The caller holds mu.
func (t *Turn) stopNow() {
	t.typing.stop()
	t.end(t.cancelled)
}

// over is called when the turn has ended. It cannot be cancelled any more.
func (t *Turn) over() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.typing.stop()
	t.isOver = true
	if t.cancelled != nil {
		t.g.work.End()
	}
}

// wasCancelled is why a turn was cancelled, or nil.
func (t *Turn) wasCancelled() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.cancelled
}

// interrupt tells exactly the turn of one session to stop; without one it
// changes nothing (INT-2, INT-3).
func (g *Gateway) interrupt(key, chatID string) {
	t := g.lanes.running(key)
	if t != nil {
		t.interrupt() // first: an agent that hears of it from the observer may end its turn at once
	}
	if g.opt.Observer != nil {
		g.opt.Observer.Interrupted(key, chatID, t != nil)
	}
}
