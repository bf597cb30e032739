package gateway_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
)

// streams is an agent that streams the words of the event, one a wait.
func streams(every time.Duration) gateway.AgentFunc {
	return func(ctx context.Context, t *gateway.Turn) (string, error) {
		s := t.Stream(ctx, gateway.StreamOptions{Interval: 200 * time.Millisecond})
		for word := range strings.FieldsSeq(t.Event.Text) {
			if word == "|" {
				if err := s.Break(); err != nil {
					return "", err
				}
				continue
			}
			fmt.Fprintf(s, "%s ", word)
			select {
			case <-time.After(every):
			case <-ctx.Done():
				return "", ctx.Err()
			}
		}
		return "", s.Close()
	}
}

// shown are the sends and edits so far: the op, the message, the content.
func (p *peer) shown() []string {
	var list []string
	for _, f := range p.frames("outbound") {
		a := f["action"].(map[string]any)
		line := fmt.Sprint(a["op"])
		if a["message_id"] != nil {
			line += fmt.Sprint(" ", a["message_id"])
		}
		list = append(list, fmt.Sprintf("%s %q", line, a["content"]))
	}
	return list
}

func TestStreamGrows(t *testing.T) { // OUT-2, OUT-9
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		_, p := start(t, rev, streams(90*time.Millisecond))
		p.inbound(say("a b c d e f"))
		wait(time.Second)
		want := []string{`send "a b  ▉"`, `edit out-1 "a b c d  ▉"`, `edit out-1 "a b c d e f  ▉"`, `edit out-1 "a b c d e f "`}
		if got := p.shown(); !slices.Equal(got, want) {
			t.Errorf("got %q", got)
		}
		first := p.actions("send")[0]
		metadata := first["metadata"].(map[string]any)
		if first["reply_to"] != "m1" || metadata["expect_edits"] != true || metadata[rev.ScopeKey] != "G1" {
			t.Errorf("the first message: %v", first)
		}
		if m := p.actions("edit")[0]["metadata"].(map[string]any); m[rev.ScopeKey] != "G1" || m["notify"] != nil {
			t.Errorf("an edit's metadata: %v", m)
		}
	})
}

func TestStreamSegments(t *testing.T) {
	bubble8(t, func(t *testing.T) {
		_, p := start(t, wire.R8, streams(0))
		p.inbound(say("a b | c | | d"))
		want := []string{`send "a b "`, `send "c "`, `send "d "`}
		if got := p.shown(); !slices.Equal(got, want) {
			t.Errorf("got %q", got)
		}
		if sends := p.actions("send"); sends[0]["reply_to"] != "m1" || sends[1]["reply_to"] != nil {
			t.Errorf("replies to %v and %v", sends[0]["reply_to"], sends[1]["reply_to"])
		}
	})
}

// chat is what a user sees: the last content of each message, in order.
func (p *peer) chat() []string {
	var list []string
	for _, f := range p.frames("outbound") {
		a := f["action"].(map[string]any)
		content := a["content"].(string)
		if a["op"] == "send" {
			list = append(list, content)
			continue
		}
		var n int
		if _, err := fmt.Sscanf(a["message_id"].(string), "out-%d", &n); err != nil || n > len(list) {
			p.t.Fatalf("an edit of %v, when %d messages were sent", a["message_id"], len(list))
		}
		list[n-1] = content
	}
	return list
}

// limited starts a gateway whose messages have at most that many characters, and
// whose connector refuses some calls (see refusing).
func limited(t *testing.T, limit int, edits bool, refused map[string]any, agent gateway.AgentFunc) *peer {
	t.Helper()
	r := newRig(t, wire.R8, agent)
	r.prepare = func(p *peer) {
		p.answer = refusing(refused)
		p.greet = func(p *peer, _ map[string]any) {
			d := descriptor("discord")
			d["max_message_length"], d["supports_edit"] = limit, edits
			p.send(map[string]any{"type": "descriptor", "descriptor": d})
		}
	}
	r.run()
	return r.peer(0)
}

// lines is an agent that streams so many lines, one a second, in a code block.
func lines(n int) gateway.AgentFunc {
	return func(ctx context.Context, t *gateway.Turn) (string, error) {
		s := t.Stream(ctx, gateway.StreamOptions{})
		fmt.Fprintln(s, "```go")
		for i := range n {
			fmt.Fprintf(s, "line(%d)\n", i)
			time.Sleep(time.Second)
		}
		fmt.Fprint(s, "```")
		return "", nil
	}
}

func TestStreamGoesOnInAnotherMessage(t *testing.T) { // OUT-7
	bubble8(t, func(t *testing.T) {
		p := limited(t, 100, true, nil, lines(40))
		p.inbound(say("go"))
		wait(time.Minute)
		for _, op := range []string{"send", "edit"} {
			for _, a := range p.actions(op) {
				if n := len([]rune(a["content"].(string))); n > 100 {
					t.Errorf("%s of %d characters", op, n)
				}
			}
		}
		chat, all := p.chat(), ""
		for _, message := range chat {
			inside, ok := strings.CutPrefix(message, "```go\n")
			inside, closed := strings.CutSuffix(inside, "\n```")
			if !ok || !closed || strings.Contains(inside, "`") || strings.Contains(inside, "▉") {
				t.Errorf("a message is %q", message)
			}
			all += inside + "\n"
		}
		if len(chat) < 4 || strings.Count(all, "line(") != 40 || !strings.HasSuffix(all, "line(39)\n") {
			t.Errorf("%d messages: %q", len(chat), all)
		}
	})
}

