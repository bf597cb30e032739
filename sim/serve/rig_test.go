package serve_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/serve"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a Server that is up.
type rig struct {
	*serve.Server
	url    string
	client *http.Client
}

// up starts a Server; the test's end ends it.
func up(t *testing.T, setup string, o serve.Options) *rig {
	t.Helper()
	sc, err := scenario.LoadSetup("setup.yaml", []byte(setup))
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.Setup, o.Base = sc, "http://"+ln.Addr().String()
	s, err := serve.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, ln) }()
	r := &rig{s, o.Base, &http.Client{Transport: &http.Transport{}}}
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		r.client.CloseIdleConnections()
	})
	return r
}

const anyone = "connector: {tenants: {acme: {scopes: [G1], users: [U1, U2]}}}"

// gateway attaches a gateway whose agent says what it heard, and waits until it
// is connected.
func (r *rig) gateway(t *testing.T) *gateway.Gateway {
	t.Helper()
	return r.attach(t, r.Credentials()[0])
}

func (r *rig) attach(t *testing.T, c serve.Credentials) *gateway.Gateway {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{}}
	connected := make(chan struct{}, 100)
	g, err := gateway.New(gateway.Options{
		URL: r.url, GatewayID: c.ID, Secret: c.Secret, NoTyping: true, HTTPClient: client,
		Identities: []wire.Identity{{Platform: "discord", BotID: "discord-bot"}},
		Observer:   onConnect(connected),
		Agent: gateway.AgentFunc(func(_ context.Context, turn *gateway.Turn) (string, error) {
			return "heard " + turn.Event.Text, nil
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = g.Run(ctx)
	}()
	t.Cleanup(func() {
		stop()
		<-ended
		client.CloseIdleConnections()
	})
	select {
	case <-connected:
	case <-time.After(10 * time.Second):
		t.Fatal("the gateway is not connected")
	}
	return g
}

type onConnect chan struct{}

func (c onConnect) Routed(*gateway.Turn)                    {}
func (c onConnect) Interrupted(string, string, bool)        {}
func (c onConnect) SessionsSetAside(*session.SetAsideError) {}
func (c onConnect) StateChanged(s gateway.State, _ error) {
	if s == gateway.Connected {
		c <- struct{}{}
	}
}

// call calls the API. headers are NAME: value.
func (r *rig) call(t *testing.T, method, path, body string, headers ...string) (int, map[string]any) {
	t.Helper()
	status, text := r.raw(t, method, path, body, headers...)
	var v map[string]any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s %s: %d %q: %v", method, path, status, text, err)
	}
	return status, v
}

func (r *rig) raw(t *testing.T, method, path, body string, headers ...string) (int, string) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		q.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		q.Header.Set(name, value)
		if name == "Host" {
			q.Host = value
		}
	}
	a, err := r.client.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a.StatusCode, string(text)
}
