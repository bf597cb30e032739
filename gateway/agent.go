package gateway

import (
	"context"

	"github.com/relaysim/relaysim/gateway/wire"
)

// Agent is what the gateway hosts.
type Agent interface {
	// Turn handles one event and returns the reply; an empty reply sends
	// nothing (TURN-6). One turn runs per session key at a time (TURN-1);
	// different sessions run side by side. ctx ends when the gateway does, or
	// when /stop, /new or /reset cancels the turn (TURN-3): then nobody hears
	// what it returns.
	Turn(ctx context.Context, t *Turn) (reply string, err error)
}

// AgentFunc is a function as an Agent.
type AgentFunc func(ctx context.Context, t *Turn) (string, error)

// Turn calls f.
func (f AgentFunc) Turn(ctx context.Context, t *Turn) (string, error) { return f(ctx, t) }

// Commander is an Agent that answers commands itself. Any other Agent gets those
// that the gateway does not answer, as turns, while its session is idle.
type Commander interface {
	// Answers says that the agent answers the command of t, whose name the
	// gateway knows (TURN-3). Then Turn is called with it at once, also beside
	// a turn that runs in the session. What a command does to its session, such
	// as /new, is done either way. It is called on the goroutine that reads the
	// socket and must not block.
	Answers(t *Turn, c wire.ParsedCommand) bool
}

// Caller makes calls to the connector. Both *Gateway (outside a turn) and
// *Turn (with the scope and author of its event, SC-6) are Callers, for any
// goroutine; see Activity for what that takes in a simulator.
type Caller interface {
	// Do sends one action and waits for its result. It never returns an error:
	// a failure is a Result whose Success is false (OUT-4, OUT-5). An
	// "interrupt" is sent without waiting (INT-1); "get_chat_info" has its
	// defaults filled in (OUT-3).
	Do(ctx context.Context, a wire.Action) wire.Result
}

var (
	_ Caller = (*Gateway)(nil)
	_ Caller = (*Turn)(nil)
)
