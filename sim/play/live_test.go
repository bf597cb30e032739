package play_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/serve"
	"github.com/relaysim/relaysim/sim/verdict"
)

const liveSetup = "connector: {tenants: {acme: {scopes: [G1]}}}"

// served is relaysim serve, as a live connector.
func served(t *testing.T) *play.Live {
	t.Helper()
	sc, err := scenario.LoadSetup("setup.yaml", []byte(liveSetup))
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := serve.New(serve.Options{Setup: sc, Base: "http://" + ln.Addr().String(), Loopback: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	c := s.Credentials()[0]
	return live(t, "http://"+ln.Addr().String(), c.ID, c.Secret)
}

func live(t *testing.T, url, id, secret string) *play.Live {
	transport := &http.Transport{DisableKeepAlives: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &play.Live{
		URL: url, Client: &http.Client{Transport: transport}, GatewayID: id, Secret: secret,
		Identities: []wire.Identity{{Platform: "discord", BotID: "discord-bot"}},
		Vars:       map[string]string{"channel": "C7", "scope": "G1", "foreign_scope": "G9"},
	}
}

// conformance are the scenarios that any connector must pass.
func conformance(t *testing.T) []*scenario.Scenario {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "..", "scenarios", "conformance", "*.yaml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("got %d scenarios, %v", len(paths), err)
	}
	var list []*scenario.Scenario
	for _, path := range paths {
		sc, err := scenario.LoadFile(nil, path)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(sc.Tags, "conformance") {
			t.Errorf("%s: not tagged conformance", path)
		}
		list = append(list, sc)
	}
	return list
}

func stageFor(t *testing.T) *play.Stage {
	t.Helper()
	s, err := play.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Every scenario that any connector must pass is played against a connector
// that runs elsewhere, in each revision, and none is skipped.
func TestLiveConformance(t *testing.T) {
	t.Parallel()
	l, st := served(t), stageFor(t)
	for _, sc := range conformance(t) {
		for _, rev := range wire.Revisions() {
			if len(sc.Revisions) > 0 && !slices.Contains(sc.Revisions, rev.Name) {
				continue
			}
			t.Run(sc.Name+" "+rev.Name, func(t *testing.T) {
				r := st.Run(t.Context(), sc, rev, play.Options{Connector: l, Settle: 20 * time.Millisecond})
				if r.Outcome != verdict.Passed {
					t.Errorf("%s: %s %v", r.Outcome, r.Reason, r.Problems)
				}
			})
		}
	}
}

// A connector that has gone away meanwhile is the reason that the trace gives.
func TestLiveConnectorGone(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	l := live(t, gone.URL, "gw-1", "a-secret")
	if err := l.Reach(t.Context(), time.Second); err == nil || !strings.HasPrefix(err.Error(), "dial tcp ") {
		t.Errorf("got %v", err)
	}
	r := stageFor(t).Run(t.Context(), conformance(t)[0], wire.R8, play.Options{Connector: l, Settle: time.Millisecond, Patience: 100 * time.Millisecond})
	if r.Outcome != verdict.Failed || len(r.Trace) == 0 || !strings.HasPrefix(r.Trace[0].Reason, "dial tcp ") {
		t.Errorf("%s: %v", r.Outcome, r.Trace)
	}
}

// broken is a connector with one fault: what it says passes through change.
func broken(t *testing.T, o connector.Options, change func(line string) []string) *play.Live {
	t.Helper()
	o.Gateways = []connector.Gateway{{ID: "gw-1", Secrets: []string{"a-secret"}}}
	c := connector.New(o)
	good := httptest.NewServer(c)
	bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if change == nil {
			c.ServeHTTP(w, r)
			return
		}
		header := http.Header{"Authorization": r.Header["Authorization"]}
		far, answer, err := websocket.Dial(r.Context(), good.URL+r.URL.Path, &websocket.DialOptions{HTTPHeader: header})
		if err != nil {
			w.WriteHeader(answer.StatusCode)
			return
		}
		defer far.CloseNow()
		near, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer near.CloseNow()
		go func() {
			for {
				kind, m, err := near.Read(context.Background())
				if err != nil || far.Write(context.Background(), kind, m) != nil {
					_ = far.CloseNow()
					return
				}
			}
		}()
		for {
			_, m, err := far.Read(context.Background())
			if err != nil {
				_ = near.Close(max(websocket.CloseStatus(err), 1000), "")
				return
			}
			for _, line := range change(string(m)) {
				_ = near.Write(context.Background(), websocket.MessageText, []byte(line))
			}
		}
	}))
	t.Cleanup(func() { bad.CloseClientConnections(); c.Close(); bad.Close(); good.Close() })
	return live(t, bad.URL, "gw-1", "a-secret")
}

