package gateway

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coder/websocket"
)

// The back-off between dials, in gateway clock time (RC-1).
const (
	firstBackOff = 1 * time.Second // Options.BackOff's default
	lastBackOff  = 30 * time.Second
)

// closeUnauthorized is the connector's refusal of a token (AUTH-4, REV-1).
const closeUnauthorized websocket.StatusCode = 4401

// keepConnected dials, serves the socket until it ends, and dials again for as
// long as that is meant. It returns what Run returns.
func (g *Gateway) keepConnected(ctx context.Context) error {
	backOff := g.opt.BackOff
	for {
		established, err := g.serveOnce(ctx)
		if done, result := g.verdict(ctx, err); done {
			return result
		}
		g.log.Warn("relay: will dial again", "in", backOff, "error", err)
		g.setState(Disconnected, err)
		if established {
			backOff = g.opt.BackOff // (RC-4)
		}
		g.waitToDial(ctx, backOff)
		if done, result := g.verdict(ctx, err); done {
			return result
		}
		backOff = min(2*backOff, lastBackOff)
	}
}

// verdict says whether nothing dials again after err, sets the state that
// follows, and returns what Run returns.
func (g *Gateway) verdict(ctx context.Context, err error) (done bool, result error) {
	switch {
	case g.hasLeft():
		g.setState(Disconnected, nil)
		return true, nil // (RC-2)
	case ctx.Err() != nil:
		g.setState(Disconnected, context.Cause(ctx))
		return true, context.Cause(ctx)
	case g.rev.Revokes && g.met && websocket.CloseStatus(err) == closeUnauthorized:
		g.setState(Disabled, err) // (REV-1)
		return true, fmt.Errorf("%w: %w", ErrDisabled, err)
	case g.opt.NoReconnect || !g.rev.Reconnects:
		g.setState(Disconnected, err)
		return true, err
	}
	return false, nil
}

// waitToDial waits for the back-off, for Disconnect, or for ctx.
func (g *Gateway) waitToDial(ctx context.Context, d time.Duration) {
	p := g.newPause()
	g.mu.Lock()
	if g.left {
		g.mu.Unlock()
		return
	}
	g.rest = p
	g.mu.Unlock()
	timer := g.clock.AfterFunc(d, p.wake)
	p.wait(ctx)
	timer.Stop()
	g.mu.Lock()
	g.rest = nil
	g.mu.Unlock()
}

// errLeft is why a connection ends that Disconnect ended.
var errLeft = errors.New("disconnected on purpose")

// serveOnce dials one socket and serves it to its end. established says that
// the handshake was done; err says how it ended, and is never nil.
func (g *Gateway) serveOnce(ctx context.Context) (established bool, err error) {
	c := newConn(g)
	g.mu.Lock()
	if g.left {
		g.mu.Unlock()
		return false, errLeft
	}
	g.current = c
	g.mu.Unlock()

	err = c.serve(ctx)

	g.mu.Lock()
	g.current = nil
	g.mu.Unlock()
	return c.ready, err
}

func (g *Gateway) hasLeft() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.left
}
