package play

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target"
)

// player is one gateway of a scenario over its lives: started, killed and
// started again. Its agent writes what the gateway tells into the trace.
type player struct {
	run    *run
	name   string
	config scenario.Gateway

	id, secret, tenant string
	identities         []wire.Identity
	agent              *Agent
	store              *session.Store // of this life or, in memory, of all of them
	folder             string         // of the store; empty where it is in memory
	bench              target.Bench

	// Owned by the run's goroutine.
	gateway target.Gateway // of this life; nil before the first
	stop    context.CancelCauseFunc
	ended   chan struct{} // closed when this life is over
	lives   sync.WaitGroup

	woken atomic.Bool // something has woken its host since it left
}

// start begins a life of the gateway: it dials. One life at a time.
func (p *player) start() error {
	if p.ended != nil {
		select {
		case <-p.ended:
		default:
			return fmt.Errorf("gateway %s is running: disconnect or kill it first", p.name)
		}
	}
	if err := p.openStore(); err != nil {
		return err
	}
	o, err := p.options()
	if err != nil {
		return err
	}
	g, err := p.bench.New(o)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	ended := make(chan struct{})
	p.gateway, p.stop, p.ended = g, cancel, ended
	p.run.counter.Begin()
	p.lives.Go(func() {
		defer p.run.counter.End()
		defer close(ended)
		_ = g.Run(ctx) // why it ended is in the trace, as a state
	})
	return nil
}

// awaitEnd waits until the life before is over, which a connector elsewhere may
// draw out, but no longer than most.
func (p *player) awaitEnd(ctx context.Context, most time.Duration) {
	if p.ended == nil {
		return
	}
	limited, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	select {
	case <-p.ended:
	case <-limited.Done():
	}
}

// cancel ends the life, if there is one, at once and without a goodbye: the run
// is over.
func (p *player) cancel() {
	if p.stop != nil {
		p.stop(target.ErrOver)
	}
}

// kill cancels the life and waits until it is over.
func (p *player) kill(ctx context.Context) error {
	if p.ended == nil {
		return nil
	}
	p.stop(nil)
	select {
	case <-p.ended:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (p *player) wait() { p.lives.Wait() }

// leave begins a deliberate end of the connection and does not wait for it.
func (p *player) leave(how func(target.Gateway, context.Context) error) {
	g := p.gateway
	p.woken.Store(false)
	p.run.counter.Begin()
	p.lives.Go(func() {
		defer p.run.counter.End()
		_ = how(g, context.Background())
	})
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

var errUnknownGateway = errors.New("no such gateway")

// player finds a gateway by name; empty means the only one.
func (r *run) player(name string) (*player, error) {
	if name == "" {
		if len(r.names) > 1 {
			return nil, fmt.Errorf("there are %d gateways: say which with to", len(r.names))
		}
		name = r.names[0]
	}
	p, ok := r.gateways[name]
	if !ok {
		return nil, fmt.Errorf("%w: %q", errUnknownGateway, name)
	}
	return p, nil
}

// gatewayID is the id of a gateway by its name.
func (r *run) gatewayID(name string) (string, error) {
	p, err := r.player(name)
	if err != nil {
		return "", err
	}
	return p.id, nil
}
