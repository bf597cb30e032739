package gateway_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
)

func TestRevocationIsFinal(t *testing.T) { // REV-1
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, silent)
		_ = p.ws.Close(4401, "deprovisioned")
		if err := r.runResult(); !errors.Is(err, gateway.ErrDisabled) {
			t.Errorf("Run returned %v", err)
		}
		if s := r.gw.State(); s != gateway.Disabled {
			t.Errorf("state %v", s)
		}
		want := []string{"connected", `disabled: relay ws://connector.example/relay: closed 4401 "deprovisioned" (AUTH-4)`}
		if got := r.seen.list(func(w *witness) []string { return w.states }); !slices.Equal(got, want) {
			t.Errorf("states %q", got)
		}
		wait(time.Hour)
		if r.dials() != 1 {
			t.Errorf("%d dials", r.dials())
		}
	})
}

func TestRevocationAfterARedialIsFinal(t *testing.T) { // REV-1: some handshake has succeeded
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, silent)
		r.prepare = func(p *peer) { p.greet = func(p *peer, _ map[string]any) { go p.ws.Close(4401, "") } }
		_ = p.ws.CloseNow()
		wait(time.Second)
		if err := r.runResult(); !errors.Is(err, gateway.ErrDisabled) {
			t.Errorf("Run returned %v", err)
		}
	})
}

// TestRevocationIsHeardAmongWriters: a write that fails because the socket is
// closing must not hide why it closes. REV-1
func TestRevocationIsHeardAmongWriters(t *testing.T) {
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, silent)
		var revoked atomic.Bool
		p.answer = func(map[string]any) any {
			if revoked.CompareAndSwap(false, true) {
				go p.ws.Close(4401, "")
			}
			return map[string]any{"success": true}
		}
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				for r.gw.Do(t.Context(), send("C1", "x")).Success {
				}
			})
		}
		wg.Wait()
		if err := r.runResult(); !errors.Is(err, gateway.ErrDisabled) {
			t.Errorf("Run returned %v", err)
		}
	})
}

func TestRefusalBeforeAnyHandshakeIsRetried(t *testing.T) { // REV-2
	bubble8(t, func(t *testing.T) {
		r := newRig(t, wire.R8, silent)
		r.prepare = func(p *peer) { p.greet = func(p *peer, _ map[string]any) { go p.ws.Close(4401, "") } }
		r.run()
		r.mu.Lock()
		r.prepare = nil
		r.mu.Unlock()
		wait(time.Second)
		r.peer(1)
		if s := r.gw.State(); s != gateway.Connected {
			t.Errorf("state %v", s)
		}
	})
}

func TestRefusalAfterAHandshakeInR6IsAnEnd(t *testing.T) { // REV begins in r8
	synctest.Test(t, func(t *testing.T) {
		r, p := start(t, wire.R6, silent)
		_ = p.ws.Close(4401, "")
		if err := r.runResult(); errors.Is(err, gateway.ErrDisabled) || r.gw.State() != gateway.Disconnected {
			t.Errorf("Run returned %v, state %v", err, r.gw.State())
		}
	})
}

// TestRevocationThatCrossesAGoodbyeIsFinal: the connector closes while the
// gateway waits for the ack, or with the ack, so that the close frames cross
// and whoever of the gateway's goroutines reads the connector's must tell.
// REV-1, RC-2
func TestRevocationThatCrossesAGoodbyeIsFinal(t *testing.T) {
	revoke := func(p *peer) { _ = p.ws.Close(4401, "revoked") }
	for leaving, leave := range map[string]func(*gateway.Gateway, context.Context) error{
		"disconnect": (*gateway.Gateway).Disconnect,
		"going idle": (*gateway.Gateway).GoIdle,
		"dormant":    (*gateway.Gateway).GoDormant,
	} {
		for when, goodbye := range map[string]func(*peer){
			"instead of the ack": revoke,
			"with the ack":       func(p *peer) { acked(p); revoke(p) },
		} {
			t.Run(leaving+", "+when, func(t *testing.T) {
				bubble8(t, func(t *testing.T) {
					r, p := start(t, wire.R8, silent)
					p.goodbye = goodbye
					if err := leave(r.gw, t.Context()); err != nil {
						t.Errorf("leaving returned %v", err)
					}
					if err := r.runResult(); !errors.Is(err, gateway.ErrDisabled) || r.gw.State() != gateway.Disabled {
						t.Errorf("Run returned %v, state %v", err, r.gw.State())
					}
				})
			})
		}
	}
}
