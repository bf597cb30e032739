package gateway

import (
	"context"

	"github.com/relaysim/relaysim/gateway/wire"
)

// Gateway is one gateway: it dials its connector, gives each event to its
// agent, and sends what the agent says. Its methods may be called from any
// goroutine.
type Gateway struct{}

// New checks o and returns a gateway that is not connected yet. It starts
// nothing; see Run.
func New(o Options) (*Gateway, error) { return &Gateway{}, nil }

// Run dials the connector and serves it until ctx ends, Disconnect is called,
// the relay is disabled (REV-1), or the socket ends and nothing re-dials
// (RC). Everything it started is gone when it returns. It returns nil only
// after Disconnect. A gateway runs once.
func (g *Gateway) Run(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) }

// Do sends one action outside a turn and waits for its result; see Caller.
// Scope and author are those last seen in the chat (SC-1, SC-2).
func (g *Gateway) Do(ctx context.Context, a wire.Action) wire.Result { return wire.Result{} }

// Disconnect ends the connection on purpose and makes Run return: nothing
// re-dials (RC-2). Since r8 it says going_idle first and waits up to 2 s for
// the ack (IDLE-1). It returns when Run has, or with ctx's cause.
func (g *Gateway) Disconnect(ctx context.Context) error { return nil }

// State says where the gateway stands with its connector.
func (g *Gateway) State() State { return Disconnected }
