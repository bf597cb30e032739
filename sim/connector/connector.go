// Package connector is the fake connector: the far side of the relay as a
// gateway knows it. It accepts upgrades at /relay, answers hellos and requests,
// keeps capabilities in a vault, takes Discord interactions and Twilio webhooks
// at its edge, and models the chats so that one can ask what a user would see.
//
// It serves every revision of the contract at once, writing the scope under
// both keys (IN-4). It decodes frames and computes session keys on its own and
// shares no code with the gateway but the check of upgrade tokens, so that a
// wrong key or field in one half shows in the other. It knows nothing of
// scenarios, YAML or the player.
//
// Start reading at ServeHTTP, then socket.handle.
package connector

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/quartz"

	"github.com/relaysim/relaysim/sim/connector/buffer"
	"github.com/relaysim/relaysim/sim/connector/bus"
	"github.com/relaysim/relaysim/sim/connector/state"
	"github.com/relaysim/relaysim/sim/trace"
)

// A Connector is an http.Handler. Its methods may be called from any goroutine.
type Connector struct {
	// Fixed after New.
	maxMessage   int
	maxSockets   int
	writeTimeout time.Duration
	helloTimeout time.Duration
	wakeCoolDown time.Duration
	wakeTimeout  time.Duration
	wakeClient   *http.Client
	peerHeader   string
	openAuth     bool
	fail         map[string]string
	infos        map[string]ChatInfo
	clock        quartz.Clock
	newID        func() string
	log          Trace
	activity     Activity
	logger       *slog.Logger

	manualHandshake atomic.Bool
	manualResults   atomic.Bool
	refuse          atomic.Int64 // HTTP status for upgrades; 0 accepts
	refused         sync.Map     // that of one gateway, an int by its name
	live            atomic.Int64 // authenticated upgrades and sockets
	strangers       atomic.Int64 // refused ones that are still open

	// What other instances may share.
	buffers  buffer.Buffers
	state    state.State
	others   bus.Member // nil: there are none
	world    *World
	chats    *chats    // of world
	commands *commands // of world
	keys     *edgeKeys // of world

	trap      trap
	routes    routes
	platforms platforms

	ctx    context.Context // ends with Close
	cancel context.CancelFunc

	closing sync.RWMutex // Held for writing to set closed.
	closed  bool
	serving sync.WaitGroup // requests being served, hijacked ones included
}

// New returns a connector that serves until Close.
func New(o Options) *Connector {
	c := &Connector{
		maxMessage:   cmp.Or(o.MaxMessage, 1<<20),
		maxSockets:   cmp.Or(o.MaxSockets, 1024),
		writeTimeout: cmp.Or(o.WriteTimeout, 5*time.Second),
		helloTimeout: cmp.Or(o.HelloTimeout, 30*time.Second),
		wakeCoolDown: cmp.Or(o.WakeCoolDown, defaultWakeCoolDown),
		wakeTimeout:  cmp.Or(o.WakeTimeout, defaultWakeTimeout),
		wakeClient:   wakeClient(o.WakeClient),
		peerHeader:   o.PeerHeader,
		openAuth:     o.OpenAuth,
		fail:         o.Fail,
		infos:        o.Chats,
		clock:        o.Clock,
		newID:        o.NewID,
		log:          o.Trace,
		activity:     o.Activity,
		logger:       o.Logger,
		buffers:      o.Buffers,
		state:        o.State,
		world:        o.World,
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	if c.clock == nil {
		c.clock = quartz.NewReal()
	}
	if c.newID == nil {
		c.newID = func() string { return "out-" + strconv.FormatInt(c.world.messages.Add(1), 10) }
	}
	if c.activity == nil {
		c.activity = nobody{}
	}
	if c.logger == nil {
		c.logger = slog.New(slog.DiscardHandler)
	}
	c.manualHandshake.Store(o.ManualHandshake)
	c.manualResults.Store(o.ManualResults)
	c.share(o.Watch)
	c.routes.init(c, o)
	c.platforms.init(o.Platforms)
	if o.Bus != nil {
		c.others = o.Bus.Join(c.heard, c.missed)
	}
	return c
}

// share makes what nobody shares with it.
func (c *Connector) share(watch func(Shown)) {
	if c.buffers == nil {
		c.buffers = buffer.NewMemory(buffer.Limits{})
	}
	if c.state == nil {
		c.state = state.NewMemory()
	}
	if c.world == nil {
		c.world = NewWorld(c.clock, watch)
	}
	c.chats, c.commands, c.keys = &c.world.chats, &c.world.commands, &c.world.keys
}

// Close cuts every socket and waits until no goroutine of the connector is
// left. What is asked of it afterwards is refused. Every call waits.
func (c *Connector) Close() {
	c.closing.Lock()
	c.closed = true
	c.closing.Unlock()
	c.cancel()
	if c.others != nil {
		c.others.Leave()
	}
	for _, s := range c.routes.all() {
		s.cut("the connector stopped")
	}
	c.serving.Wait()
}

// begin admits one request; the caller calls serving.Done after it. It is false
// after Close.
func (c *Connector) begin() bool {
	c.closing.RLock()
	defer c.closing.RUnlock()
	if !c.closed {
		c.serving.Add(1)
	}
	return !c.closed
}

func (c *Connector) observe(o *trace.Observation) {
	if c.log != nil {
		c.log.Add(o)
	}
}

// note records that the connector dropped something, which no frame shows.
func (c *Connector) note(peer, reason string) {
	c.logger.Info("dropped", "peer", peer, "reason", reason)
	c.observe(&trace.Observation{Kind: trace.Note, Peer: peer, From: trace.Connector, Reason: reason})
}

type nobody struct{}

func (nobody) Begin() {}
func (nobody) End()   {}
