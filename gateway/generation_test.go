package gateway_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
)

// Each socket is a generation of the connection of its own: what belongs to an
// older one means nothing on a newer one.

// A result that comes late, on the next socket, is for no request: neither for
// the one that was lost with its socket nor for any other.
func TestResultOfAnOlderSocketIsIgnored(t *testing.T) { // OUT-5, OUT-6, RC-1
	bubble8(t, func(t *testing.T) {
		var mu sync.Mutex
		var results []wire.Result
		r, p := start(t, wire.R8, func(ctx context.Context, t *gateway.Turn) (string, error) {
			result := t.Do(ctx, wire.Action{Op: wire.OpSend, Content: text(t.Event.Text)})
			mu.Lock()
			defer mu.Unlock()
			results = append(results, result)
			return "", nil
		})
		open := func(map[string]any) any { return nil }
		p.answer = open
		r.mu.Lock()
		r.prepare = func(p *peer) { p.answer = open }
		r.mu.Unlock()
		p.inbound(say("one"))
		lost := p.frames("outbound")[0]["requestId"]
		_ = p.ws.CloseNow()
		wait(time.Second)
		next := r.peer(1)
		next.inbound(say("two", id("m2")))
		sent := next.frames("outbound")
		if len(sent) != 1 || sent[0]["requestId"] == lost {
			t.Fatalf("the next socket has the requests %v; %v was lost", sent, lost)
		}
		answer := func(request any, message string) {
			next.send(map[string]any{"type": "outbound_result", "requestId": request, "result": map[string]any{"success": true, "message_id": message}})
		}
		answer(lost, "too-late")
		answer(sent[0]["requestId"], "in-time")
		next.frames("outbound") // quiet
		mu.Lock()
		defer mu.Unlock()
		want := []wire.Result{{Error: "relay connection lost"}, {Success: true, MessageID: "in-time"}}
		if len(results) != 2 || results[0].Success || results[0].Error != want[0].Error || results[1].MessageID != want[1].MessageID {
			t.Errorf("got %+v, want %+v", results, want)
		}
	})
}

// What is still written to a socket that the gateway has left is not handled,
// before the next one is there or after.
func TestFrameOfAnOlderSocketIsNotHandled(t *testing.T) { // IDLE-7, IDLE-8
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, silent, func(o *gateway.Options) { o.Woken = func() bool { return true } })
		p.inbound(say("one"))
		if err := r.gw.GoDormant(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.inbound(say("left behind", id("m2")))
		wait(time.Second)
		r.peer(1).inbound(say("two", id("m3")))
		p.inbound(say("left behind", id("m4")))
		if got, want := r.seen.texts(), []string{"one", "two"}; !slices.Equal(got, want) {
			t.Errorf("routed %q, want %q", got, want)
		}
	})
}
