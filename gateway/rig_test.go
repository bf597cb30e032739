package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
)

// rig is a gateway and the tiny connector it dials, over net.Pipe and in a
// synctest bubble, so that time is virtual and nothing needs a sleep.
type rig struct {
	t       *testing.T
	gw      *gateway.Gateway
	ended   chan error // what Run returned
	cancel  context.CancelFunc
	seen    *witness
	logged  *strings.Builder // read when quiet
	prepare func(*peer)      // called before a peer answers anything
	refuse  func(w http.ResponseWriter) bool

	mu    sync.Mutex
	peers []*peer
	auths []string // the Authorization of each upgrade
}

// bubble runs f once for each revision, each in a bubble of its own.
func bubble(t *testing.T, f func(t *testing.T, rev *wire.Revision)) {
	t.Helper()
	for _, rev := range wire.Revisions() {
		t.Run(rev.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(t, rev) })
		})
	}
}

// bubble8 is bubble for what only r8 has.
func bubble8(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

// silent is an agent that says nothing.
func silent(context.Context, *gateway.Turn) (string, error) { return "", nil }

// newRig makes a gateway that is not running yet.
func newRig(t *testing.T, rev *wire.Revision, agent gateway.AgentFunc, change ...func(*gateway.Options)) *rig {
	t.Helper()
	listener := &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
	r := &rig{t: t, ended: make(chan error, 1), seen: &witness{}, logged: &strings.Builder{}}
	server := &http.Server{Handler: http.HandlerFunc(r.serve), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener)
	}()
	transport := &http.Transport{DialContext: listener.dial}
	o := gateway.Options{
		URL:        "ws://connector.example",
		Revision:   rev,
		Identities: []wire.Identity{{Platform: "discord", BotID: "bot-d"}},
		Agent:      agent,
		NoTyping:   true,
		HTTPClient: &http.Client{Transport: transport},
		Logger:     slog.New(slog.NewTextHandler(&lockedWriter{w: r.logged}, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Observer:   r.seen,
		NewID:      counter("r"),
	}
	for _, f := range change {
		f(&o)
	}
	gw, err := gateway.New(o)
	if err != nil {
		t.Fatal(err)
	}
	r.gw = gw
	t.Cleanup(func() {
		if r.cancel != nil {
			r.cancel()
			<-r.ended
		}
		for _, p := range r.allPeers() {
			_ = p.ws.CloseNow()
		}
		_ = server.Close()
		<-served
		transport.CloseIdleConnections()
	})
	return r
}

// start is newRig, with the gateway running and connected.
func start(t *testing.T, rev *wire.Revision, agent gateway.AgentFunc, change ...func(*gateway.Options)) (*rig, *peer) {
	t.Helper()
	r := newRig(t, rev, agent, change...)
	r.run()
	return r, r.peer(0)
}

func (r *rig) run() {
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	go func() {
		err := r.gw.Run(ctx)
		r.seen.mu.Lock()
		r.seen.runErr, r.seen.runDone = err, true
		r.seen.mu.Unlock()
		r.ended <- err
	}()
	synctest.Wait()
}

// runResult is what Run returned, once it has.
func (r *rig) runResult() error {
	r.t.Helper()
	synctest.Wait()
	r.seen.mu.Lock()
	defer r.seen.mu.Unlock()
	if !r.seen.runDone {
		r.t.Fatal("Run has not returned")
	}
	return r.seen.runErr
}

func (r *rig) running() bool {
	synctest.Wait()
	r.seen.mu.Lock()
	defer r.seen.mu.Unlock()
	return !r.seen.runDone
}

func (r *rig) allPeers() []*peer {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.peers)
}

// peer is the connector's end of the i-th socket.
func (r *rig) peer(i int) *peer {
	r.t.Helper()
	synctest.Wait()
	ps := r.allPeers()
	if i >= len(ps) {
		r.t.Fatalf("the gateway opened %d sockets, want more than %d", len(ps), i)
	}
	return ps[i]
}

func (r *rig) serve(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	r.auths = append(r.auths, req.Header.Get("Authorization"))
	refuse := r.refuse
	r.mu.Unlock()
	if refuse != nil && refuse(w) {
		return
	}
	if req.URL.Path != "/relay" {
		http.Error(w, "not here", http.StatusBadRequest)
		return
	}
	ws, err := websocket.Accept(w, req, nil)
	if err != nil {
		return
	}
	ws.SetReadLimit(1 << 24)
	p := &peer{t: r.t, ws: ws, greet: describe, goodbye: acked}
	r.mu.Lock()
	prepare := r.prepare
	r.mu.Unlock()
	if prepare != nil {
		prepare(p)
	}
	r.mu.Lock()
	r.peers = append(r.peers, p)
	r.mu.Unlock()
	p.read()
}

// peer is the connector's end of one socket.
type peer struct {
	t       *testing.T
	ws      *websocket.Conn
	greet   func(p *peer, hello map[string]any) // answers a hello
	answer  func(action map[string]any) any     // the result of an outbound; nil leaves it open
	goodbye func(p *peer)                       // answers a going_idle

	mu   sync.Mutex
	got  []map[string]any // every frame, in order
	end  error            // what ended the reading
	sent int
}

func (p *peer) read() {
	var tail string
	for {
		kind, b, err := p.ws.Read(context.Background())
		if err != nil {
			p.mu.Lock()
			p.end = err
			p.mu.Unlock()
			return
		}
		if kind != websocket.MessageText { // (FR-1)
			p.t.Errorf("the gateway sent a %v: %q", kind, b)
		}
		tail += string(b)
		for {
			line, rest, ok := strings.Cut(tail, "\n")
			if !ok {
				break
			}
			tail = rest
			p.take(line)
		}
	}
}

func (p *peer) take(line string) {
	var f map[string]any
	if err := json.Unmarshal([]byte(line), &f); err != nil {
		p.t.Errorf("the gateway sent %q: %v", line, err)
		return
	}
	p.mu.Lock()
	p.got = append(p.got, f)
	p.mu.Unlock()
	switch f["type"] {
	case "hello":
		p.greet(p, f)
	case "outbound":
		action, _ := f["action"].(map[string]any)
		if result := p.result(action); result != nil {
			p.send(map[string]any{"type": "outbound_result", "requestId": f["requestId"], "result": result})
		}
	case "going_idle":
		p.goodbye(p)
	}
}

// acked is the answer to a going_idle of a peer that behaves.
func acked(p *peer) { p.send(map[string]any{"type": "going_idle_ack"}) }

// unheard is that of one that does not answer.
func unheard(*peer) {}

func (p *peer) result(action map[string]any) any {
	if p.answer != nil {
		return p.answer(action)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent++
	return map[string]any{"success": true, "message_id": fmt.Sprintf("out-%d", p.sent)}
}

// send writes one frame, or several lines, as one message.
func (p *peer) send(frame any) {
	text, ok := frame.(string)
	if !ok {
		b, err := json.Marshal(frame)
		if err != nil {
			p.t.Error(err)
		}
		text = string(b) + "\n"
	}
	_ = p.ws.Write(context.Background(), websocket.MessageText, []byte(text))
}

// inbound sends an event and waits until the gateway has done with it what it
// can.
func (p *peer) inbound(e map[string]any) {
	p.send(map[string]any{"type": "inbound", "event": e})
	synctest.Wait()
}

// frames returns the frames of a type that came so far.
func (p *peer) frames(kind string) []map[string]any {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	var fs []map[string]any
	for _, f := range p.got {
		if f["type"] == kind {
			fs = append(fs, f)
		}
	}
	return fs
}

// actions returns the actions of an op that came so far.
func (p *peer) actions(op string) []map[string]any {
	var as []map[string]any
	for _, f := range p.frames("outbound") {
		if a := f["action"].(map[string]any); a["op"] == op {
			as = append(as, a)
		}
	}
	return as
}

func (p *peer) closed() error {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.end
}

// descriptor is a good one.
func descriptor(platform string) map[string]any {
	d := map[string]any{
		"contract_version": 1, "platform": platform, "label": platform,
		"max_message_length": 2000, "supports_draft_streaming": false, "supports_edit": true,
		"supports_threads": true, "markdown_dialect": "discord", "len_unit": "chars",
	}
	if platform == "telegram" {
		d["max_message_length"], d["len_unit"] = 4096, "utf16"
	}
	return d
}

func describe(p *peer, hello map[string]any) {
	p.send(map[string]any{"type": "descriptor", "descriptor": descriptor(hello["platform"].(string))})
}

// say is an event of a user in a guild's channel; change adjusts it.
func say(text string, change ...func(event, source map[string]any)) map[string]any {
	source := map[string]any{
		"platform": "discord", "chat_id": "C1", "chat_type": "group", "user_id": "U1",
		"scope_id": "G1", "guild_id": "G1",
	}
	e := map[string]any{"text": text, "message_type": "text", "message_id": "m1", "source": source}
	for _, f := range change {
		f(e, source)
	}
	return e
}

// from sets the fields of the source.
func from(fields ...string) func(event, source map[string]any) {
	return func(_, source map[string]any) {
		for i := 0; i < len(fields); i += 2 {
			source[fields[i]] = fields[i+1]
		}
		if scope, ok := source["scope_id"]; ok {
			source["guild_id"] = scope
		}
	}
}

// witness is told what happens.
type witness struct {
	mu      sync.Mutex
	routed  []string // session key, space, text
	events  []*wire.Event
	cuts    []string
	aside   []*session.SetAsideError
	states  []string
	runErr  error
	runDone bool
}

func (w *witness) Routed(t *gateway.Turn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.routed = append(w.routed, t.SessionKey+" "+t.Event.Text)
	w.events = append(w.events, t.Event)
}

func (w *witness) SessionsSetAside(err *session.SetAsideError) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.aside = append(w.aside, err)
}

func (w *witness) Interrupted(key, chat string, active bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cuts = append(w.cuts, fmt.Sprintf("%s %s %v", key, chat, active))
}

func (w *witness) StateChanged(s gateway.State, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := s.String()
	if err != nil {
		text += ": " + err.Error()
	}
	w.states = append(w.states, text)
}

// texts are the texts of the events that began a turn.
func (w *witness) texts() []string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	var ts []string
	for _, e := range w.events {
		ts = append(ts, e.Text)
	}
	return ts
}

func (w *witness) list(f func(*witness) []string) []string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(f(w))
}

func counter(prefix string) func() string {
	var mu sync.Mutex
	n := 0
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		n++
		return fmt.Sprintf("%s%d", prefix, n)
	}
}

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

// pipeListener accepts the far ends of the pipes that dial makes.
type pipeListener struct {
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-l.closed:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func wait(d time.Duration) {
	time.Sleep(d) // virtual: the bubble's clock
	synctest.Wait()
}

func text(s string) *string { return &s }
