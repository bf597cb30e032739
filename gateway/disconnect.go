package gateway

import (
	"context"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway/wire"
)

// idleOnShutdown bounds the wait for going_idle_ack, in gateway clock time,
// when the gateway leaves for good (IDLE-1).
const idleOnShutdown = 2 * time.Second

// Disconnect ends the connection on purpose and makes Run return: nothing
// re-dials (RC-2). Since r8 it says going_idle first and waits up to 2 s for
// the ack (IDLE-1). It returns nil when Run has returned, or was never called,
// and ctx's cause when ctx ends before that.
func (g *Gateway) Disconnect(ctx context.Context) error {
	g.mu.Lock()
	first, running := !g.left, g.running
	g.left = true
	c, rest := g.current, g.rest
	g.mu.Unlock()
	if !running {
		return nil
	}
	if first && rest != nil {
		rest.wake()
	}
	if first && c != nil {
		c.leave(ctx)
	}
	select {
	case <-g.stopped:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// leave ends a connection politely; one that has not shaken hands yet is
// dropped.
func (c *conn) leave(ctx context.Context) {
	if c.g.conn.Load() != c {
		c.drop(errLeft)
		return
	}
	if c.g.rev.GoesIdle {
		c.goIdle(ctx)
	}
	c.blame(errLeft)
	c.close(websocket.StatusNormalClosure, "")
}

// goIdle says going_idle and waits for the ack, for the end of the socket, or
// for two seconds. The connection serves on meanwhile (IDLE-1).
func (c *conn) goIdle(ctx context.Context) {
	p := c.g.newPause()
	if !c.awaitIdle(p) {
		return
	}
	timer := c.g.clock.AfterFunc(idleOnShutdown, p.wake)
	defer timer.Stop()
	if err := c.write(wire.AppendGoingIdle(nil)); err != nil {
		c.broken(err)
	}
	p.wait(ctx)
}
