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

	"github.com/relaysim/relaysim/gateway/wire"
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
