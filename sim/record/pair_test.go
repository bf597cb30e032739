package record_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/law"
	"github.com/relaysim/relaysim/sim/record"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/trace"
)

const (
	gatewayID     = "gw-1"
	gatewaySecret = "a-secret-of-the-test-0123456789"
)

// liveConnector is relaysim's own, as if it were live.
func liveConnector(t *testing.T, secrets ...string) (*connector.Connector, string) {
	t.Helper()
	if secrets == nil {
		secrets = []string{gatewaySecret}
	}
	c := connector.New(connector.Options{Gateways: []connector.Gateway{{ID: gatewayID, Secrets: secrets}}})
	server := httptest.NewServer(c)
	t.Cleanup(func() { c.Close(); server.Close() })
	return c, server.URL
}

// states is an observer that waits for the gateway's state.
type states struct{ now chan gateway.State }

func (s *states) Routed(*gateway.Turn)                    {}
func (s *states) SessionsSetAside(*session.SetAsideError) {}
func (s *states) Interrupted(string, string, bool)        {}
func (s *states) StateChanged(g gateway.State, _ error)   { s.now <- g }

func (s *states) await(t *testing.T, want gateway.State) {
	t.Helper()
	for {
		select {
		case got := <-s.now:
			if got == want {
				return
			}
		case <-time.After(patience):
			t.Fatalf("the gateway is not %v", want)
		}
	}
}

// runGateway runs relaysim's gateway against url until the test ends.
func runGateway(t *testing.T, url string) (*gateway.Gateway, *states) {
	t.Helper()
	s := &states{now: make(chan gateway.State, 100)}
	transport := &http.Transport{}
	g, err := gateway.New(gateway.Options{
		URL: url, GatewayID: gatewayID, Secret: gatewaySecret,
		Identities: []wire.Identity{{Platform: "discord", BotID: "discord-bot"}},
		HTTPClient: &http.Client{Transport: transport}, Observer: s,
		Agent: gateway.AgentFunc(func(_ context.Context, t *gateway.Turn) (string, error) { return "you said " + t.Event.Text, nil }),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = g.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done; transport.CloseIdleConnections() })
	return g, s
}

// await waits until the recording has a message with this text.
func await(t *testing.T, r *rig, text string) {
	t.Helper()
	for range 1000 {
		b, err := os.ReadFile(r.file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), text) {
			return
		}
		time.Sleep(patience / 1000)
	}
	t.Fatalf("%s never came", text)
}

func inbound(t *testing.T, c *connector.Connector, id, text string) {
	t.Helper()
	frame := fmt.Sprintf(`{"type":"inbound","event":{"text":%q,"message_type":"text","message_id":%q,"source":{"platform":"discord",`+
		`"chat_id":"C1","chat_type":"group","user_id":"U1","user_name":"ann","scope_id":"G1","guild_id":"G1"}}}`+"\n", text, id)
	if err := c.WriteRaw("", [][]byte{[]byte(frame)}, false); err != nil {
		t.Fatal(err)
	}
}

// judge compiles the recording for a replay and lets the laws look at it.
func judge(t *testing.T, r *rig) []*trace.Observation {
	t.Helper()
	list := r.lines(t)
	open := func() (io.ReadCloser, error) { return os.Open(r.file) }
	if _, _, err := replay.Compile(open, "x-2026-08.jsonl", nil); err != nil {
		t.Errorf("it cannot be replayed: %v", err)
	}
	var framer trace.Framer
	for _, o := range list {
		framer.Frame(o)
	}
	for _, v := range law.Check(list, law.Known{Revision: "2026-08", Secrets: []string{gatewaySecret}, TokensChecked: true}) {
		t.Errorf("law %s at %d: %s", v.Rule, v.Seq, v.Text)
	}
	return list
}

// Our gateway talks to our connector through the proxy, is dropped and comes
// back, and neither notices.
func TestBetweenOurGatewayAndOurConnector(t *testing.T) {
	t.Parallel()
	c, url := liveConnector(t)
	r := startProxy(t, url)
	g, s := runGateway(t, "http://"+r.addr)
	s.await(t, gateway.Connected)
	inbound(t, c, "m1", "hi")
	await(t, r, "you said hi")
	if err := c.CloseConn("", 1012, "restart"); err != nil {
		t.Fatal(err)
	}
	s.await(t, gateway.Disconnected)
	s.await(t, gateway.Connected)
	inbound(t, c, "m2", "again")
	await(t, r, "you said again")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := g.Disconnect(ctx); err != nil {
		t.Error(err)
	}
	var got []string
	for _, o := range judge(t, r) {
		if o.Kind == trace.Open || o.Kind == trace.Close {
			got = append(got, fmt.Sprintf("%d %s %s %d %s", o.Conn, o.Kind, o.From, o.Code, o.AuthenticatedAs))
		}
	}
	want := "1 open gateway 101 gw-1, 1 close connector 1012 , 2 open gateway 101 gw-1, 2 close gateway 1000 "
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}

// own runs relaysim's own gateway until stop is called.
func own(t *testing.T, r *rig, o record.OwnOptions) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.proxy.RunOwn(ctx, o) }()
	stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() { _ = stop() })
	return stop
}

func TestOwnGateway(t *testing.T) {
	t.Parallel()
	c, url := liveConnector(t)
	r := startProxy(t, url)
	stop := own(t, r, record.OwnOptions{Rules: record.Echo(), Env: gateway.Env{
		GatewayID: gatewayID, Secret: gatewaySecret, Identities: []wire.Identity{{Platform: "discord", BotID: "discord-bot"}},
	}})
	await(t, r, `"state":"connected"`)
	inbound(t, c, "m1", "hi there")
	await(t, r, `"call":"return"`)
	await(t, r, `"op":"send"`)
	if err := stop(); err != nil {
		t.Error(err)
	}
	kinds := map[trace.Kind]int{}
	for _, o := range judge(t, r) {
		kinds[o.Kind]++
		if o.Kind == trace.Close && (o.From != trace.Gateway || o.Code != 1000) {
			t.Errorf("got %+v", o)
		}
	}
	if kinds[trace.Routed] != 1 || kinds[trace.Agent] != 1 || kinds[trace.Close] != 1 || kinds[trace.State] != 2 {
		t.Errorf("got %v", kinds)
	}
	if b, _ := os.ReadFile(r.file); strings.Contains(string(b), gatewaySecret) {
		t.Errorf("the secret is in the file")
	}
}

// A connector that refuses the token is told of, and the recording shows it.
func TestOwnGatewayRefused(t *testing.T) {
	t.Parallel()
	_, url := liveConnector(t, "another-secret")
	r := startProxy(t, url)
	stop := own(t, r, record.OwnOptions{Rules: record.Echo(), Env: gateway.Env{
		GatewayID: gatewayID, Secret: gatewaySecret, Identities: []wire.Identity{{Platform: "discord"}},
	}})
	await(t, r, `"code":4401`)
	if err := stop(); err != nil {
		t.Error(err)
	}
	judge(t, r)
	if !strings.Contains(r.notices.String(), "4401") {
		t.Errorf("people were told %q", r.notices.String())
	}
}
