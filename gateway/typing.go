package gateway

import (
	"sync"
	"time"

	"github.com/coder/quartz"

	"github.com/relaysim/relaysim/gateway/wire"
)

// typingPeriod is in gateway clock time (OUT-11).
const typingPeriod = 2 * time.Second

// typing says that the agent is at work, at once and every two seconds, until
// it is stopped (OUT-11). It posts and expects no answer: whatever becomes of
// it, the turn goes on. A nil typing says nothing.
type typing struct {
	g      *Gateway
	action wire.Action
	to     address

	mu      sync.Mutex
	timer   *quartz.Timer // Guarded by mu.
	stopped bool          // Guarded by mu.
	line    []byte        // Guarded by mu. For encoding.
}

// startTyping begins to type for a turn, where the revision does.
func (t *Turn) startTyping() *typing {
	if !t.g.rev.Typing || t.g.opt.NoTyping {
		return nil
	}
	y := &typing{g: t.g, to: t.g.addressOf(t.origin.platform)}
	y.action = wire.Action{
		Op:       wire.OpTyping,
		ChatID:   t.Event.Source.ChatID,
		Metadata: t.g.withOrigin(threadMetadata(t.Event), t.origin),
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	y.timer = t.g.clock.AfterFunc(typingPeriod, y.again)
	y.say()
	return y
}

// again is called by the timer.
func (y *typing) again() {
	y.mu.Lock()
	defer y.mu.Unlock()
	if !y.stopped {
		y.timer.Reset(typingPeriod)
		y.say()
	}
}

// say posts one typing action. The caller holds mu.
func (y *typing) say() {
	if c := y.g.conn.Load(); c != nil {
		y.line = wire.AppendOutbound(y.line[:0], y.g.opt.NewID(), &y.action, y.to.platform, y.to.botID)
		c.post(y.line)
	}
}

// stop ends it: nothing is posted after it returns.
func (y *typing) stop() {
	if y == nil {
		return
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	y.stopped = true
	y.timer.Stop()
}
