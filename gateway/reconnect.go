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

// purpose is what becomes of the gateway when its socket ends. It only grows,
// except that waking ends being dormant.
type purpose int

const (
	serving purpose = iota // it dials again, where the revision does
	dormant                // it sleeps until it is woken (IDLE-7)
	gone                   // Run returns (RC-2)
)

// keepConnected dials, serves the socket until it ends, and dials again for as
// long as that is meant. It returns what Run returns.
func (g *Gateway) keepConnected(ctx context.Context) error {
	backOff := g.opt.BackOff
	for {
		established, err := g.serveOnce(ctx)
		if done, result := g.verdict(ctx, err); done {
			return result
		}
		if established {
			backOff = g.opt.BackOff // (RC-4)
		}
		if g.means(dormant) {
			g.hibernate(ctx)
			backOff = g.opt.BackOff
		} else {
			g.log.Warn("relay: will dial again", "in", backOff, "error", err)
			g.setState(Disconnected, err)
			g.wait(ctx, serving, backOff)
			backOff = min(2*backOff, lastBackOff)
		}
		if done, result := g.verdict(ctx, err); done {
			return result
		}
	}
}

// verdict says whether nothing dials again after err, sets the state that
// follows, and returns what Run returns.
func (g *Gateway) verdict(ctx context.Context, err error) (done bool, result error) {
	switch {
	case g.rev.Revokes && g.met && websocket.CloseStatus(err) == closeUnauthorized:
		g.setState(Disabled, err) // (REV-1) whatever else was meant
		return true, fmt.Errorf("%w: %w", ErrDisabled, err)
	case g.means(gone):
		g.setState(Disconnected, nil)
		return true, nil // (RC-2)
	case ctx.Err() != nil:
		g.setState(Disconnected, context.Cause(ctx))
		return true, context.Cause(ctx)
	case !g.redials():
		g.setState(Disconnected, err)
		return true, err
	}
	return false, nil
}

// redials says whether the gateway outlives its socket.
func (g *Gateway) redials() bool { return g.rev.Reconnects && !g.opt.NoReconnect }

// wait lets d pass. It returns early when the purpose is not, or no longer, the
// given one, or when ctx ends.
func (g *Gateway) wait(ctx context.Context, while purpose, d time.Duration) {
	p := g.newPause()
	g.mu.Lock()
	if g.purpose != while {
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

// wakePoll is how often a dormant gateway asks whether it is woken, in gateway
// clock time (IDLE-7).
const wakePoll = 1 * time.Second

// hibernate lets the gateway be dormant until it is woken, shall end, or ctx
// ends.
func (g *Gateway) hibernate(ctx context.Context) {
	g.setState(Dormant, nil)
	g.reach(dormant)
	for asleep := true; asleep; {
		g.wait(ctx, dormant, wakePoll)
		asleep = g.means(dormant) && ctx.Err() == nil && g.opt.Woken != nil && !g.opt.Woken()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.reached = serving
	if g.purpose == dormant {
		g.purpose = serving
	}
}

// errLeft is why a connection ends that the gateway left.
var errLeft = errors.New("disconnected on purpose")

// serveOnce dials one socket and serves it to its end. established says that
// the handshake was done; err says how it ended, and is never nil.
func (g *Gateway) serveOnce(ctx context.Context) (established bool, err error) {
	c := newConn(g)
	g.mu.Lock()
	if g.purpose != serving {
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

func (g *Gateway) means(p purpose) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.purpose == p
}

// setPurpose changes what the gateway is about, and ends a wait that was about
// something else. The caller holds mu.
func (g *Gateway) setPurpose(p purpose) {
	g.purpose = p
	if g.rest != nil {
		g.rest.wake()
	}
}
