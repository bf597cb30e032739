package play

import (
	"context"
	"encoding/json"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/target"
	"github.com/relaysim/relaysim/sim/trace"
)

// What an agent and its gateway do that no socket shows, as the trace has it.

// Routed is told when an event begins a turn of the built-in gateway.
func (a *Agent) Routed(t *gateway.Turn) {
	a.Reported(target.Routed{
		SessionKey: t.SessionKey, SessionID: t.Session.ID, Notice: string(t.Notice.Reason), Event: t.Event.JSON(a.revision),
	})
}

// Reported is told when an event begins a turn of any gateway.
func (a *Agent) Reported(r target.Routed) {
	a.log.Add(&trace.Observation{
		Kind: trace.Routed, Peer: a.name,
		SessionKey: r.SessionKey, SessionID: r.SessionID, Notice: r.Notice,
		Event: trace.Value{Raw: r.Event},
	})
}

// SessionsSetAside is told when a gateway begins without its sessions (SES-7).
func (a *Agent) SessionsSetAside(err *session.SetAsideError) {
	a.log.Add(&trace.Observation{Kind: trace.Note, Peer: a.name, From: trace.Gateway, Reason: err.Error()})
}

// do makes a call of the agent's and writes it down when it has ended. session
// is that of the turn it is made in, empty outside of one.
func (a *Agent) do(ctx context.Context, c gateway.Caller, session string, call wire.Action) wire.Result {
	after, at := a.log.Len(), a.since()
	result := c.Do(ctx, call)
	a.log.Add(&trace.Observation{
		Kind: trace.Agent, Peer: a.name, SessionKey: session, Call: call.Op,
		Args:     trace.Value{Of: target.Args(call)},
		Result:   trace.Value{Of: callResult(result)},
		CalledAt: at, After: after,
	})
	return result
}

// Interrupted is told when an interrupt arrived.
func (a *Agent) Interrupted(sessionKey, chatID string, active bool) {
	a.log.Add(&trace.Observation{
		Kind: trace.Interrupted, Peer: a.name, SessionKey: sessionKey, ChatID: chatID, ActiveTurn: active,
	})
	a.signals.interrupt(sessionKey)
}

// StateChanged is told where the gateway stands.
func (a *Agent) StateChanged(s gateway.State, err error) {
	o := &trace.Observation{Kind: trace.State, Peer: a.name, State: s.String()}
	if err != nil {
		o.Reason = err.Error()
	}
	a.log.Add(o)
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
