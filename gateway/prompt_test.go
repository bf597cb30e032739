package gateway_test

import (
	"context"
	"encoding/base64"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
)

// asker shows the prompts a test tells it to, and takes note of the presses.
type asker struct {
	mu      sync.Mutex
	presses []string
}

func (*asker) Turn(context.Context, *gateway.Turn) (string, error) { return "", nil }

func (a *asker) Pressed(_ context.Context, e *wire.Event) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.presses = append(a.presses, e.Source.UserID+" "+e.PromptResponse.OptionID)
}

func (a *asker) pressed() []string {
	synctest.Wait()
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.presses
}

// startAsking connects a gateway to a connector that has prompts.
func startAsking(t *testing.T, results func(action map[string]any) any) (*rig, *peer, *asker) {
	t.Helper()
	agent := &asker{}
	r := newRig(t, wire.R8, silent, func(o *gateway.Options) { o.Agent = agent })
	r.prepare = func(p *peer) {
		p.answer = results
		p.greet = func(p *peer, hello map[string]any) {
			d := descriptor("discord")
			d["supported_ops"] = []string{"send", "prompt"}
			p.send(map[string]any{"type": "descriptor", "descriptor": d})
		}
	}
	r.run()
	return r, r.peer(0), agent
}

func ask(id string, more map[string]any) wire.Action {
	extra := map[string]any{"prompt_kind": "approval", "prompt_id": id, "options": []any{map[string]any{"id": "once", "label": "Once"}}}
	for k, v := range more {
		extra[k] = v
	}
	text := "may I?"
	return wire.Action{Op: wire.OpPrompt, ChatID: "C1", Content: &text, Extra: extra}
}

func press(prompt string) map[string]any {
	return map[string]any{
		"text": "/once", "message_type": "command",
		"source":          map[string]any{"platform": "discord", "chat_id": "C1", "chat_type": "group", "user_id": "U1"},
		"prompt_response": map[string]any{"prompt_id": prompt, "option_id": "once"},
	}
}

func TestPressIsConsumedOnce(t *testing.T) { // PRM-5, PRM-6
	bubble8(t, func(t *testing.T) {
		r, p, agent := startAsking(t, nil)
		if got := r.gw.Do(t.Context(), ask("p1", nil)); !got.Success {
			t.Fatal(got)
		}
		p.inbound(press("p1"))
		if got := agent.pressed(); len(got) != 1 || got[0] != "U1 once" {
			t.Errorf("pressed %v", got)
		}
		if n := len(r.seen.texts()); n != 0 {
			t.Errorf("%d events reached the lane", n)
		}
		p.inbound(press("p1"))
		if n := len(r.seen.texts()); n != 1 || len(agent.pressed()) != 1 {
			t.Errorf("%d events, pressed %v: want the second press as a typed command", n, agent.pressed())
		}
	})
}

func TestPressOfAComponentIsAcknowledged(t *testing.T) { // PRM-4, PT-7
	bubble8(t, func(t *testing.T) {
		r, p, agent := startAsking(t, nil)
		r.gw.Do(t.Context(), ask("p1", nil))
		body := `{"id":"I1","type":3,"channel_id":"C1","guild_id":"G1","member":{"user":{"id":"U2"}},"data":{"custom_id":"hp1:p1:once"}}`
		p.send(map[string]any{"type": "passthrough_forward", "bufferId": "b1", "forward": map[string]any{
			"platform": "discord", "botId": "bot-d", "method": "POST", "path": "/", "headers": []any{},
			"bodyB64": base64.StdEncoding.EncodeToString([]byte(body)),
		}})
		if got := agent.pressed(); len(got) != 1 || got[0] != "U2 once" || len(r.seen.texts()) != 0 {
			t.Errorf("pressed %v, %d events", got, len(r.seen.texts()))
		}
		if acks := p.frames("inbound_ack"); len(acks) != 1 {
			t.Errorf("%d acks", len(acks))
		}
	})
}

func TestPromptThatCannotBePressed(t *testing.T) { // PRM-5, PRM-6
	for _, tt := range []struct {
		name   string
		more   map[string]any
		result any
		after  time.Duration
		want   int // presses that were consumed
	}{
		{"in time", map[string]any{"timeout_s": 60}, map[string]any{"success": true}, 59 * time.Second, 1},
		{"expired", map[string]any{"timeout_s": 60.0}, map[string]any{"success": true}, 60 * time.Second, 0},
		{"refused", nil, map[string]any{"success": false, "error": "no"}, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble8(t, func(t *testing.T) {
				r, p, agent := startAsking(t, func(map[string]any) any { return tt.result })
				r.gw.Do(t.Context(), ask("p1", tt.more))
				wait(tt.after)
				p.inbound(press("p1"))
				if got := agent.pressed(); len(got) != tt.want || len(r.seen.texts()) != 1-tt.want {
					t.Errorf("pressed %v, %d events", got, len(r.seen.texts()))
				}
			})
		})
	}
}
