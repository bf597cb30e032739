package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/relaysim/relaysim/gateway/auth"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
	"github.com/relaysim/relaysim/sim/verdict"
)

// Scripts run relaysim as a user does, and pretend: the same program on a stage
// where a scenario's tags decide how it ends.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"relaysim": main,
		"pretend": func() {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
			code := runMain(ctx, program{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, env: os.Getenv, open: openPretence}, os.Args[1:])
			stop()
			os.Exit(code)
		},
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv("GITHUB_ACTIONS", "") // the CI's own is not the script's
			env.Setenv("GITHUB_WORKSPACE", "")
			env.Setenv("GORACE", "atexit_sleep_ms=0") // a program that finds races sleeps for a second before it ends
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sparse": sparse,
			"status": status,
			"last":   lastLine,
			"peer":   peer,
		},
	})
}

// sparse FILE BYTES makes a file of that size that takes no room.
func sparse(ts *testscript.TestScript, _ bool, args []string) {
	var size int64
	_, err := fmt.Sscan(args[1], &size)
	ts.Check(err)
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(f.Truncate(size))
	ts.Check(f.Close())
}

// status N PROGRAM ARG… runs a program that must end with that exit status.
func status(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("got exit status %s, want %s", got, args[0])
	}
}

// last TEXT compares the last line of stdout.
func lastLine(ts *testscript.TestScript, _ bool, args []string) {
	lines := strings.Split(strings.TrimSuffix(ts.ReadFile("stdout"), "\n"), "\n")
	if got := lines[len(lines)-1]; got != args[0] {
		ts.Fatalf("the last line is %q, want %q", got, args[0])
	}
}

// peer NAME STATUS sets a variable to the URL of a connector that answers upgrades
// with that HTTP status. With 101 it closes 4401 whoever is not gw-1, and says
// nothing.
func peer(ts *testscript.TestScript, _ bool, args []string) {
	code, err := strconv.Atoi(args[1])
	ts.Check(err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if code != http.StatusSwitchingProtocols {
			http.Error(w, "no", code)
			return
		}
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer ws.CloseNow()
		bearer := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if id, err := auth.Verify(bearer, []string{"a-secret-of-the-test"}, time.Now()); err != nil || id != "gw-1" {
			_ = ws.Close(4401, "")
			return
		}
		_, _, _ = ws.Read(r.Context())
		_ = ws.Write(r.Context(), websocket.MessageText, []byte("{}\n"))
		_, _, _ = ws.Read(r.Context())
	}))
	ts.Defer(server.Close)
	ts.Setenv(args[0], server.URL)
}

// pretence is a stage on which nothing is played.
type pretence struct {
	mu  sync.Mutex
	log io.Writer // Guarded by mu.
}

func openPretence() (stage, error) { return &pretence{log: os.Stderr}, nil }

func (*pretence) Close() error { return nil }

func (p *pretence) Run(ctx context.Context, s *scenario.Scenario, rev *wire.Revision, o play.Options) *verdict.Result {
	p.mu.Lock()
	fmt.Fprintf(p.log, "began %s [%s]\n", s.Name, rev.Name)
	p.mu.Unlock()
	r := &verdict.Result{Name: s.Name, File: s.Pos.File, Line: s.Pos.Line, Revision: rev.Name, Trace: pretended()}
	tagged := func(tag string) bool { return slices.Contains(s.Tags, tag) }
	switch {
	case tagged("fails"):
		r.Outcome = verdict.Failed
		r.Problems = []verdict.Problem{{
			At: fmt.Sprintf("%s:%d:3", s.Pos.File, s.Pos.Line+2), Text: "want pong, got ping", Seq: 2,
			Nearest: r.Trace[1], Diffs: []match.Diff{{Path: "content", Want: `"pong"`, Got: `"ping"`}},
		}}
	case tagged("skipped"):
		r.Outcome, r.Reason = verdict.Skipped, "it says so"
	case tagged("hangs"):
		select {
		case <-ctx.Done():
			r.Reason = "stopped before it ended"
		case <-time.After(o.Timeout):
			r.Outcome = verdict.Failed
			r.Problems = []verdict.Problem{{Text: "took longer than " + o.Timeout.String()}}
		}
	default:
		r.Outcome = verdict.Passed
	}
	return r
}

func pretended() []*trace.Observation {
	return []*trace.Observation{
		{Seq: 1, Kind: trace.Open, Conn: 1, Path: "/relay", Auth: "present"},
		{Seq: 2, At: time.Millisecond, Kind: trace.Frame, Conn: 1, From: trace.Gateway, Data: []byte(`{"type":"outbound","action":{"op":"send","content":"ping"}}` + "\n")},
	}
}
