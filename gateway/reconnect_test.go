package gateway_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
)

// dials counts the upgrades so far.
func (r *rig) dials() int {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.auths)
}

// refuseAll answers every upgrade with 503 until the returned function is called.
func (r *rig) refuseAll() (stop func()) {
	set := func(f func(http.ResponseWriter) bool) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.refuse = f
	}
	set(func(w http.ResponseWriter) bool { http.Error(w, "later", http.StatusServiceUnavailable); return true })
	return func() { set(nil) }
}

func TestRedialBacksOff(t *testing.T) { // RC-1, RC-3
	bubble8(t, func(t *testing.T) {
		r := newRig(t, wire.R8, silent)
		r.refuseAll()
		r.run()
		for i, d := range []time.Duration{1, 2, 4, 8, 16, 30, 30, 30} {
			before := r.dials()
			wait(d*time.Second - time.Millisecond)
			if n := r.dials() - before; n != 0 {
				t.Fatalf("wait %d: dialled %d times before %d s", i, n, d)
			}
			wait(time.Millisecond)
			if n := r.dials() - before; n != 1 {
				t.Fatalf("wait %d: dialled %d times after %d s", i, n, d)
			}
		}
		if !r.running() {
			t.Error("gave up")
		}
	})
}

func TestRedialBacksOffFromWhatItIsTold(t *testing.T) { // RC-1
	bubble8(t, func(t *testing.T) {
		r := newRig(t, wire.R8, silent, func(o *gateway.Options) { o.BackOff = 300 * time.Millisecond })
		r.refuseAll()
		r.run()
		for i, d := range []time.Duration{300, 600, 1200} {
			wait(d * time.Millisecond)
			if n := r.dials(); n != i+2 {
				t.Fatalf("%d dials, want %d", n, i+2)
			}
		}
	})
}

func TestRedialBeginsAnewAfterSuccess(t *testing.T) { // RC-1, RC-4
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, silent)
		for i := 1; i <= 3; i++ {
			again := r.refuseAll()
			_ = p.ws.Close(websocket.StatusServiceRestart, "restart")
			wait(3*time.Second + 500*time.Millisecond) // refused after 1 s and 3 s
			again()
			wait(4 * time.Second)
			p = r.peer(i)
			if r.gw.State() != gateway.Connected {
				t.Fatalf("state %v", r.gw.State())
			}
		}
		if len(r.allPeers()) != 4 {
			t.Errorf("%d sockets", len(r.allPeers()))
		}
	})
}

func TestRedialSaysHelloAndAdoptsTheNewDescriptor(t *testing.T) { // RC-1, HS-6
	bubble8(t, func(t *testing.T) {
		r := newRig(t, wire.R8, func(context.Context, *gateway.Turn) (string, error) {
			return strings.Repeat("x ", 60), nil
		})
		limits := []int{2000, 100}
		r.prepare = func(p *peer) {
			p.greet = func(p *peer, _ map[string]any) {
				d := descriptor("discord")
				d["max_message_length"] = limits[0]
				limits = limits[1:]
				p.send(map[string]any{"type": "descriptor", "descriptor": d})
			}
		}
		r.run()
		r.peer(0).inbound(say("hi"))
		if n := len(r.peer(0).actions("send")); n != 1 {
			t.Fatalf("%d pieces before", n)
		}
		_ = r.peer(0).ws.CloseNow()
		wait(time.Second)
		r.peer(1).inbound(say("hi"))
		if n := len(r.peer(1).actions("send")); n != 2 {
			t.Errorf("%d pieces after", n)
		}
		if n := len(r.peer(1).frames("hello")); n != 1 {
			t.Errorf("%d hellos", n)
		}
	})
}

func TestNothingRedialsInR6(t *testing.T) { // RC
	synctest.Test(t, func(t *testing.T) {
		r, p := start(t, wire.R6, silent)
		_ = p.ws.Close(websocket.StatusServiceRestart, "restart")
		err := r.runResult()
		if websocket.CloseStatus(err) != websocket.StatusServiceRestart {
			t.Errorf("Run returned %v", err)
		}
		if r.dials() != 1 || r.gw.State() != gateway.Disconnected {
			t.Errorf("%d dials, state %v", r.dials(), r.gw.State())
		}
	})
}

