package gateway_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
)

const plainPrefix = "(Response formatting failed, plain text:)\n\n"

// failing answers sends with these errors in turn, then with success, and
// notes when each came.
func (p *peer) failing(errors ...string) *[]time.Duration {
	begun, times := time.Now(), &[]time.Duration{}
	p.answer = func(map[string]any) any {
		*times = append(*times, time.Since(begun))
		if len(errors) == 0 {
			return map[string]any{"success": true}
		}
		e := errors[0]
		errors = errors[1:]
		return map[string]any{"success": false, "error": e}
	}
	return times
}

func saying(reply string) gateway.AgentFunc {
	return func(context.Context, *gateway.Turn) (string, error) { return reply, nil }
}

func TestFailedReplyIsRetried(t *testing.T) { // OUT-10
	const s = time.Second
	cases := []struct {
		name   string
		errors []string
		texts  []string
		times  []time.Duration
	}{
		{"formatting", []string{"can't parse entities"}, []string{"**x**", plainPrefix + "**x**"}, []time.Duration{0, 0}},
		{"formatting twice", []string{"no", "no"}, []string{"**x**", plainPrefix + "**x**"}, []time.Duration{0, 0}},
		{"network once", []string{"network unreachable"}, []string{"**x**", "**x**"}, []time.Duration{0, 2 * s}},
		{"network for ever", []string{"Connection reset by peer", "ConnectError", "broken pipe", "network"},
			[]string{"**x**", "**x**", "**x**"}, []time.Duration{0, 2 * s, 6 * s}},
		{"connect timeout", []string{"ConnectTimeout"}, []string{"**x**", "**x**"}, []time.Duration{0, 2 * s}},
		{"network, then formatting", []string{"network", "bad markdown"},
			[]string{"**x**", "**x**", plainPrefix + "**x**"}, []time.Duration{0, 2 * s, 2 * s}},
		{"timeout", []string{"read timed out"}, []string{"**x**"}, []time.Duration{0}},
		{"no error text", []string{""}, []string{"**x**", plainPrefix + "**x**"}, []time.Duration{0, 0}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, rev *wire.Revision) {
				_, p := start(t, rev, saying("**x**"))
				times := p.failing(c.errors...)
				p.inbound(say("hi"))
				wait(time.Minute)
				if got := p.contents(); !slices.Equal(got, c.texts) {
					t.Errorf("contents %q, want %q", got, c.texts)
				}
				if !slices.Equal(*times, c.times) {
					t.Errorf("at %v, want %v", *times, c.times)
				}
				for _, a := range p.actions("send") {
					if a["reply_to"] != "m1" {
						t.Errorf("reply_to %v", a["reply_to"])
					}
				}
			})
		})
	}
}

func TestUnansweredReplyIsNotRetried(t *testing.T) { // OUT-10, OUT-4
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		_, p := start(t, rev, saying("x"))
		p.answer = unanswered
		p.inbound(say("hi"))
		wait(10 * time.Minute)
		if got := p.contents(); len(got) != 1 {
			t.Errorf("contents %q", got)
		}
	})
}

func TestReplySurvivesALostSocket(t *testing.T) { // OUT-10, RC-1
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, saying("x"))
		p.answer = func(map[string]any) any { go p.ws.CloseNow(); return nil }
		p.inbound(say("hi"))
		wait(2 * time.Second)
		if got := r.peer(1).contents(); !slices.Equal(got, []string{"x"}) {
			t.Errorf("the second socket carried %q", got)
		}
	})
}

func TestPlainTextIsCutAndFits(t *testing.T) { // OUT-10, OUT-7
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		r := newRig(t, rev, saying(strings.Repeat("é", 3990)))
		r.prepare = func(p *peer) {
			p.greet = func(p *peer, _ map[string]any) {
				d := descriptor("discord")
				d["max_message_length"] = 4000
				p.send(map[string]any{"type": "descriptor", "descriptor": d})
			}
		}
		r.run()
		p := r.peer(0)
		p.failing("bad markdown")
		p.inbound(say("hi"))
		got := p.contents()
		if len(got) != 2 || got[1] != plainPrefix+strings.Repeat("é", 3500) {
			t.Fatalf("%d sends, the last of %d characters", len(got), wire.CharLen(got[len(got)-1]))
		}
	})
}

