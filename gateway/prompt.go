package gateway

import (
	"context"
	"sync"
	"time"

	"github.com/relaysim/relaysim/gateway/wire"
)

// Presser is an Agent that is told which of its prompts' buttons are pressed.
// Any other Agent's presses are consumed all the same.
type Presser interface {
	// Pressed: somebody has answered a prompt that was pending, which happens
	// once (PRM-5). e.PromptResponse says how, e.Source who and where. It is
	// called on a goroutine of its own, so it may make calls (FR-7). ctx ends
	// when the gateway does.
	Pressed(ctx context.Context, e *wire.Event)
}

// prompts are those that wait for an answer. It remembers the latest maxPrompts
// of them, in two generations as memory does.
type prompts struct {
	mu         sync.Mutex
	young, old map[string]time.Time // Guarded by mu. When each expires, by its id; zero: never.
}

const maxPrompts = 1000

// open lets a prompt be answered until it expires.
func (p *prompts) open(id string, expires time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.young == nil || len(p.young) >= maxPrompts {
		p.old, p.young = p.young, map[string]time.Time{}
	}
	p.young[id] = expires
}

// close takes a prompt back, and says whether it could still be answered: once,
// and before it expires (PRM-5).
func (p *prompts) close(id string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	expires, ok := p.young[id]
	if !ok {
		expires, ok = p.old[id]
	}
	delete(p.young, id)
	delete(p.old, id)
	return ok && (expires.IsZero() || now.Before(expires))
}

// prompt sends a prompt, which may be pressed from the moment it is on the
// wire. One that the connector refused nobody can press.
func (c *conn) prompt(ctx context.Context, a *wire.Action, to address) wire.Result {
	id, _ := a.Extra["prompt_id"].(string)
	var expires time.Time
	if life := seconds(a.Extra["timeout_s"]); life > 0 {
		expires = c.g.clock.Now().Add(life)
	}
	c.g.prompts.open(id, expires)
	r := c.request(ctx, a, to)
	if !r.Success {
		c.g.prompts.close(id, c.g.clock.Now())
	}
	return r
}

// pressed consumes the press of a pending prompt, which never reaches the chat's
// lane (PRM-5). Any other press is a typed command, as it is in the first r8
// gateways (PRM-6).
func (c *conn) pressed(e *wire.Event) bool {
	if e.PromptResponse == nil || !c.g.prompts.close(e.PromptResponse.PromptID, c.g.clock.Now()) {
		return false
	}
	c.g.chats.note(&e.Source)
	if p, ok := c.g.opt.Agent.(Presser); ok {
		c.g.work.Begin()
		c.g.turns.Go(func() {
			defer c.g.work.End()
			p.Pressed(c.g.ctx, e)
		})
	}
	return true
}

// seconds is a duration in seconds as JSON or Go has it; zero for anything else.
func seconds(v any) time.Duration {
	switch v := v.(type) {
	case int:
		return time.Duration(v) * time.Second
	case float64:
		return time.Duration(v * float64(time.Second))
	case interface{ Float64() (float64, error) }: // json.Number
		f, _ := v.Float64()
		return time.Duration(f * float64(time.Second))
	}
	return 0
}
