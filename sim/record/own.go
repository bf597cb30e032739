package record

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway"
	sessions "github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/scenario"
)

// OwnOptions configures relaysim's own gateway.
type OwnOptions struct {
	// Env says who the gateway is; its URL is not used.
	Env gateway.Env
	// Revision of the contract it speaks. Nil means wire.R8.
	Revision *wire.Revision
	// Rules are what its agent does, and Vars what ${name} stands for in them.
	Rules []scenario.Rule
	Vars  map[string]any
	// Keeper keeps its sessions beyond its life. Nil keeps them in memory.
	Keeper sessions.Keeper
}

// Echo are the rules of an agent that repeats what it is told.
func Echo() []scenario.Rule {
	text := "${text}"
	return []scenario.Rule{{Do: []scenario.Act{{Reply: &text, HasRefs: true}}}}
}

// leave is how long the gateway may take to say goodbye (IDLE-1), in real time.
const leave = 3 * time.Second

// RunOwn lets relaysim's own gateway dial the connector through p, without a
// port, and records what it routes and what its agent does. It returns nil when
// ctx ends, after the gateway has disconnected; else why the gateway is gone
// for good. Every goroutine is gone by then.
func (p *Proxy) RunOwn(ctx context.Context, o OwnOptions) error {
	if o.Revision == nil {
		o.Revision = wire.R8
	}
	agent, err := play.NewAgent(play.AgentOptions{
		Name: o.Env.GatewayID, Rules: o.Rules, Vars: o.Vars, Revision: o.Revision, Log: p.recorder, Since: p.recorder.Since,
	})
	if err != nil {
		return err
	}
	ln := newPipeListener()
	transport := &http.Transport{DialContext: ln.dial, DialTLSContext: ln.dial} // TLS begins at the proxy
	store, err := sessions.NewStore(sessions.Options{Keeper: o.Keeper})
	if err != nil {
		return err
	}
	g, err := gateway.New(gateway.Options{
		URL:        p.base.Scheme + "://" + p.base.Host,
		Revision:   o.Revision,
		Identities: o.Env.Identities,
		GatewayID:  o.Env.GatewayID,
		Secret:     o.Env.Secret,
		Agent:      agent,
		Store:      store,
		HTTPClient: &http.Client{Transport: transport},
		Observer:   &told{Agent: agent, notice: p.notice},
	})
	if err != nil {
		return err
	}
	serving, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- p.Serve(serving, ln) }()
	err = runGateway(ctx, g)
	stop()
	transport.CloseIdleConnections()
	return errors.Join(err, <-served)
}

// runGateway runs g until it ends or ctx does.
func runGateway(ctx context.Context, g *gateway.Gateway) error {
	running, kill := context.WithCancel(context.Background())
	defer kill()
	ended := make(chan error, 1)
	go func() { ended <- g.Run(running) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	limited, cancel := context.WithTimeout(context.Background(), leave)
	defer cancel()
	_ = g.Disconnect(limited) // whoever runs it has asked for the end
	kill()
	<-ended
	return nil
}

// told is the agent as the gateway's observer, with a person who watches.
type told struct {
	*play.Agent
	notice func(string)

	mu   sync.Mutex
	last string // Guarded by mu. What was told of the gateway's state.
}

// StateChanged tells the person too, but not of each attempt that ends as the one
// before did.
func (t *told) StateChanged(s gateway.State, err error) {
	t.Agent.StateChanged(s, err)
	text := "the gateway is " + s.String()
	if err != nil {
		text += ": " + err.Error()
	}
	if s == gateway.Disconnected && websocket.CloseStatus(err) == closeUnauthorized { // revoked is another thing
		text += "; are GATEWAY_RELAY_ID and GATEWAY_RELAY_SECRET those of this connector?"
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if text != t.last {
		t.notice(text)
	}
	t.last = text
}

const closeUnauthorized = 4401 // (AUTH-4)

// SessionsSetAside tells the person too.
func (t *told) SessionsSetAside(err *sessions.SetAsideError) {
	t.Agent.SessionsSetAside(err)
	t.notice(err.Error())
}

// pipeListener is a listener in memory: nobody else can dial it.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Accept implements net.Listener.
func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr implements net.Listener.
func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }
