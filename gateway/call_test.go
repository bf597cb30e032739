package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
)

func unanswered(map[string]any) any { return nil }

func send(chat, content string) wire.Action {
	return wire.Action{Op: wire.OpSend, ChatID: chat, Content: &content}
}

// result is what a call returned, and when.
type result struct {
	wire.Result
	took time.Duration
}

// later makes a call on a goroutine of its own; read the channel when quiet.
func (r *rig) later(ctx context.Context, a wire.Action) <-chan result {
	c := make(chan result, 1)
	begun := time.Now()
	go func() {
		res := r.gw.Do(ctx, a)
		c <- result{res, time.Since(begun)}
	}()
	synctest.Wait()
	return c
}

func (p *peer) resolve(id string, res any) {
	p.send(map[string]any{"type": "outbound_result", "requestId": id, "result": res})
	synctest.Wait()
}

func TestCallTimesOut(t *testing.T) { // OUT-4
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		r, p := start(t, rev, silent)
		p.answer = unanswered
		got := <-r.later(t.Context(), send("C1", "x"))
		if got.Success || got.Error != "relay outbound timed out" || got.took != 30*time.Second {
			t.Errorf("after %v: %+v", got.took, got.Result)
		}
		p.resolve("r1", map[string]any{"success": true}) // late: ignored
		next := r.later(t.Context(), send("C1", "y"))
		p.resolve("r2", map[string]any{"success": true, "message_id": "7"})
		if got := <-next; got.MessageID != "7" {
			t.Errorf("the next call: %+v", got)
		}
	})
}

func TestCallWithoutConnectionFailsAtOnce(t *testing.T) { // OUT-4
	bubble8(t, func(t *testing.T) {
		r := newRig(t, wire.R8, silent)
		check := func(when string) {
			for _, a := range []wire.Action{send("C1", "x"), {Op: wire.OpInterrupt, SessionKey: "k"}} {
				got := <-r.later(t.Context(), a)
				if got.Success || got.Error != "relay transport not connected" || got.took != 0 {
					t.Errorf("%s: %s after %v: %+v", when, a.Op, got.took, got.Result)
				}
			}
		}
		check("before Run")
		r.prepare = func(p *peer) { p.greet = func(*peer, map[string]any) {} }
		r.run()
		check("before the handshake")
		describe(r.peer(0), map[string]any{"platform": "discord"})
		synctest.Wait()
		_ = r.peer(0).ws.CloseNow()
		synctest.Wait()
		check("between sockets")
	})
}

func TestPendingCallsFailWithTheSocket(t *testing.T) { // OUT-5
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		for _, end := range []func(*websocket.Conn){
			func(ws *websocket.Conn) { _ = ws.Close(websocket.StatusGoingAway, "") },
			func(ws *websocket.Conn) { _ = ws.CloseNow() },
		} {
			r, p := start(t, rev, silent)
			p.answer = unanswered
			a, b := r.later(t.Context(), send("C1", "x")), r.later(t.Context(), send("C2", "y"))
			end(p.ws)
			for _, c := range []<-chan result{a, b} {
				if got := <-c; got.Success || got.Error != "relay connection lost" || got.took != 0 {
					t.Errorf("after %v: %+v", got.took, got.Result)
				}
			}
		}
	})
}

func TestNoResultCrossesConnections(t *testing.T) { // OUT-5, OUT-6
	bubble8(t, func(t *testing.T) {
		id := "same"
		r, p := start(t, wire.R8, silent, func(o *gateway.Options) { o.NewID = func() string { return id } })
		p.answer = unanswered
		old := r.later(t.Context(), send("C1", "x"))
		r.prepare = func(p *peer) { p.answer = unanswered }
		_ = p.ws.CloseNow()
		<-old
		wait(time.Second)
		now := r.later(t.Context(), send("C1", "y"))
		p.resolve("same", map[string]any{"success": true, "message_id": "old"})
		r.peer(1).resolve("same", map[string]any{"success": true, "message_id": "new"})
		if got := <-now; got.MessageID != "new" {
			t.Errorf("%+v", got)
		}
	})
}

