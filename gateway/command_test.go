package gateway_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
)

func TestCancelledTurnIsNotHeard(t *testing.T) { // TURN-3
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		var heard []wire.Result
		r, p := start(t, rev, func(ctx context.Context, t *gateway.Turn) (string, error) {
			if t.Event.Text != "stubborn" {
				return "done " + t.Event.Text, nil
			}
			<-t.Interrupted()
			if ctx.Err() == nil {
				heard = append(heard, wire.Result{Error: "the context goes on"})
			}
			time.Sleep(5 * time.Second) // heeds nothing
			heard = append(heard, t.Do(context.Background(), wire.Action{Op: wire.OpSend, Content: text("still here")}))
			return "too late", nil
		})
		p.inbound(say("stubborn"))
		p.inbound(say("next", id("m2")))
		p.inbound(say("/stop", id("m3")))
		if got := p.contents(); len(got) != 1 || !strings.HasPrefix(got[0], "Stopped") { // at once
			t.Errorf("contents %q", got)
		}
		if got := r.seen.texts(); len(got) != 1 { // TURN-1: it still runs
			t.Errorf("routed %q", got)
		}
		p.inbound(say("/stop", id("m4"))) // again does no harm
		wait(5 * time.Second)
		if got := p.contents(); len(got) != 3 || got[2] != "done next" {
			t.Errorf("contents %q", got)
		}
		if len(heard) != 1 || heard[0].Success || heard[0].Error != "cancelled by /stop" {
			t.Errorf("its calls return %v", heard)
		}
	})
}

// A cancelled turn whose agent heeds nothing shows as typing no more.
func TestCancelledTurnTypesNoMore(t *testing.T) { // TURN-3, OUT-11
	bubble8(t, func(t *testing.T) {
		_, p := start(t, wire.R8, func(_ context.Context, t *gateway.Turn) (string, error) {
			<-t.Interrupted()
			time.Sleep(time.Minute)
			return "", nil
		}, func(o *gateway.Options) { o.NoTyping = false })
		p.inbound(say("stubborn"))
		wait(3 * time.Second)
		before := len(p.actions("typing"))
		p.inbound(say("/stop", id("m2")))
		wait(30 * time.Second)
		if after := len(p.actions("typing")); before != 2 || after != before {
			t.Errorf("typed %d times before and %d times in all, want 2 and 2", before, after)
		}
		wait(time.Minute)
	})
}

// A platform that the gateway does not know is relay too (IN-3), which does not
// make what is typed there an interaction.
func TestNewBeginsOneSession(t *testing.T) { // SES-5, TURN-3
	bubble8(t, func(t *testing.T) {
		for _, platform := range []string{"discord", "guilded"} {
			_, p := start(t, wire.R8, slow)
			p.inbound(say("10s", from("platform", platform)))
			p.inbound(say("/new", id("m2"), from("platform", platform)))
			p.inbound(say("/sessions", id("m3"), from("platform", platform)))
			got := p.contents()
			if n := strings.Count(got[len(got)-1], " turns"); n != 1 {
				t.Errorf("%s: %d sessions of before: %q", platform, n, got)
			}
		}
	})
}

// answerer is an Agent that answers /model.
type answerer struct{ gateway.AgentFunc }

func (answerer) Answers(_ *gateway.Turn, c wire.ParsedCommand) bool { return c.Name == "model" }

func TestAgentAnswersBesideItsTurn(t *testing.T) { // TURN-3
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		agent := func(ctx context.Context, t *gateway.Turn) (string, error) {
			switch t.Event.Text {
			case "/model":
				return "gpt-5", nil
			case "/model x":
				panic("no such model")
			}
			return slow(ctx, t)
		}
		_, p := start(t, rev, agent, func(o *gateway.Options) { o.Agent = answerer{agent} })
		p.inbound(say("10s"))
		p.inbound(say("/model", id("m2")))
		p.inbound(say("/model x", id("m3")))
		p.inbound(say("/usage", id("m4")))
		got := p.contents()
		if len(got) != 3 || got[0] != "gpt-5" || !strings.Contains(got[1], "no such model") || !strings.Contains(got[2], "has to wait") {
			t.Errorf("contents %q", got)
		}
		wait(10 * time.Second)
		if got := p.contents(); got[len(got)-1] != "done 10s" {
			t.Errorf("contents %q", got)
		}
	})
}

