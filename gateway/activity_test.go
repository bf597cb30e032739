package gateway_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
)

// balance counts what is at work, and remembers the least it ever was.
type balance struct {
	mu       sync.Mutex
	n, least int
}

func (b *balance) Begin() { b.add(1) }
func (b *balance) End()   { b.add(-1) }

func (b *balance) add(d int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n += d
	b.least = min(b.least, b.n)
}

// atRest is the count when nothing moves any more, and the least it ever was.
func (b *balance) atRest() (n, least int) {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.n, b.least
}

// TestActivityBalances counts through everything a gateway does. The rig's
// goroutine that runs it has begun, and nothing takes its reading back, so the
// count at rest is 1 while Run reads and 0 while it waits to dial.
func TestActivityBalances(t *testing.T) {
	bubble8(t, func(t *testing.T) {
		b := &balance{n: 1}
		r, p := start(t, wire.R8, func(ctx context.Context, t *gateway.Turn) (string, error) {
			if t.Event.Text == "busy" {
				return "done", nil
			}
			t.Do(ctx, wire.Action{Op: wire.OpSend, Content: text("asking")})
			return "x", nil
		}, func(o *gateway.Options) { o.Activity, o.NoTyping = b, false })
		check := func(when string, want int) {
			t.Helper()
			if n, least := b.atRest(); n != want || least < 0 {
				t.Errorf("%s: %d at work, want %d; the least was %d", when, n, want, least)
			}
		}
		do := func(a wire.Action) {
			go func() {
				b.Begin()
				defer b.End()
				r.gw.Do(t.Context(), a)
			}()
			synctest.Wait()
		}
		check("connected", 1)
		p.inbound(say("hi"))
		check("after a turn", 1)
		p.answer = unanswered
		p.inbound(say("hi"))
		p.inbound(say("waits"))
		p.send(map[string]any{"type": "interrupt_inbound", "session_key": "agent:main:discord:group:C1:U1"})
		p.send(map[string]any{"type": "inbound", "event": say("busy", from("user_id", "U2")), "bufferId": "b"})
		do(send("C1", "x"))
		do(wire.Action{Op: wire.OpInterrupt, SessionKey: "k"})
		check("while calls are out", 1)
		wait(5 * time.Minute)
		check("after they timed out", 1)
		p.failing("network", "network", "network")
		p.inbound(say("busy"))
		check("in a retry's back-off", 1)
		wait(time.Minute)
		p.answer = unanswered
		do(send("C1", "x"))
		_ = p.ws.Close(websocket.StatusServiceRestart, "")
		check("waiting to dial", 0)
		wait(time.Second)
		check("connected again", 1)
		b.Begin()
		if err := r.gw.Disconnect(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.End()
		check("Run has returned", 1)
	})
}

func TestActivityBalancesWhenTheDialFails(t *testing.T) {
	bubble8(t, func(t *testing.T) {
		b := &balance{n: 1}
		r := newRig(t, wire.R8, silent, func(o *gateway.Options) { o.Activity = b })
		r.refuseAll()
		r.run()
		wait(10 * time.Second)
		r.cancel()
		_ = r.runResult()
		if n, least := b.atRest(); n != 1 || least < 0 {
			t.Errorf("%d at work, the least was %d", n, least)
		}
	})
}
