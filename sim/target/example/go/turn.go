package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
)

// turn is one run of the agent, which is relaysim's.
type turn struct {
	id     string
	begun  chan struct{}  // closed when the gateway has given it to the agent
	caller gateway.Caller // set before begun is closed
	over   chan *request  // takes the reply or the failure
}

// Routed reports the turn that is about to begin. It is told in the order of
// the events; Turn runs on a goroutine of its own.
func (d *driver) Routed(g *gateway.Turn) {
	d.mu.Lock()
	d.last++
	t := &turn{id: strconv.Itoa(d.last), begun: make(chan struct{}), over: make(chan *request, 1)}
	d.turns[t.id], d.turns["next of "+g.SessionKey] = t, t
	d.mu.Unlock()
	d.send(map[string]any{
		"type": "turn", "turn": t.id, "session_key": g.SessionKey, "event": g.Event.JSON(d.rev),
		"session_id": g.Session.ID, "notice": string(g.Notice.Reason),
	})
}

// Turn waits for what the agent returns.
func (d *driver) Turn(ctx context.Context, t *gateway.Turn) (string, error) {
	d.mu.Lock()
	own := d.turns["next of "+t.SessionKey]
	delete(d.turns, "next of "+t.SessionKey)
	d.mu.Unlock()
	own.caller = t
	close(own.begun)
	d.counter.End()
	select {
	case r := <-own.over:
		return r.outcome()
	case <-ctx.Done():
	}
	if d.take(own.id) == nil { // it has ended as well
		r := <-own.over
		return r.outcome()
	}
	d.counter.Begin()
	d.send(map[string]any{"type": "cancelled", "turn": own.id, "reason": context.Cause(ctx).Error()})
	return "", context.Cause(ctx)
}

func (r *request) outcome() (string, error) {
	if r.Type == "fail" {
		return "", errors.New(r.Fail)
	}
	return r.Text, nil
}

// take ends the wait of a turn; nil where nobody waits. Who gets it begins for
// it.
func (d *driver) take(id string) *turn {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.turns[id]
	delete(d.turns, id)
	return t
}

// end gives a turn its reply, or its failure.
func (d *driver) end(r *request) error {
	t := d.take(r.Turn)
	if t == nil {
		return fmt.Errorf("there is no turn %s", r.Turn)
	}
	d.counter.Begin()
	t.over <- r
	return nil
}

// call makes a call of the agent's, in a turn or outside of one.
func (d *driver) call(r *request) error {
	g := d.gateway
	if g == nil {
		return errors.New("there is no gateway")
	}
	d.mu.Lock()
	t := d.turns[r.Turn]
	d.woken = d.woken && r.Call != "go_dormant"
	d.mu.Unlock()
	d.counter.Begin()
	d.lives.Go(func() {
		defer d.counter.End()
		switch r.Call {
		case "disconnect":
			d.result(r.ID, ended(g.Disconnect(context.Background())))
		case "go_idle":
			d.result(r.ID, ended(g.GoIdle(context.Background())))
		case "go_dormant":
			d.result(r.ID, ended(g.GoDormant(context.Background())))
		default:
			a, err := actionOf(r)
			if err != nil {
				d.result(r.ID, ended(err))
				return
			}
			d.result(r.ID, t.do(g, a))
		}
	})
	return nil
}

// do makes a call in a turn, or outside of one where t is nil.
func (t *turn) do(g *gateway.Gateway, a wire.Action) wire.Result {
	if t == nil {
		return g.Do(context.Background(), a)
	}
	<-t.begun
	return t.caller.Do(context.Background(), a)
}

func ended(err error) wire.Result {
	if err != nil {
		return wire.Result{Error: err.Error()}
	}
	return wire.Result{Success: true}
}

func (d *driver) result(id int64, r wire.Result) {
	m := map[string]any{"success": r.Success}
	for name, value := range map[string]string{
		"message_id": r.MessageID, "error": r.Error, "name": r.ChatName, "type": r.ChatType, "thread_id": r.ThreadID,
	} {
		if value != "" {
			m[name] = value
		}
	}
	d.send(map[string]any{"type": "result", "id": id, "result": m})
}

// Interrupted reports an interrupt.
func (d *driver) Interrupted(sessionKey, chatID string, active bool) {
	d.send(map[string]any{"type": "interrupted", "session_key": sessionKey, "chat_id": chatID, "active": active})
}

// SessionsSetAside tells a person: no scenario for drivers looks at it.
func (d *driver) SessionsSetAside(err *session.SetAsideError) {
	d.send(map[string]any{"type": "log", "text": err.Error()})
}

// StateChanged reports where the gateway stands.
func (d *driver) StateChanged(s gateway.State, err error) {
	m := map[string]any{"type": "state", "state": s.String()}
	if err != nil {
		m["reason"] = err.Error()
	}
	d.send(m)
}

// actionOf reads the arguments of a call, which have the wire's names.
func actionOf(r *request) (wire.Action, error) {
	var args map[string]json.RawMessage
	if err := json.Unmarshal(r.Args, &args); err != nil {
		return wire.Action{}, err
	}
	a := wire.Action{Op: r.Call}
	for name, to := range map[string]any{
		"chat_id": &a.ChatID, "message_id": &a.MessageID, "reply_to": &a.ReplyTo, "session_key": &a.SessionKey,
		"kind": &a.Kind, "emoji": &a.Emoji, "thread_name": &a.ThreadName, "reason": &a.Reason, "platform": &a.Platform,
		"content": &a.Content, "remove": &a.Remove, "metadata": &a.Metadata,
	} {
		raw, ok := args[name]
		if !ok {
			continue
		}
		if err := json.Unmarshal(raw, to); err != nil {
			return a, fmt.Errorf("%s: %w", name, err)
		}
		delete(args, name)
	}
	for name, raw := range args { // what only newer contracts have
		if a.Extra == nil {
			a.Extra = map[string]any{}
		}
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			return a, err
		}
		a.Extra[name] = v
	}
	return a, nil
}
