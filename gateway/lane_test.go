package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
)

// slow is an agent whose turns take as long as their text says, such as "5s",
// unless they are interrupted, and which repeats the text.
func slow(ctx context.Context, t *gateway.Turn) (string, error) {
	first, _, _ := strings.Cut(t.Event.Text, "\n")
	d, _ := time.ParseDuration(first)
	select {
	case <-time.After(d):
		return "done " + t.Event.Text, nil
	case <-t.Interrupted():
		return "stopped " + t.Event.Text, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// contents are the texts sent so far.
func (p *peer) contents() []string {
	var cs []string
	for _, a := range p.actions("send") {
		cs = append(cs, a["content"].(string))
	}
	return cs
}

func id(message string) func(event, source map[string]any) {
	return func(event, _ map[string]any) { event["message_id"] = message }
}

func TestOneTurnPerSession(t *testing.T) { // TURN-1, TURN-2
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		r, p := start(t, rev, slow)
		p.inbound(say("5s", id("m1")))
		p.inbound(say("1s", id("m2")))
		p.inbound(say("two", id("m3"), from("scope_id", "G2")))
		p.inbound(say("1s", id("m4"), from("user_id", "U2"))) // another session runs beside it
		wait(time.Second)
		if got := p.contents(); !slices.Equal(got, []string{"done 1s"}) {
			t.Errorf("after 1 s: %q", got)
		}
		wait(5 * time.Second)
		want := []string{"done 1s", "done 5s", "done 1s\ntwo"}
		if got := p.contents(); !slices.Equal(got, want) {
			t.Errorf("contents %q, want %q", got, want)
		}
		last := p.actions("send")[2]
		if scope := last["metadata"].(map[string]any)[rev.ScopeKey]; last["reply_to"] != "m2" || scope != "G1" {
			t.Errorf("the merged turn replies to %v in %v, want its first message", last["reply_to"], scope)
		}
		if got := r.seen.texts(); !slices.Equal(got, []string{"5s", "1s", "1s\ntwo"}) {
			t.Errorf("routed %q", got)
		}
	})
}

func TestOtherKindsReplaceWhatWaits(t *testing.T) { // TURN-2
	kind := func(k string) func(event, source map[string]any) {
		return func(event, _ map[string]any) { event["message_type"] = k }
	}
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, slow)
		for _, e := range []map[string]any{say("1s"), say("a"), say("spot", kind("location")), say("b"), say("c")} {
			p.inbound(e)
		}
		wait(2 * time.Second)
		if got := r.seen.texts(); !slices.Equal(got, []string{"1s", "b\nc"}) {
			t.Errorf("routed %q", got)
		}
	})
}

func TestWaitingTextIsBounded(t *testing.T) {
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, slow, func(o *gateway.Options) { o.MaxMessage = 1000 })
		p.inbound(say("1s"))
		for range 10 {
			p.inbound(say(strings.Repeat("x", 400)))
		}
		wait(2 * time.Second)
		texts := r.seen.texts()
		if n := len(texts[1]); len(texts) != 2 || n != 801 {
			t.Errorf("%d turns, %d bytes waited", len(texts), n)
		}
	})
}

func TestInterruptStopsExactlyItsSession(t *testing.T) { // INT-2, INT-3
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		r, p := start(t, rev, slow)
		p.inbound(say("10s"))
		p.inbound(say("5s", from("user_id", "U2")))
		for _, key := range []string{"agent:main:discord:group:C1:U1", "agent:main:discord:group:C1:U9"} {
			p.send(map[string]any{"type": "interrupt_inbound", "session_key": key, "chat_id": "C1"})
		}
		if got := p.contents(); !slices.Equal(got, []string{"stopped 10s"}) { // it can still say so
			t.Errorf("contents %q", got)
		}
		want := []string{"agent:main:discord:group:C1:U1 C1 true", "agent:main:discord:group:C1:U9 C1 false"}
		if got := r.seen.list(func(w *witness) []string { return w.cuts }); !slices.Equal(got, want) {
			t.Errorf("interrupts %q", got)
		}
		wait(5 * time.Second)
		if got := p.contents(); !slices.Equal(got, []string{"stopped 10s", "done 5s"}) {
			t.Errorf("contents %q", got)
		}
	})
}