func TestStreamWithoutEdits(t *testing.T) { // HS-2
	bubble8(t, func(t *testing.T) {
		p := limited(t, 2000, false, nil, lines(3))
		p.inbound(say("go"))
		wait(2 * time.Second)
		if got := p.shown(); len(got) > 0 {
			t.Errorf("shown before it is whole: %q", got)
		}
		wait(2 * time.Second)
		if got := p.shown(); !slices.Equal(got, []string{"send \"```go\\nline(0)\\nline(1)\\nline(2)\\n```\""}) {
			t.Errorf("got %q", got)
		}
	})
}

func TestStreamWhoseEditsFail(t *testing.T) {
	bubble8(t, func(t *testing.T) {
		p := limited(t, 2000, true, map[string]any{"edit": 99.0}, streams(250*time.Millisecond))
		p.inbound(say("a b c"))
		wait(2 * time.Second)
		if got := p.shown(); !slices.Equal(got, []string{`send "a  ▉"`, `edit out-1 "a b  ▉"`, `send "b c "`}) {
			t.Errorf("got %q", got)
		}
	})
}

func TestStreamWhoseFirstMessageFails(t *testing.T) { // OUT-10
	bubble8(t, func(t *testing.T) {
		p := limited(t, 2000, true, map[string]any{"send": 1.0}, streams(250*time.Millisecond))
		p.inbound(say("a b c"))
		wait(2 * time.Second)
		if got := p.shown(); !slices.Equal(got, []string{`send "a  ▉"`, `send "a b c "`}) {
			t.Errorf("got %q", got)
		}
	})
}

func TestStreamOfACancelledTurn(t *testing.T) { // TURN-3
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		_, p := start(t, rev, func(_ context.Context, t *gateway.Turn) (string, error) {
			s := t.Stream(context.Background(), gateway.StreamOptions{}) // not even its context ends
			for range 10 {
				fmt.Fprint(s, "more ")
				time.Sleep(time.Second)
			}
			return "done", s.Close()
		})
		p.inbound(say("go"))
		wait(1500 * time.Millisecond)
		before := len(p.actions("edit"))
		p.inbound(say("/stop", id("m2")))
		wait(time.Minute)
		if sends := p.contents(); len(sends) != 2 || !strings.HasPrefix(sends[1], "Stopped") || len(p.actions("edit")) != before {
			t.Errorf("got %q", p.shown())
		}
	})
}

func TestStreamThatIsSlowToShow(t *testing.T) { // FR-7
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, streams(time.Second))
		p.answer = func(map[string]any) any { return nil } // no result at all
		p.inbound(say("a b c"))
		wait(10 * time.Second)
		if got := p.shown(); !slices.Equal(got, []string{`send "a  ▉"`}) {
			t.Errorf("got %q", got)
		}
		p.inbound(say("other", from("user_id", "U2")))
		if got := r.seen.texts(); !slices.Equal(got, []string{"a b c", "other"}) {
			t.Errorf("routed %q", got)
		}
		wait(3 * time.Minute) // what may have arrived is not said again (OUT-10)
		if got := p.shown(); !slices.Contains(got, `send "b c "`) {
			t.Errorf("got %q", got)
		}
	})
}

// An agent may leave a goroutine behind that is in Break when its turn returns:
// the turn waits for the segment, and ends.
func TestStreamThatIsBrokenWhileTheTurnReturns(t *testing.T) { // TURN-1
	for name, held := range map[string]string{"finishing": "send", "showing before": "edit"} {
		t.Run(name, func(t *testing.T) {
			bubble8(t, func(t *testing.T) {
				broken := make(chan error, 1)
				r, p := start(t, wire.R8, func(ctx context.Context, t *gateway.Turn) (string, error) {
					if t.Event.Text == "next" {
						return "heard", nil
					}
					s := t.Stream(ctx, gateway.StreamOptions{})
					fmt.Fprint(s, "a ")
					if held == "edit" {
						time.Sleep(time.Second)
						fmt.Fprint(s, "b ")
						time.Sleep(2 * time.Second)
					}
					go func() { broken <- s.Break() }()
					time.Sleep(50 * time.Millisecond) // it waits for the connector
					return "done", nil
				})
				p.answer = func(action map[string]any) any {
					if action["op"] == held && action["content"] != "done" && action["content"] != "heard" {
						time.Sleep(10 * time.Second)
					}
					return map[string]any{"success": true, "message_id": "out-1"}
				}
				p.inbound(say("go"))
				p.inbound(say("next", id("m2")))
				wait(5 * time.Minute)
				select {
				case err := <-broken:
					if err != nil {
						t.Errorf("Break: %v", err)
					}
				default:
					t.Error("Break hangs")
				}
				if got := r.seen.texts(); !slices.Equal(got, []string{"go", "next"}) {
					t.Fatalf("routed %q", got)
				}
				if got := p.contents(); !slices.Contains(got, "done") || got[len(got)-1] != "heard" {
					t.Errorf("contents %q", got)
				}
			})
		})
	}
}
