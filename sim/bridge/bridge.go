// Package bridge stands between gateways and a connector of somebody else's: it
// takes their sockets, dials the connector for each, passes the messages on, and
// writes what crosses into a trace, as the fake connector does on its own. It
// passes on messages, not bytes: package record is the proxy that keeps those.
//
// Start reading at Bridge.ServeHTTP.
package bridge

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/sim/trace"
)

// Options says what is bridged. Every field is required.
type Options struct {
	// Connector is the base URL of the connector, without a path at its end.
	Connector string
	// Client dials it.
	Client *http.Client
	// Peer names a socket in the trace by the token of its upgrade, where it does
	// not name itself in the header PeerHeader, which is passed on.
	Peer       func(bearer string) string
	PeerHeader string
	// Trace takes what crosses.
	Trace interface{ Add(*trace.Observation) }
	// Activity counts goroutines at work, as in connector.Options. Waiting for
	// the connector does not count, but for its answer to an upgrade.
	Activity interface {
		Begin()
		End()
	}
}

const (
	dialTimeout = 10 * time.Second // of an upgrade, in real time
	// maxMessage bounds one message of either side, in bytes, well over what the
	// contract lets through (FR-8).
	maxMessage = 16 << 20
	// writeTimeout bounds one write to either side, in real time.
	writeTimeout = 5 * time.Second
)

// Bridge is an http.Handler. Any goroutine may call its methods.
type Bridge struct {
	Options
	sockets atomic.Int64

	mu      sync.Mutex
	closed  bool           // Guarded by mu.
	open    map[*pair]bool // Guarded by mu.
	serving sync.WaitGroup
}

// New returns a Bridge; the caller closes it.
func New(o Options) *Bridge { return &Bridge{Options: o, open: map[*pair]bool{}} }

// Close cuts every socket and waits until no goroutine is left.
func (b *Bridge) Close() {
	b.mu.Lock()
	b.closed = true
	for p := range b.open {
		p.cut()
	}
	b.mu.Unlock()
	b.serving.Wait()
}

// begin admits a socket; the caller calls serving.Done after it.
func (b *Bridge) begin() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.serving.Add(1)
	}
	return !b.closed
}

// ServeHTTP passes one upgrade on, and the socket that comes of it.
func (b *Bridge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !b.begin() {
		http.Error(w, "the bridge is closed", http.StatusServiceUnavailable)
		return
	}
	defer b.serving.Done()
	b.Activity.Begin() // a reading goroutine is at work but for when it is parked in Read
	defer b.Activity.End()
	header := http.Header{}
	open := &trace.Observation{
		Kind: trace.Open, From: trace.Gateway, Path: r.URL.Path, Conn: int(b.sockets.Add(1)), Auth: "absent",
	}
	if name := r.Header.Get(b.PeerHeader); name != "" {
		open.Peer = name
		header.Set(b.PeerHeader, name)
	}
	token := r.Header.Get("Authorization")
	if token != "" {
		header.Set("Authorization", token)
		open.Auth = "present"
	}
	if open.Peer == "" {
		_, bearer, _ := strings.Cut(token, " ")
		open.Peer = b.Peer(bearer)
	}
	ctx, cancel := context.WithTimeout(r.Context(), dialTimeout)
	defer cancel()
	far, answer, err := websocket.Dial(ctx, socketURL(b.Connector)+r.URL.Path, &websocket.DialOptions{
		HTTPClient: b.Client, HTTPHeader: header, CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		b.refuse(w, open, answer, err)
		return
	}
	open.Code = http.StatusSwitchingProtocols
	b.Trace.Add(open)
	near, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		_ = far.CloseNow()
		return
	}
	b.serve(&pair{bridge: b, near: near, far: far, number: open.Conn, peer: open.Peer})
}

// refuse passes the refusal of an upgrade on.
func (b *Bridge) refuse(w http.ResponseWriter, open *trace.Observation, answer *http.Response, err error) {
	open.Code = http.StatusBadGateway
	if answer != nil {
		open.Code = answer.StatusCode
	} else {
		open.Reason = Cause(err).Error()
	}
	b.Trace.Add(open)
	http.Error(w, "the connector refused the upgrade", open.Code)
}

// Cause is why a dial did not reach a connector, without its URL and what was
// tried.
func Cause(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// serve passes messages on until both ends are gone.
func (b *Bridge) serve(p *pair) {
	p.near.SetReadLimit(maxMessage)
	p.far.SetReadLimit(maxMessage)
	b.mu.Lock()
	b.open[p] = true
	closed := b.closed
	b.mu.Unlock()
	if closed {
		p.cut()
	}
	back := make(chan struct{})
	go func() {
		defer close(back)
		p.back()
	}()
	p.forth()
	<-back
	b.mu.Lock()
	delete(b.open, p)
	b.mu.Unlock()
}

// socketURL is a base URL for sockets (DIAL-1).
func socketURL(base string) string {
	base = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(base), "/"), "/relay")
	if rest, ok := strings.CutPrefix(base, "http"); ok {
		return "ws" + rest
	}
	return base
}

// pair is the two sockets of a connection.
type pair struct {
	bridge    *Bridge
	near, far *websocket.Conn // the gateway's and the connector's
	number    int
	peer      string
	ended     atomic.Bool
}

// forth passes on what the gateway says. The caller's goroutine counts.
func (p *pair) forth() {
	for {
		kind, message, err := p.near.Read(context.Background())
		if err != nil {
			p.end(trace.Gateway, err, p.far)
			return
		}
		p.crossed(trace.Gateway, message, kind)
		if write(p.far, kind, message) != nil {
			// Why is known to whoever reads that end; it closes ours.
			continue
		}
	}
}

// back passes on what the connector says. Its goroutine counts while it has
// something to pass on.
func (p *pair) back() {
	activity := p.bridge.Activity
	for {
		kind, message, err := p.far.Read(context.Background())
		activity.Begin()
		if err != nil {
			p.end(trace.Connector, err, p.near)
			activity.End()
			return
		}
		p.crossed(trace.Connector, message, kind)
		_ = write(p.near, kind, message)
		activity.End()
	}
}

func write(to *websocket.Conn, kind websocket.MessageType, message []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	return to.Write(ctx, kind, message)
}

func (p *pair) crossed(from trace.Side, message []byte, kind websocket.MessageType) {
	p.bridge.Trace.Add(&trace.Observation{
		Kind: trace.Frame, Conn: p.number, Peer: p.peer, From: from,
		Data: message, Binary: kind == websocket.MessageBinary,
	})
}

// end writes down how a side ended, unless the other did before, and ends the
// other side in the same way.
func (p *pair) end(from trace.Side, err error, other *websocket.Conn) {
	o := &trace.Observation{Kind: trace.Close, Conn: p.number, Peer: p.peer, From: from, Code: -1}
	var closed websocket.CloseError
	switch {
	case errors.As(err, &closed):
		o.Code, o.Reason = int(closed.Code), closed.Reason
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed):
	default:
		o.Reason = err.Error()
	}
	if !p.ended.CompareAndSwap(false, true) {
		return
	}
	p.bridge.Trace.Add(o)
	if o.Code == -1 {
		p.cut()
		return
	}
	_ = other.Close(closed.Code, closed.Reason) // it may have gone
}

// cut ends both sides without a close frame.
func (p *pair) cut() {
	_ = p.near.CloseNow()
	_ = p.far.CloseNow()
}
