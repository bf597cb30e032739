package play

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// player is one gateway of a scenario over its lives: started, killed and
// started again. It is the gateway's Observer and writes what it is told into
// the trace.
type player struct {
	run    *run
	name   string
	config scenario.Gateway

	id, secret, tenant string
	identities         []wire.Identity
	agent              *agent

	// Owned by the run's goroutine.
	gateway *gateway.Gateway // of this life; nil before the first
	stop    context.CancelFunc
	lives   sync.WaitGroup
}

// start begins a life of the gateway: it dials.
func (p *player) start() error {
	o, err := p.options()
	if err != nil {
		return err
	}
	g, err := gateway.New(o)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.gateway, p.stop = g, cancel
	p.run.counter.Begin()
	p.lives.Go(func() {
		defer p.run.counter.End()
		_ = g.Run(ctx) // why it ended is in the trace, as a state
	})
	return nil
}

// cancel ends the life, if there is one, at once and without a goodbye.
func (p *player) cancel() {
	if p.stop != nil {
		p.stop()
	}
}

func (p *player) wait() { p.lives.Wait() }

// disconnect begins a deliberate end and does not wait for it.
func (p *player) disconnect() {
	g := p.gateway
	p.run.counter.Begin()
	p.lives.Go(func() {
		defer p.run.counter.End()
		_ = g.Disconnect(context.Background())
	})
}

// Routed is told when an event begins a turn.
func (p *player) Routed(sessionKey string, e *wire.Event) {
	p.run.log.Add(&trace.Observation{
		Kind: trace.Routed, Peer: p.name, SessionKey: sessionKey,
		Event: trace.Value{Raw: e.JSON(p.run.revision)},
	})
}

// do makes a call of the agent's and writes it down when it has ended. session
// is that of the turn it is made in, empty outside of one.
func (p *player) do(ctx context.Context, c gateway.Caller, session string, a wire.Action) wire.Result {
	after, at := p.run.log.Len(), p.run.clock.sinceStart()
	result := c.Do(ctx, a)
	p.run.log.Add(&trace.Observation{
		Kind: trace.Agent, Peer: p.name, SessionKey: session, Call: a.Op,
		Args:     trace.Value{Of: callArgs(a)},
		Result:   trace.Value{Of: callResult(result)},
		CalledAt: at, After: after,
	})
	return result
}

// Interrupted is told when an interrupt arrived.
func (p *player) Interrupted(sessionKey, chatID string, active bool) {
	p.run.log.Add(&trace.Observation{
		Kind: trace.Interrupted, Peer: p.name, SessionKey: sessionKey, ChatID: chatID, ActiveTurn: active,
	})
	p.run.signals.interrupt(sessionKey)
}

// StateChanged is told where the gateway stands.
func (p *player) StateChanged(s gateway.State, err error) {
	o := &trace.Observation{Kind: trace.State, Peer: p.name, State: s.String()}
	if err != nil {
		o.Reason = err.Error()
	}
	p.run.log.Add(o)
}

// callArgs are an action's fields as a recording has them.
type callArgs wire.Action

// MarshalJSON writes the fields that are set, by their wire names.
func (a callArgs) MarshalJSON() ([]byte, error) {
	m := map[string]any{}
	for k, v := range a.Extra {
		m[k] = v
	}
	set := func(k, v string) {
		if v != "" {
			m[k] = v
		}
	}
	set("chat_id", a.ChatID)
	set("message_id", a.MessageID)
	set("reply_to", a.ReplyTo)
	set("session_key", a.SessionKey)
	set("kind", a.Kind)
	set("emoji", a.Emoji)
	set("thread_name", a.ThreadName)
	set("reason", a.Reason)
	set("platform", a.Platform)
	if a.Content != nil {
		m["content"] = *a.Content
	}
	if a.Remove {
		m["remove"] = true
	}
	if a.Metadata != nil {
		m["metadata"] = a.Metadata
	}
	return json.Marshal(m)
}

// callResult is what a call returned, as a recording has it.
type callResult wire.Result

// MarshalJSON writes success, message_id and error always, the rest when set.
func (c callResult) MarshalJSON() ([]byte, error) {
	m := map[string]any{"success": c.Success, "message_id": orNull(c.MessageID), "error": orNull(c.Error)}
	for k, v := range map[string]string{"name": c.ChatName, "type": c.ChatType, "thread_id": c.ThreadID} {
		if v != "" {
			m[k] = v
		}
	}
	return json.Marshal(m)
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

var errUnknownGateway = errors.New("no such gateway")

// player finds a gateway by name; empty means the only one.
func (r *run) player(name string) (*player, error) {
	if name == "" {
		if len(r.names) > 1 {
			return nil, fmt.Errorf("there are %d gateways: say which with to", len(r.names))
		}
		name = r.names[0]
	}
	p, ok := r.gateways[name]
	if !ok {
		return nil, fmt.Errorf("%w: %q", errUnknownGateway, name)
	}
	return p, nil
}
