package gateway

import (
	"context"

	"github.com/relaysim/relaysim/gateway/wire"
)

// Turn is one run of the agent: an event, its session, and calls that carry
// the event's scope and author (SC-6). It is the agent's until Agent.Turn
// returns.
type Turn struct {
	// Event began the turn. It is read-only.
	Event *wire.Event
	// SessionKey names the session of the event (SK).
	SessionKey string

	interrupted chan struct{}
}

// Do sends one action of this turn and waits for its result; see Caller.
func (t *Turn) Do(ctx context.Context, a wire.Action) wire.Result { return wire.Result{} }

// Interrupted is closed when an interrupt for exactly this session arrives
// (INT-2). The context of the turn goes on, so that the agent can still say
// that it stopped.
func (t *Turn) Interrupted() <-chan struct{} { return t.interrupted }
