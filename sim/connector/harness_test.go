package connector_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/coder/quartz"
	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"github.com/relaysim/relaysim/gateway/auth"
	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/trace"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		child(dir) // never returns
	}
	goleak.VerifyTestMain(m)
}

// rig is a connector behind a real server, with a clock that stands still.
type rig struct {
	*connector.Connector
	t     testing.TB
	url   string
	clock *quartz.Mock
	log   *trace.Log
}

func newRig(t testing.TB, o connector.Options) *rig {
	t.Helper()
	clock := quartz.NewMock(t).WithLogger(quartz.NoOpLogger)
	clock.Set(time.Unix(1_750_000_000, 0))
	log := trace.NewLog(func() time.Time { return clock.Now() })
	o.Clock, o.Trace = clock, log
	if o.Gateways == nil {
		o.Gateways = []connector.Gateway{{ID: "gw-1", Secrets: []string{"secret-1"}}}
	}
	c := connector.New(o)
	server := httptest.NewServer(c)
	t.Cleanup(func() {
		c.Close()
		server.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	return &rig{Connector: c, t: t, url: server.URL, clock: clock, log: log}
}

// peer plays a gateway frame by frame.
type peer struct {
	*websocket.Conn
	t testing.TB
}

// dial connects as a gateway, with a good token.
func (r *rig) dial(id, secret string) *peer {
	r.t.Helper()
	return r.dialWith(http.Header{"Authorization": {"Bearer " + auth.Mint(id, secret, r.clock.Now(), time.Minute)}})
}

func (r *rig) dialWith(h http.Header) *peer {
	r.t.Helper()
	ws, resp, err := websocket.Dial(context.Background(), r.url+"/relay", &websocket.DialOptions{HTTPHeader: h})
	if err != nil {
		r.t.Fatalf("dial: %v (%v)", err, resp)
	}
	ws.SetReadLimit(-1)
	r.t.Cleanup(func() { ws.CloseNow() })
	return &peer{ws, r.t}
}

// gateway dials, says hello for Discord and takes the descriptor.
func (r *rig) gateway(id, secret string) *peer {
	r.t.Helper()
	p := r.dial(id, secret)
	p.hello("discord", "discord-bot")
	return p
}

func (p *peer) hello(platform, bot string) map[string]any {
	p.t.Helper()
	p.send(`{"type":"hello","platform":"` + platform + `","botId":"` + bot + `"}` + "\n")
	f := p.frame()
	if f["type"] != "descriptor" {
		p.t.Fatalf("got %v, want a descriptor", f)
	}
	return f["descriptor"].(map[string]any)
}

func (p *peer) send(message string) {
	p.t.Helper()
	if err := p.Write(context.Background(), websocket.MessageText, []byte(message)); err != nil {
		p.t.Fatalf("write: %v", err)
	}
}

// message reads one message; a test that waits for one in vain fails.
func (p *peer) message() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, b, err := p.Read(ctx)
	return string(b), err
}

func (p *peer) frame() map[string]any {
	p.t.Helper()
	m, err := p.message()
	if err != nil {
		p.t.Fatalf("read: %v", err)
	}
	var f map[string]any
	if err := json.Unmarshal([]byte(m), &f); err != nil || !strings.HasSuffix(m, "}\n") {
		p.t.Fatalf("not one line: %q (%v)", m, err)
	}
	return f
}

// request sends one action and returns its result.
func (p *peer) request(action string) map[string]any {
	p.t.Helper()
	return p.requestFor("", action)
}

// requestFor has further fields for the frame, such as `"platform":"discord",`.
func (p *peer) requestFor(fields, action string) map[string]any {
	p.t.Helper()
	p.send(`{"type":"outbound",` + fields + `"requestId":"r1","action":` + action + "}\n")
	f := p.frame()
	if f["type"] != "outbound_result" || f["requestId"] != "r1" {
		p.t.Fatalf("got %v, want the result of r1", f)
	}
	return f["result"].(map[string]any)
}

// sync returns when everything sent before has been handled, and fails if
// anything but its own answer came back.
func (p *peer) sync() {
	p.t.Helper()
	if res := p.request(`{"op":"get_chat_info","chat_id":"sync"}`); res["success"] != true {
		p.t.Fatalf("sync: %v", res)
	}
}

// closed reads until the socket ends and returns its close code; -1 without one.
func (p *peer) closed() (int, string) {
	p.t.Helper()
	for {
		_, err := p.message()
		if err == nil {
			continue
		}
		if context.DeadlineExceeded == err {
			p.t.Fatal("the socket stays open")
		}
		var ce websocket.CloseError
		if asClose(err, &ce) {
			return int(ce.Code), ce.Reason
		}
		return -1, err.Error()
	}
}

func wantSuccess(t testing.TB, res map[string]any) {
	t.Helper()
	if res["success"] != true {
		t.Errorf("got %v, want success", res)
	}
}

func wantError(t testing.TB, res map[string]any, text string) {
	t.Helper()
	if e, _ := res["error"].(string); res["success"] != false || !strings.Contains(e, text) {
		t.Errorf("got %v, want success false and an error with %q", res, text)
	}
}