func TestResultsAreMatchedByID(t *testing.T) { // OUT-6
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		r, p := start(t, rev, silent)
		p.answer = unanswered
		var calls []<-chan result
		for i := range 5 {
			calls = append(calls, r.later(t.Context(), send("C1", fmt.Sprint(i))))
		}
		p.resolve("nobody", map[string]any{"success": true})
		for _, i := range []int{3, 0, 4, 1, 2} {
			p.resolve(fmt.Sprintf("r%d", i+1), map[string]any{"success": true, "message_id": fmt.Sprint(i)})
			p.resolve(fmt.Sprintf("r%d", i+1), map[string]any{"success": false}) // a second one is ignored
		}
		for i, c := range calls {
			if got := <-c; got.MessageID != fmt.Sprint(i) {
				t.Errorf("call %d: %+v", i, got)
			}
		}
	})
}

func TestRequestIDInUseIsRefused(t *testing.T) { // OUT-1
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, silent, func(o *gateway.Options) { o.NewID = func() string { return "x" } })
		p.answer = unanswered
		first := r.later(t.Context(), send("C1", "a"))
		if got := <-r.later(t.Context(), send("C1", "b")); got.Success || got.Error == "" || got.took != 0 {
			t.Errorf("%+v", got)
		}
		p.resolve("x", map[string]any{"success": true, "message_id": "1"})
		if got := <-first; got.MessageID != "1" {
			t.Errorf("%+v", got)
		}
	})
}

func TestDefaultRequestIDsDiffer(t *testing.T) { // OUT-1
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, silent, func(o *gateway.Options) { o.NewID = nil })
		for range 3 {
			r.gw.Do(t.Context(), send("C1", "x"))
		}
		var ids []string
		for _, f := range p.frames("outbound") {
			ids = append(ids, f["requestId"].(string))
		}
		slices.Sort(ids)
		if len(slices.Compact(ids)) != 3 || len(ids[0]) != 32 {
			t.Errorf("ids %q", ids)
		}
	})
}

func TestCallEndsWithItsContext(t *testing.T) {
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, silent)
		p.answer = unanswered
		ctx, cancel := context.WithCancelCause(t.Context())
		c := r.later(ctx, send("C1", "x"))
		cancel(errors.New("enough"))
		if got := <-c; got.Success || got.Error != "enough" {
			t.Errorf("%+v", got)
		}
		p.resolve("r1", map[string]any{"success": true})
		if !r.running() || r.gw.State() != gateway.Connected {
			t.Error("the connection did not survive")
		}
	})
}

func TestInterruptIsSentWithoutWaiting(t *testing.T) { // INT-1
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		r, p := start(t, rev, silent)
		got := <-r.later(t.Context(), wire.Action{Op: wire.OpInterrupt, SessionKey: "k", Reason: "user"})
		if !got.Success {
			t.Errorf("%+v", got)
		}
		want := []map[string]any{{"type": "interrupt", "session_key": "k", "reason": "user"}}
		if diff := cmp.Diff(want, p.frames("interrupt")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestChatInfoWithoutTheOpIsAnsweredHere(t *testing.T) { // OUT-3, HS-7
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, silent)
		got := r.gw.Do(t.Context(), wire.Action{Op: wire.OpGetChatInfo, ChatID: "C9"})
		if !got.Success || got.ChatName != "C9" || got.ChatType != "dm" {
			t.Errorf("%+v", got)
		}
		if fs := p.frames("outbound"); len(fs) != 0 {
			t.Errorf("asked: %v", fs)
		}
	})
}

func TestCallsOfManyGoroutines(t *testing.T) { // OUT-6, under -race
	bubble8(t, func(t *testing.T) {
		r, _ := start(t, wire.R8, silent)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				for range 20 {
					if got := r.gw.Do(t.Context(), send("C1", "x")); !got.Success {
						t.Errorf("%+v", got)
						return
					}
				}
			})
		}
		wg.Wait()
	})
}