func TestInterruptBeforeTheAgentLooks(t *testing.T) { // INT-2
	bubble8(t, func(t *testing.T) {
		_, p := start(t, wire.R8, func(ctx context.Context, t *gateway.Turn) (string, error) {
			time.Sleep(time.Second)
			select {
			case <-t.Interrupted():
				return "stopped", nil
			default:
				return "not told", nil
			}
		})
		p.inbound(say("x"))
		p.send(map[string]any{"type": "interrupt_inbound", "session_key": "agent:main:discord:group:C1:U1", "chat_id": "C1"})
		p.send(map[string]any{"type": "interrupt_inbound", "session_key": "agent:main:discord:group:C1:U1", "chat_id": "C1"})
		wait(time.Second)
		if got := p.contents(); !slices.Equal(got, []string{"stopped"}) {
			t.Errorf("contents %q", got)
		}
	})
}

func TestInterruptedReplyIsSuppressedWhenAnotherWaits(t *testing.T) { // INT-4
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		_, p := start(t, rev, slow)
		p.inbound(say("10s"))
		p.inbound(say("1s"))
		p.send(map[string]any{"type": "interrupt_inbound", "session_key": "agent:main:discord:group:C1:U1", "chat_id": "C1"})
		wait(time.Second)
		if got := p.contents(); !slices.Equal(got, []string{"done 1s"}) {
			t.Errorf("contents %q", got)
		}
	})
}

func TestFailingAgentApologises(t *testing.T) { // TURN-5
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		_, p := start(t, rev, func(_ context.Context, t *gateway.Turn) (string, error) {
			switch t.Event.Text {
			case "fail":
				return "half a reply", errors.New("model is away")
			case "panic":
				panic("out of luck")
			}
			return "fine", nil
		})
		for _, text := range []string{"fail", "panic", "go on"} {
			p.inbound(say(text))
		}
		got := p.contents()
		if len(got) != 3 || !strings.Contains(got[0], "model is away") || !strings.Contains(got[1], "out of luck") || got[2] != "fine" {
			t.Errorf("contents %q", got)
		}
	})
}

func TestEmptyReplySendsNothing(t *testing.T) { // TURN-6
	for _, reply := range []string{"", " \n\t "} {
		bubble(t, func(t *testing.T, rev *wire.Revision) {
			_, p := start(t, rev, func(context.Context, *gateway.Turn) (string, error) { return reply, nil })
			p.inbound(say("hi"))
			if fs := p.frames("outbound"); len(fs) != 0 {
				t.Errorf("sent %v", fs)
			}
		})
	}
}

func TestTurnsDoNotBlockTheReader(t *testing.T) { // FR-7
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, func(ctx context.Context, t *gateway.Turn) (string, error) {
			res := t.Do(ctx, wire.Action{Op: wire.OpSend, Content: text("asking")})
			return res.MessageID, nil
		})
		var open []string
		p.answer = func(a map[string]any) any {
			open = append(open, fmt.Sprintf("r%d", len(open)+1))
			return nil
		}
		for i := range 20 {
			p.inbound(say("hi", from("user_id", fmt.Sprint(i))))
		}
		if len(open) != 20 || len(r.seen.texts()) != 20 {
			t.Errorf("%d calls while their results are out", len(open))
		}
	})
}

func TestTurnsEndWithRun(t *testing.T) {
	bubble8(t, func(t *testing.T) {
		ended := false
		r, p := start(t, wire.R8, func(ctx context.Context, _ *gateway.Turn) (string, error) {
			<-ctx.Done()
			time.Sleep(time.Second)
			ended = true
			return "too late", nil
		})
		p.inbound(say("hi"))
		p.inbound(say("waits"))
		if err := r.gw.Disconnect(t.Context()); err != nil || !ended {
			t.Errorf("Disconnect returned %v, the turn has ended: %v", err, ended)
		}
		if got := r.seen.texts(); len(got) != 1 {
			t.Errorf("routed %q", got)
		}
	})
}