func TestDisconnectIsDeliberate(t *testing.T) { // RC-2, IDLE-1
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		r, p := start(t, rev, silent)
		if err := r.gw.Disconnect(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := r.runResult(); err != nil {
			t.Errorf("Run returned %v", err)
		}
		if code := websocket.CloseStatus(p.closed()); code != websocket.StatusNormalClosure {
			t.Errorf("the connector saw %v", p.closed())
		}
		idle := len(p.frames("going_idle"))
		if want := map[string]int{"2026-06": 0, "2026-08": 1}[rev.Name]; idle != want {
			t.Errorf("%d going_idle, want %d", idle, want)
		}
		want := []string{"connected", "disconnected"}
		if got := r.seen.list(func(w *witness) []string { return w.states }); !slices.Equal(got, want) {
			t.Errorf("states %q", got)
		}
		wait(time.Hour)
		if r.dials() != 1 {
			t.Errorf("%d dials", r.dials())
		}
		if err := r.gw.Disconnect(t.Context()); err != nil {
			t.Errorf("a second Disconnect: %v", err)
		}
	})
}

func TestDisconnectWaitsTwoSecondsForTheAck(t *testing.T) { // IDLE-1
	bubble8(t, func(t *testing.T) {
		r := newRig(t, wire.R8, func(context.Context, *gateway.Turn) (string, error) { return "still here", nil })
		r.prepare = func(p *peer) { p.goodbye = unheard }
		r.run()
		p := r.peer(0)
		go r.gw.Disconnect(context.Background())
		wait(2*time.Second - time.Millisecond)
		p.inbound(say("hi")) // it serves on
		if len(p.actions("send")) != 1 || p.closed() != nil {
			t.Errorf("%d sends, closed %v", len(p.actions("send")), p.closed())
		}
		wait(time.Millisecond)
		if websocket.CloseStatus(p.closed()) != websocket.StatusNormalClosure {
			t.Errorf("the connector saw %v", p.closed())
		}
	})
}

func TestDisconnectInEveryStage(t *testing.T) { // RC-2
	cases := []struct {
		name    string
		prepare func(*rig)
	}{
		{"upgrading", func(r *rig) {
			hang := make(chan struct{})
			r.t.Cleanup(func() { close(hang) })
			r.refuse = func(http.ResponseWriter) bool { <-hang; return true }
		}},
		{"shaking hands", func(r *rig) {
			r.prepare = func(p *peer) { p.greet = func(*peer, map[string]any) {} }
		}},
		{"backing off", func(r *rig) { r.refuseAll() }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			bubble8(t, func(t *testing.T) {
				r := newRig(t, wire.R8, silent)
				c.prepare(r)
				r.run()
				if err := r.gw.Disconnect(t.Context()); err != nil {
					t.Fatal(err)
				}
				if err := r.runResult(); err != nil {
					t.Errorf("Run returned %v", err)
				}
				wait(time.Hour)
				if r.dials() != 1 {
					t.Errorf("%d dials", r.dials())
				}
			})
		})
	}
}

func TestRunEndsWithItsContextInEveryStage(t *testing.T) {
	stages := map[string]func(*rig){
		"connected":     func(*rig) {},
		"shaking hands": func(r *rig) { r.prepare = func(p *peer) { p.greet = func(*peer, map[string]any) {} } },
		"backing off":   func(r *rig) { r.refuseAll() },
		"peer is deaf":  func(r *rig) { r.prepare = func(p *peer) { p.goodbye = unheard } },
	}
	for name, prepare := range stages {
		t.Run(name, func(t *testing.T) {
			bubble8(t, func(t *testing.T) {
				r := newRig(t, wire.R8, silent)
				prepare(r)
				r.run()
				begun := time.Now()
				r.cancel()
				if err := r.runResult(); !errors.Is(err, context.Canceled) {
					t.Errorf("Run returned %v", err)
				}
				if took := time.Since(begun); took != 0 {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}