// A connector with a fault fails the scenario that is about it, for the right
// reason.
func TestLiveConnectorWithAFault(t *testing.T) {
	t.Parallel()
	replaced := func(old, new string) func(string) []string {
		return func(line string) []string { return []string{strings.ReplaceAll(line, old, new)} }
	}
	without := func(text string) func(string) []string {
		return func(line string) []string {
			if strings.Contains(line, text) {
				return nil
			}
			return []string{line}
		}
	}
	for _, c := range []struct {
		name     string
		options  connector.Options
		change   func(string) []string
		scenario string
		want     string
	}{
		{"no descriptor", connector.Options{ManualHandshake: true}, nil, "answers a hello", "no connector frame happened"},
		{"a descriptor without a unit", connector.Options{}, replaced(`"len_unit":"chars",`, ""), "answers a hello", "len_unit"},
		{"a descriptor for the first hello only", connector.Options{}, once(), "each hello", "no connector frame happened"},
		{"no results", connector.Options{ManualResults: true}, nil, "one result", "no connector frame happened"},
		{"two results", connector.Options{}, func(line string) []string {
			if strings.Contains(line, "outbound_result") {
				return []string{line, line}
			}
			return []string{line}
		}, "one result", "OUT-1"},
		{"results under another id", connector.Options{}, replaced(`"requestId":"r`, `"requestId":"R`), "refuses what it cannot do", "requestId"},
		{"refusals that say nothing", connector.Options{}, replaced(`"error":"unknown op`, `"why":"unknown op`), "refuses what it cannot do", "error"},
		{"refusals that claim success", connector.Options{}, replaced(`"success":false`, `"success":true`), "follow_up for which", "success"},
		{"everybody is let in", connector.Options{OpenAuth: true}, nil, "closes 4401", "close"},
		{"no ack of going_idle", connector.Options{}, without("going_idle_ack"), "acknowledges going_idle", "no connector frame happened"},
		{"any target will do", connector.Options{}, nil, "declines a target", "success"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l, st := broken(t, c.options, c.change), stageFor(t)
			for _, sc := range conformance(t) {
				if !strings.Contains(sc.Name, c.scenario) {
					continue
				}
				r := st.Run(t.Context(), sc, wire.R8, play.Options{
					Connector: l, Settle: 20 * time.Millisecond, Patience: 300 * time.Millisecond,
				})
				said := ""
				for _, p := range r.Problems {
					said += p.Rule + " " + p.Text + " "
					for _, d := range p.Diffs {
						said += d.Path + " "
					}
				}
				if r.Outcome != verdict.Failed || !strings.Contains(said, c.want) {
					t.Errorf("%s: %s %s, want a failure that says %q", r.Outcome, r.Reason, said, c.want)
				}
				return
			}
			t.Errorf("no scenario %q", c.scenario)
		})
	}
}

// once lets one descriptor through.
func once() func(string) []string {
	seen := false
	return func(line string) []string {
		if strings.Contains(line, `"descriptor"`) {
			if seen {
				return nil
			}
			seen = true
		}
		return []string{line}
	}
}

// What a live connector cannot be told is a reason to skip, never to fail.
func TestLiveSkips(t *testing.T) {
	t.Parallel()
	l, st := live(t, "http://127.0.0.1:1", "gw-1", "a-secret"), stageFor(t)
	for text, want := range map[string]string{
		"steps: [{inbound: {text: hi}}, {expect: {event: {text: hi}}}]":                                              "only the connector can do a step of it (line 2)",
		"steps: [{repeat: {times: 2, steps: [{connector: {drop: true}}]}}, {expect: {nothing: true}}]":               "only the connector can do",
		"steps: [{advance: 1s}, {expect: {nothing: true}}]":                                                          "virtual time",
		"steps: [{expect: {state: connected}, within: 1s}]":                                                          "virtual time",
		"steps: [{expect: {chat: {channel: C1, messages: []}}}]":                                                     "expect.chat",
		"steps: [{expect: {open: {as: gw-1}}}]":                                                                      "expect.open.as",
		"connector: {auth: open}\nsteps: [{expect: {state: connected}}]":                                             "connector.auth",
		"connector: {fail: {send: no}}\nsteps: [{expect: {state: connected}}]":                                       "connector.fail",
		"gateway: {secret: s}\nsteps: [{expect: {state: connected}}]":                                                "credentials or platforms of its own",
		"gateways: {a: {}, b: {}}\nsteps: [{expect: {state: connected, on: a}}]":                                     "several gateways",
		"steps: [{agent: {send: {chat: C1, content: hi}}}, {expect: {send: {}}}]":                                    "it names C1, which only the fake connector knows",
		"steps: [{dial: {as: x}}, {frame: {type: hello, platform: discord}, from: x}, {expect: {nothing: [close]}}]": "it names discord",
		"given: [thing]\nvars: {thing: 1}\nsteps: [{expect: {state: connected}}]":                                    "--var thing=…",
	} {
		sc, err := scenario.Load("x.yaml", []byte("name: x\n"+text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		r := st.Run(t.Context(), sc, wire.R8, play.Options{Connector: l})
		if r.Outcome != verdict.Skipped || !strings.Contains(r.Reason, want) {
			t.Errorf("%s: got %s %q, want %q", text, r.Outcome, r.Reason, want)
		}
	}
}

// A connector that is not there fails in the time for an answer.
func TestLiveConnectorNotThere(t *testing.T) {
	t.Parallel()
	l, st := live(t, "http://127.0.0.1:1", "gw-1", "a-secret"), stageFor(t)
	for _, sc := range conformance(t) {
		if strings.Contains(sc.Name, "answers a hello") {
			r := st.Run(t.Context(), sc, wire.R8, play.Options{Connector: l, Patience: 100 * time.Millisecond})
			if r.Outcome != verdict.Failed || r.Elapsed > 5*time.Second {
				t.Errorf("got %s in %s", r.Outcome, r.Elapsed)
			}
		}
	}
}
