package play_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
	"github.com/relaysim/relaysim/sim/verdict"
)

// Each benchmark first measures the bare library exchanging the same bytes in
// the same process, then the player, and reports the ratio as x-bare.

// turns is a scenario of n turns on one connection: a message is routed, the
// agent replies, both are asserted, the laws hold.
func turns(n int) string {
	return fmt.Sprintf(`
name: turns
agent:
  - do: [{reply: hello}]
steps:
  - repeat:
      times: %d
      steps:
        - inbound: {text: hi, guild: G1, message_id: m1}
        - expect: {event: {text: hi, session: "agent:main:discord:group:C1:U1", scope: G1}}
        - expect: {send: {content: hello, scope: G1, reply_to: m1}}
`, n)
}

// session is what one connection carries: the handshake and the messages of
// one turn, in the order in which they crossed.
type session struct {
	hello, descriptor []byte
	turn              []message
	bytes             int64 // of the turn
}

type message struct {
	fromGateway bool
	data        []byte
}

// recorded plays one turn and takes its bytes from the trace.
func recorded(b *testing.B, rev *wire.Revision) session {
	b.Helper()
	var s session
	for _, o := range runBench(b, rev, turns(1)).Trace {
		if o.Kind != trace.Frame {
			continue
		}
		switch o.Frames[0].Type() {
		case "hello":
			s.hello = o.Data
		case "descriptor":
			s.descriptor = o.Data
		default:
			s.turn = append(s.turn, message{o.From == trace.Gateway, o.Data})
			s.bytes += int64(len(o.Data))
		}
	}
	return s
}

func runBench(b *testing.B, rev *wire.Revision, yaml string) *verdict.Result {
	b.Helper()
	stage, err := play.NewStage()
	if err != nil {
		b.Fatal(err)
	}
	defer stage.Close()
	return runOn(b, stage, rev, load(b, yaml))
}

func load(b testing.TB, yaml string) *scenario.Scenario {
	b.Helper()
	sc, err := scenario.Load("bench.yaml", []byte(yaml))
	if err != nil {
		b.Fatal(err)
	}
	return sc
}

func runOn(b testing.TB, stage *play.Stage, rev *wire.Revision, sc *scenario.Scenario) *verdict.Result {
	b.Helper()
	r := stage.Run(context.Background(), sc, rev, play.Options{Timeout: 10 * time.Minute})
	if r.Outcome != verdict.Passed {
		b.Fatalf("%s: %v %s", r.Name, r.Problems, r.Reason)
	}
	return r
}

// bare is a server and clients of the bare library. The server plays the
// connector's bytes, a client the gateway's, and neither looks at them.
type bare struct {
	server *httptest.Server
	s      session
}

func newBare(b *testing.B, s session) *bare {
	b.Helper()
	x := &bare{s: s}
	x.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer c.CloseNow()
		if _, _, err := c.Read(context.Background()); err != nil {
			return
		}
		if c.Write(context.Background(), websocket.MessageText, s.descriptor) != nil {
			return
		}
		for x.exchange(c, false) == nil { // until the client is gone
		}
	}))
	b.Cleanup(x.server.Close)
	return x
}

// exchange is one side of one turn.
func (x *bare) exchange(c *websocket.Conn, gateway bool) error {
	for _, m := range x.s.turn {
		var err error
		if m.fromGateway == gateway {
			err = c.Write(context.Background(), websocket.MessageText, m.data)
		} else {
			_, _, err = c.Read(context.Background())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// play connects, exchanges n turns and closes.
func (x *bare) play(b testing.TB, n int) {
	ctx := context.Background()
	c, _, err := websocket.Dial(ctx, strings.Replace(x.server.URL, "http", "ws", 1), nil)
	if err != nil {
		b.Error(err)
		return
	}
	defer c.CloseNow()
	if err := c.Write(ctx, websocket.MessageText, x.s.hello); err != nil {
		b.Error(err)
		return
	}
	if _, _, err := c.Read(ctx); err != nil {
		b.Error(err)
		return
	}
	for range n {
		if err := x.exchange(c, true); err != nil {
			b.Error(err)
			return
		}
	}
}

// side runs f on many goroutines at once.
func side(many int, f func()) {
	var all sync.WaitGroup
	for range many {
		all.Go(f)
	}
	all.Wait()
}

func timed(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}

func benchmarkTurns(b *testing.B, rev *wire.Revision, connections int) {
	each := max(1, b.N/connections)
	s := recorded(b, rev)
	x := newBare(b, s)
	bareTime := timed(func() { side(connections, func() { x.play(b, each) }) })
	stage, err := play.NewStage()
	if err != nil {
		b.Fatal(err)
	}
	defer stage.Close()
	sc := load(b, turns(each))
	b.SetBytes(s.bytes)
	b.ReportAllocs()
	b.ResetTimer()
	ours := timed(func() { side(connections, func() { runOn(b, stage, rev, sc) }) })
	b.StopTimer()
	b.ReportMetric(float64(ours)/float64(bareTime), "x-bare")
	b.ReportMetric(float64(bareTime)/float64(each*connections), "bare-ns/op")
	b.ReportMetric(float64(each*connections)/ours.Seconds(), "turns/s")
}

func BenchmarkTurnOneConnection(b *testing.B) {
	for _, rev := range wire.Revisions() {
		b.Run(rev.Name, func(b *testing.B) { benchmarkTurns(b, rev, 1) })
	}
}

func BenchmarkTurnHundredConnections(b *testing.B) {
	for _, rev := range wire.Revisions() {
		b.Run(rev.Name, func(b *testing.B) { benchmarkTurns(b, rev, 100) })
	}
}

// BenchmarkScenario is a whole small scenario: connect, handshake, one turn, close.
func BenchmarkScenario(b *testing.B) {
	for _, rev := range wire.Revisions() {
		b.Run(rev.Name, func(b *testing.B) {
			x := newBare(b, recorded(b, rev))
			bareTime := timed(func() {
				for range b.N {
					x.play(b, 1)
				}
			})
			stage, err := play.NewStage()
			if err != nil {
				b.Fatal(err)
			}
			defer stage.Close()
			sc := load(b, turns(1))
			b.ReportAllocs()
			b.ResetTimer()
			ours := timed(func() {
				for range b.N {
					runOn(b, stage, rev, sc)
				}
			})
			b.StopTimer()
			b.ReportMetric(float64(ours)/float64(bareTime), "x-bare")
			b.ReportMetric(float64(bareTime)/float64(b.N), "bare-ns/op")
			b.ReportMetric(float64(b.N)/ours.Seconds(), "scenarios/s")
		})
	}
}
