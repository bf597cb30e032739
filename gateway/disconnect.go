package gateway

import (
	"context"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway/wire"
)

// The bounds on the wait for going_idle_ack, in gateway clock time (IDLE-1).
const (
	idleLimit      = 10 * time.Second
	idleOnShutdown = 2 * time.Second
)

// Disconnect ends the connection on purpose and makes Run return: nothing
// re-dials (RC-2). Since r8 it says going_idle first and waits up to 2 s for
// the ack (IDLE-1). It returns nil when Run has returned, or was never called,
// and ctx's cause when ctx ends before that; then the connection is closed
// without waiting any longer. The goodbye that GoIdle or GoDormant has begun is
// not said again, and ends within those 2 s.
func (g *Gateway) Disconnect(ctx context.Context) error {
	return g.leave(ctx, gone, idleOnShutdown)
}

// GoIdle is Disconnect for a gateway that has time: it waits up to 10 s for the
// ack (IDLE-1). What arrives meanwhile is served.
func (g *Gateway) GoIdle(ctx context.Context) error {
	return g.leave(ctx, gone, idleLimit)
}

// GoDormant closes the connection as GoIdle does, without giving up: Run goes
// on, dials again once Options.Woken says so, and takes what the connector has
// buffered meanwhile (IDLE-7). Turns that run go on, and have no socket. Where
// nothing re-dials (r6, Options.NoReconnect) it is GoIdle. It returns nil when
// the gateway is dormant, or Run has returned, or was never called, and ctx's
// cause when ctx ends before that.
func (g *Gateway) GoDormant(ctx context.Context) error {
	if !g.redials() {
		return g.GoIdle(ctx)
	}
	return g.leave(ctx, dormant, idleLimit)
}

// leave ends the connection on purpose and waits until that is done.
func (g *Gateway) leave(ctx context.Context, to purpose, limit time.Duration) error {
	p := g.newPause()
	g.mu.Lock()
	if to > g.purpose {
		g.setPurpose(to)
	}
	if !g.running || g.reached >= to {
		g.mu.Unlock()
		return nil
	}
	g.leavers[p] = to
	c := g.current
	g.mu.Unlock()
	if c != nil {
		c.leave(ctx, limit)
	}
	p.wait(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, waits := g.leavers[p]; waits {
		delete(g.leavers, p)
		return context.Cause(ctx)
	}
	return nil
}

// reach says how far the gateway has come in leaving, and wakes those who
// wanted no more.
func (g *Gateway) reach(p purpose) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.reached = p
	for l, to := range g.leavers {
		if to <= p {
			delete(g.leavers, l)
			l.wake()
		}
	}
}

// leave ends a connection politely; one that has not shaken hands yet is
// dropped. While somebody else is at it, it only shortens their wait.
func (c *conn) leave(ctx context.Context, limit time.Duration) {
	if c.g.conn.Load() != c {
		c.drop(errLeft)
		return
	}
	if c.g.rev.GoesIdle && !c.goIdle(ctx, limit) {
		return
	}
	c.blame(errLeft)
	c.close(websocket.StatusNormalClosure, "")
}

// goIdle says going_idle and waits for the ack, for the end of the socket, or
// for the limit. The connection serves on meanwhile (IDLE-1). It is false when
// the connection has ended, or when somebody else is at it.
func (c *conn) goIdle(ctx context.Context, limit time.Duration) bool {
	p := c.g.newPause()
	if !c.awaitIdle(p, limit) {
		return false
	}
	if err := c.write(wire.AppendGoingIdle(nil)); err != nil {
		c.broken(err)
	}
	p.wait(ctx)
	return true
}

// awaitIdle lets the next going_idle_ack, the end of the socket or the limit
// wake p. It is false when the socket has ended, or when another pause waits
// already, which then waits no longer than the limit.
func (c *conn) awaitIdle(p *pause, limit time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	deadline := c.g.clock.Now().Add(limit)
	switch {
	case c.over:
		return false
	case c.idle != nil:
		if deadline.Before(c.idleUntil) {
			c.idleUntil = deadline
			c.idleTimer.Reset(limit)
		}
		return false
	}
	c.idle, c.idleUntil = p, deadline
	c.idleTimer = c.g.clock.AfterFunc(limit, p.wake)
	return true
}

// idleAcked wakes who waits for the ack; nobody may.
func (c *conn) idleAcked() {
	c.mu.Lock()
	p := c.idle
	c.mu.Unlock()
	if p != nil {
		p.wake()
	}
}
