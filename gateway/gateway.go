// Package gateway is the gateway half of the relay contract: it dials a
// connector, hosts an agent, gives it one turn per event, and sends what the
// agent says. It opens no port (DIAL-3), holds no platform secret, and knows
// nothing of the simulator.
//
// Start with New and Gateway.Run; Agent is what the caller brings. Inside,
// reconnect.go decides when to dial, conn.go owns one socket, receive.go says
// what each frame does, accept.go where an event goes, lane.go who waits for
// whom, begin.go runs the turns.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/coder/quartz"

	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
)

// Gateway is one gateway: it dials its connector, gives each event to its
// agent, and sends what the agent says. Its methods may be called from any
// goroutine.
type Gateway struct {
	// Fixed after New.
	opt    Options // defaults filled in
	rev    *wire.Revision
	clock  quartz.Clock
	log    *slog.Logger
	work   Activity
	store  *session.Store
	url    string            // to dial (DIAL-1); may hold secrets
	where  string            // url without them, for errors and logs
	hellos [][]byte          // one line per identity (MP-1)
	bots   map[string]string // bot ids by platform

	chats   memory   // locks itself
	prompts prompts  // locks itself
	lanes   lanes    // locks itself
	calls   callPool // locks itself

	conn  atomic.Pointer[conn]        // whose handshake is done; nil when not connected
	descs atomic.Pointer[descriptors] // as last adopted (HS-6); nil before the first handshake
	state atomic.Int32                // written by Run

	// Owned by Run.
	ctx   context.Context // of the turns
	met   bool            // some handshake has succeeded (REV-1)
	turns sync.WaitGroup  // Run waits for it

	mu      sync.Mutex
	running bool               // Guarded by mu. Run was called.
	purpose purpose            // Guarded by mu.
	reached purpose            // Guarded by mu. dormant while it is, gone when Run has returned.
	leavers map[*pause]purpose // Guarded by mu. Who waits until something is reached.
	current *conn              // Guarded by mu. From the dial on; nil between sockets.
	rest    *pause             // Guarded by mu. Run waits before it dials again.
}

// ErrDisabled is wrapped by Run's error when the connector has revoked this
// gateway: dialling again is no use (REV-1).
var ErrDisabled = errors.New("relay disabled")

// New checks o and returns a gateway that is not connected yet. It starts
// nothing; see Run.
func New(o Options) (*Gateway, error) {
	if err := o.fill(); err != nil {
		return nil, fmt.Errorf("gateway: %w", err)
	}
	url, err := wire.DialURL(o.URL)
	if err != nil {
		return nil, fmt.Errorf("gateway: URL: %w", err)
	}
	g := &Gateway{
		opt:     o,
		rev:     o.Revision,
		clock:   o.Clock,
		log:     o.Logger,
		work:    o.Activity,
		store:   o.Store,
		url:     url,
		where:   withoutSecrets(url),
		bots:    botsOf(o.Identities),
		leavers: map[*pause]purpose{},
	}
	g.hellos = hellosOf(&o)
	g.lanes.init(o.MaxMessage)
	return g, nil
}

// Run dials the connector and serves it until ctx ends, Disconnect or GoIdle is
// called, the relay is disabled (REV-1), or the socket ends and nothing re-dials
// (RC). Everything it started is gone when it returns, so an agent must heed
// its context. A gateway runs once.
//
// Where several of these came together, it returns for the first of: ErrDisabled
// where the connector's last word was a close 4401 after some handshake, nil after
// Disconnect or GoIdle, ctx's cause when ctx ended, and else why the connection is
// gone.
//
// The sessions take ctx's end for a crash: what was going on is to be resumed.
// Every other end is a clean stop (SES-8).
func (g *Gateway) Run(ctx context.Context) error {
	g.mu.Lock()
	again := g.running
	g.running = true
	g.mu.Unlock()
	if again {
		return errors.New("gateway: Run was called before")
	}
	defer g.reach(gone)
	if err := g.openSessions(); err != nil {
		return err
	}
	defer g.releaseSessions()
	inner, cancel := context.WithCancel(ctx)
	g.ctx = inner
	err := g.keepConnected(inner)
	cancel()
	g.turns.Wait()
	if ctx.Err() == nil {
		g.closeSessions()
	}
	return err
}

// State says where the gateway stands with its connector.
func (g *Gateway) State() State { return State(g.state.Load()) }

// setState is called by Run only, so that observers see one order.
func (g *Gateway) setState(s State, why error) {
	g.state.Store(int32(s))
	if g.opt.Observer != nil {
		g.opt.Observer.StateChanged(s, why)
	}
}
