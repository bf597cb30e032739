package gateway_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
)

// deaf makes every peer acknowledge no going_idle.
func deaf(r *rig) { r.prepare = func(p *peer) { p.goodbye = unheard } }

// later runs f on a goroutine and returns what it returned, once it has.
func later(t *testing.T, f func(context.Context) error) (returned func() (error, bool)) {
	done := make(chan error, 1)
	go func() { done <- f(t.Context()) }()
	return func() (error, bool) {
		synctest.Wait()
		select {
		case err := <-done:
			return err, true
		default:
			return nil, false
		}
	}
}

func (r *rig) states() []string { return r.seen.list(func(w *witness) []string { return w.states }) }

func TestGoIdleWaitsTenSecondsForTheAck(t *testing.T) { // IDLE-1
	bubble8(t, func(t *testing.T) {
		r := newRig(t, wire.R8, func(context.Context, *gateway.Turn) (string, error) { return "still here", nil })
		deaf(r)
		r.run()
		p := r.peer(0)
		returned := later(t, r.gw.GoIdle)
		wait(10*time.Second - time.Millisecond)
		p.inbound(say("hi"))
		if len(p.actions("send")) != 1 || p.closed() != nil {
			t.Errorf("%d sends, closed %v", len(p.actions("send")), p.closed())
		}
		wait(time.Millisecond)
		if websocket.CloseStatus(p.closed()) != websocket.StatusNormalClosure {
			t.Errorf("the connector saw %v", p.closed())
		}
		if err, ok := returned(); err != nil || !ok {
			t.Errorf("GoIdle returned %v %v", err, ok)
		}
		if err := r.runResult(); err != nil {
			t.Errorf("Run returned %v", err)
		}
	})
}

// TestTheFirstGoodbyeIsTheOnlyOne: whoever leaves while somebody is leaving
// says nothing more, and does not wait longer than they have to. IDLE-1
func TestTheFirstGoodbyeIsTheOnlyOne(t *testing.T) {
	for name, c := range map[string]struct {
		first, second func(*gateway.Gateway, context.Context) error
		closes        time.Duration
	}{
		"going idle, then a shutdown": {(*gateway.Gateway).GoIdle, (*gateway.Gateway).Disconnect, 3 * time.Second},
		"dormant, then a shutdown":    {(*gateway.Gateway).GoDormant, (*gateway.Gateway).Disconnect, 3 * time.Second},
		"a shutdown, then going idle": {(*gateway.Gateway).Disconnect, (*gateway.Gateway).GoIdle, 2 * time.Second},
		"a shutdown, then dormant":    {(*gateway.Gateway).Disconnect, (*gateway.Gateway).GoDormant, 2 * time.Second},
		"going idle twice":            {(*gateway.Gateway).GoIdle, (*gateway.Gateway).GoIdle, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			bubble8(t, func(t *testing.T) {
				r := newRig(t, wire.R8, silent)
				deaf(r)
				r.run()
				p := r.peer(0)
				first := later(t, func(ctx context.Context) error { return c.first(r.gw, ctx) })
				wait(time.Second)
				second := later(t, func(ctx context.Context) error { return c.second(r.gw, ctx) })
				wait(c.closes - time.Second - time.Millisecond)
				if p.closed() != nil {
					t.Error("closed too early")
				}
				wait(time.Millisecond)
				if p.closed() == nil {
					t.Error("not closed in time")
				}
				if n := len(p.frames("going_idle")); n != 1 {
					t.Errorf("%d going_idle", n)
				}
				for _, returned := range []func() (error, bool){first, second} {
					if err, ok := returned(); err != nil || !ok {
						t.Errorf("returned %v %v", err, ok)
					}
				}
				if err := r.runResult(); err != nil {
					t.Errorf("Run returned %v", err)
				}
			})
		})
	}
}

func TestAcksThatNobodyAwaits(t *testing.T) { // IDLE-1, FR-6
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, silent)
		ack := map[string]any{"type": "going_idle_ack"}
		p.send(ack)
		p.send(ack)
		p.inbound(say("hi"))
		if got := r.seen.texts(); !slices.Equal(got, []string{"hi"}) || p.closed() != nil {
			t.Errorf("routed %q, closed %v", got, p.closed())
		}
		p.goodbye = unheard
		returned := later(t, r.gw.GoIdle)
		wait(time.Second)
		if _, ok := returned(); ok {
			t.Error("an ack from before going_idle counts")
		}
		p.send(string(`{"type":"going_idle_ack"}` + "\n" + `{"type":"going_idle_ack"}` + "\n"))
		if err, ok := returned(); err != nil || !ok {
			t.Errorf("GoIdle returned %v %v", err, ok)
		}
	})
}