// undecided is an Agent that panics when it is asked what it answers.
type undecided struct{ gateway.AgentFunc }

func (undecided) Answers(*gateway.Turn, wire.ParsedCommand) bool { panic("undecided") }

// An agent that cannot say what it answers costs nobody a session, nor the
// connector an ack.
func TestAgentThatPanicsOverACommand(t *testing.T) { // FR-6, IDLE-5, TURN-3
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, slow, func(o *gateway.Options) { o.Agent = undecided{slow} })
		p.inbound(say("1h"))
		for i, command := range []string{"/stop", "/help", "/usage"} {
			p.send(map[string]any{"type": "inbound", "event": say(command), "bufferId": fmt.Sprint(i)})
		}
		p.inbound(say("2s"))
		wait(time.Minute)
		if n := len(p.frames("inbound_ack")); n != 3 {
			t.Errorf("%d acks", n)
		}
		if got := r.seen.texts(); !slices.Equal(got, []string{"1h", "/usage", "2s"}) && !slices.Equal(got, []string{"1h", "2s"}) {
			t.Errorf("routed: %q", got)
		}
		if got := p.contents(); len(got) < 3 || got[len(got)-1] != "done 2s" {
			t.Errorf("contents %q", got)
		}
	})
}

func TestQueueIsBounded(t *testing.T) { // TURN-4
	bubble8(t, func(t *testing.T) {
		_, p := start(t, wire.R8, slow)
		p.inbound(say("1h"))
		for range 101 {
			p.inbound(say("/queue 1s"))
		}
		if got := p.contents(); got[99] != "Queued: 100 messages wait." || !strings.HasPrefix(got[100], "The queue is full") {
			t.Errorf("contents %q", got[99:])
		}
	})
}

// slash is a slash command that U1 presses in channel C1.
func slash(command, options string) map[string]any {
	body := fmt.Sprintf(`{"id":"i1","type":2,"channel_id":"C1","guild_id":"G1","member":{"user":{"id":"U1"}},"data":{"name":%q,"options":[%s]}}`, command, options)
	return map[string]any{"type": "passthrough_forward", "forward": map[string]any{
		"platform": "discord", "bodyB64": base64.StdEncoding.EncodeToString([]byte(body)),
	}}
}

func TestPressedQueueIsForTheBusySession(t *testing.T) { // TURN-4
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, slow)
		p.inbound(say("5s"))
		p.send(slash("queue", `{"type":3,"value":"1s"}`))
		wait(0) // each answer is a goroutine's of its own
		p.send(slash("status", ""))
		wait(10 * time.Second)
		got := p.contents()
		if len(got) != 4 || !strings.HasPrefix(got[0], "Queued") || !strings.Contains(got[1], "At work. Queued: 1.") || got[2] != "done 5s" || got[3] != "done 1s" {
			t.Errorf("contents %q", got)
		}
		want := []string{"agent:main:discord:group:C1:U1 5s", "agent:main:discord:group:C1:U1 1s"}
		if got := r.seen.list(func(w *witness) []string { return w.routed }); !slices.Equal(got, want) {
			t.Errorf("routed %q", got)
		}
	})
}

func TestAnswersAreBounded(t *testing.T) { // FR-7
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, slow)
		p.answer = func(map[string]any) any { return nil }
		p.inbound(say("1h"))
		for range 1200 {
			p.send(map[string]any{"type": "inbound", "event": say("/help")})
		}
		if n := len(p.contents()); n != 1000 {
			t.Errorf("%d answers wait for their results", n)
		}
		p.inbound(say("/stop")) // has its effect, and no answer
		p.inbound(say("2s"))
		if got := r.seen.texts(); !slices.Equal(got, []string{"1h", "2s"}) {
			t.Errorf("routed %q", got)
		}
	})
}