func TestPlainTextOfAFullPieceStillFits(t *testing.T) { // OUT-7, OUT-10
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		_, p := start(t, rev, saying(strings.Repeat("word ", 400)))
		p.failing("bad markdown")
		p.inbound(say("hi"))
		for _, c := range p.contents() {
			if n := wire.CharLen(c); n > 2000 {
				t.Errorf("a piece of %d characters", n)
			}
		}
		if got := p.contents(); len(got) != 3 || !strings.HasPrefix(got[1], plainPrefix) {
			t.Errorf("%d sends", len(got))
		}
	})
}

func TestLongReplyIsSplit(t *testing.T) { // OUT-7, MP-4
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		_, p := start(t, rev, saying(strings.Repeat("😀 ", 2000)), func(o *gateway.Options) {
			o.Identities = []wire.Identity{{Platform: "telegram", BotID: "b"}}
		})
		p.inbound(say("hi", from("platform", "telegram")))
		got := p.contents()
		if len(got) != 2 {
			t.Fatalf("%d pieces", len(got))
		}
		for i, c := range got {
			if n := wire.UTF16Len(c); n > 4096 || !strings.HasSuffix(c, []string{"(1/2)", "(2/2)"}[i]) {
				t.Errorf("piece %d: %d units, ends in %q", i, n, c[len(c)-8:])
			}
		}
		if as := p.actions("send"); as[0]["reply_to"] != "m1" || as[1]["reply_to"] != nil {
			t.Errorf("reply_to %v, %v", as[0]["reply_to"], as[1]["reply_to"])
		}
	})
}

func TestUndeliverablePieceEndsTheReply(t *testing.T) {
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		_, p := start(t, rev, saying(strings.Repeat("word ", 1000)))
		p.failing("timed out")
		p.inbound(say("hi"))
		if got := p.contents(); len(got) != 1 {
			t.Errorf("%d sends", len(got))
		}
	})
}

func TestTyping(t *testing.T) { // OUT-11
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		_, p := start(t, rev, slow, func(o *gateway.Options) { o.NoTyping = false })
		p.answer = func(a map[string]any) any {
			if a["op"] == "typing" {
				return nil // nobody waits for it
			}
			return map[string]any{"success": true}
		}
		p.inbound(say("5s", from("thread_id", "T1")))
		var at []int
		for i := range 8 {
			at = append(at, len(p.actions("typing")))
			if i < 7 {
				wait(time.Second)
			}
		}
		want := []int{1, 1, 2, 2, 3, 3, 3, 3} // stops with the turn
		if !rev.Typing {
			want = make([]int, 8)
		}
		if !slices.Equal(at, want) {
			t.Errorf("typing by second: %v, want %v", at, want)
		}
		if rev.Typing {
			want := map[string]any{"op": "typing", "chat_id": "C1",
				"metadata": map[string]any{"thread_id": "T1", "scope_id": "G1", "user_id": "U1"}}
			if diff := cmp.Diff(want, p.actions("typing")[0]); diff != "" {
				t.Error(diff)
			}
		}
	})
}

func TestTypingComesBeforeWhatTheAgentSends(t *testing.T) { // OUT-11
	bubble8(t, func(t *testing.T) {
		_, p := start(t, wire.R8, saying("x"), func(o *gateway.Options) { o.NoTyping = false })
		for range 50 {
			p.inbound(say("hi"))
		}
		var ops string
		for _, f := range p.frames("outbound") {
			ops += f["action"].(map[string]any)["op"].(string)[:1]
		}
		if ops != strings.Repeat("ts", 50) {
			t.Errorf("ops %s", ops)
		}
	})
}

func TestTypingDelaysNobody(t *testing.T) { // OUT-11
	bubble8(t, func(t *testing.T) {
		ran := false
		r := newRig(t, wire.R8, func(context.Context, *gateway.Turn) (string, error) { ran = true; return "", nil },
			func(o *gateway.Options) { o.NoTyping = false })
		release := make(chan struct{})
		r.prepare = func(p *peer) {
			p.greet = func(p *peer, hello map[string]any) {
				describe(p, hello)
				p.send(map[string]any{"type": "inbound", "event": say("hi")})
				<-release // reads nothing from here on
			}
		}
		r.run()
		if !ran {
			t.Error("the agent waits for a peer that does not read")
		}
		close(release)
		synctest.Wait()
	})
}