func TestADormantGatewayAsksOnceASecond(t *testing.T) { // IDLE-7, IDLE-1
	bubble8(t, func(t *testing.T) {
		var asked atomic.Int32
		var woken atomic.Bool
		r, p := start(t, wire.R8, silent, func(o *gateway.Options) {
			o.Woken = func() bool { asked.Add(1); return woken.Load() }
		})
		if err := r.gw.GoDormant(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(p.frames("going_idle")) != 1 || websocket.CloseStatus(p.closed()) != websocket.StatusNormalClosure {
			t.Errorf("%d going_idle, closed %v", len(p.frames("going_idle")), p.closed())
		}
		if s := r.gw.State(); s != gateway.Dormant {
			t.Errorf("state %v", s)
		}
		if result := r.gw.Do(t.Context(), send("C1", "x")); result.Error != "relay transport not connected" {
			t.Errorf("a call of a dormant gateway: %+v", result)
		}
		wait(time.Hour)
		if n := asked.Load(); n != 3600 || r.dials() != 1 {
			t.Errorf("asked %d times, %d dials", n, r.dials())
		}
		woken.Store(true)
		wait(time.Second - time.Millisecond)
		if r.dials() != 1 {
			t.Error("dialled before it was asked")
		}
		wait(time.Millisecond)
		r.peer(1)
		if want := []string{"connected", "dormant", "connected"}; !slices.Equal(r.states(), want) {
			t.Errorf("states %q", r.states())
		}
		if err := r.gw.GoDormant(t.Context()); err != nil || r.gw.State() != gateway.Dormant {
			t.Errorf("the second time: %v, state %v", err, r.gw.State())
		}
	})
}

func TestAFrozenHostNeedsNoWoken(t *testing.T) { // IDLE-7
	bubble8(t, func(t *testing.T) {
		r, _ := start(t, wire.R8, silent)
		if err := r.gw.GoDormant(t.Context()); err != nil {
			t.Fatal(err)
		}
		wait(time.Second)
		r.peer(1)
	})
}

func TestAfterBeingDormantADropBacksOffAsEver(t *testing.T) { // IDLE-7, RC-1
	bubble8(t, func(t *testing.T) {
		r, _ := start(t, wire.R8, silent)
		again := r.refuseAll()
		if err := r.gw.GoDormant(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, d := range []time.Duration{1, 1, 2, 4} { // the poll, then the back-off
			wait(d * time.Second)
			if n := r.dials(); n != i+2 {
				t.Fatalf("%d dials, want %d", n, i+2)
			}
		}
		again()
		wait(8 * time.Second)
		_ = r.peer(1).ws.CloseNow()
		wait(time.Second)
		r.peer(2)
	})
}

func TestDormantInEveryStage(t *testing.T) { // IDLE-7
	for name, prepare := range map[string]func(*rig){
		"shaking hands": func(r *rig) { r.prepare = func(p *peer) { p.greet = func(*peer, map[string]any) {} } },
		"backing off":   func(r *rig) { r.refuseAll() },
		"dormant": func(r *rig) {
			r.run()
			_ = r.gw.GoDormant(r.t.Context())
		},
		"not running": nil,
	} {
		t.Run(name, func(t *testing.T) {
			bubble8(t, func(t *testing.T) {
				var woken atomic.Bool
				r := newRig(t, wire.R8, silent, func(o *gateway.Options) { o.Woken = woken.Load })
				dials := 1
				if prepare == nil {
					dials = 0
					_ = r.gw.GoDormant(t.Context())
				} else {
					prepare(r)
				}
				if r.cancel == nil {
					r.run()
				}
				if err := r.gw.GoDormant(t.Context()); err != nil {
					t.Fatal(err)
				}
				wait(time.Hour)
				if r.dials() != dials || r.gw.State() != gateway.Dormant {
					t.Errorf("%d dials, state %v", r.dials(), r.gw.State())
				}
				woken.Store(true)
				wait(time.Second)
				if r.dials() != dials+1 {
					t.Errorf("%d dials once woken", r.dials())
				}
				if err := r.gw.Disconnect(t.Context()); err != nil || r.runResult() != nil {
					t.Errorf("Disconnect %v, Run %v", err, r.runResult())
				}
			})
		})
	}
}

func TestADormantGatewayEndsAtOnce(t *testing.T) { // RC-2
	bubble8(t, func(t *testing.T) {
		r, _ := start(t, wire.R8, silent, func(o *gateway.Options) { o.Woken = func() bool { return false } })
		if err := r.gw.GoDormant(t.Context()); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if err := r.gw.Disconnect(t.Context()); err != nil || r.runResult() != nil || time.Since(begun) != 0 {
			t.Errorf("Disconnect %v, Run %v, after %v", err, r.runResult(), time.Since(begun))
		}
		if want := []string{"connected", "dormant", "disconnected"}; !slices.Equal(r.states(), want) {
			t.Errorf("states %q", r.states())
		}
	})
}

// TestWhereNothingRedialsDormantIsTheEnd: r6 knows neither going_idle nor a
// second dial. IDLE-1, IDLE-7
func TestWhereNothingRedialsDormantIsTheEnd(t *testing.T) {
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		r, p := start(t, rev, silent, func(o *gateway.Options) { o.NoReconnect = true })
		if err := r.gw.GoDormant(t.Context()); err != nil || r.runResult() != nil {
			t.Errorf("GoDormant %v, Run %v", err, r.runResult())
		}
		if idle := len(p.frames("going_idle")); idle == 1 != rev.GoesIdle {
			t.Errorf("%d going_idle", idle)
		}
		if websocket.CloseStatus(p.closed()) != websocket.StatusNormalClosure {
			t.Errorf("the connector saw %v", p.closed())
		}
	})
}
