package gateway

import (
	"context"

	"github.com/relaysim/relaysim/gateway/wire"
)

// Do sends one action outside a turn and waits for its result; see Caller.
// Scope and author are those last seen in the chat (SC-1, SC-2).
func (g *Gateway) Do(ctx context.Context, a wire.Action) wire.Result {
	return g.do(ctx, a, g.chats.of(a.ChatID))
}

// do sends one action for a chat of origin o and waits for its result.
func (g *Gateway) do(ctx context.Context, a wire.Action, o origin) wire.Result {
	c := g.conn.Load()
	if c == nil {
		return withChatDefaults(&a, failure(textNotConnected)) // (OUT-4)
	}
	if a.Op == wire.OpInterrupt {
		return c.interruptPeer(&a)
	}
	to, refused := g.resolve(&a, o)
	if refused != "" {
		return failure(refused)
	}
	if !isLegacy(a.Op) && !c.table.of(to.platform).Supports(a.Op) {
		if a.Op == wire.OpGetChatInfo {
			return withChatDefaults(&a, wire.Result{Success: true}) // (OUT-3)
		}
		return failure("relay does not support op " + a.Op) // (HS-7)
	}
	if chatAddressed(a.Op) {
		a.Metadata = g.withOrigin(a.Metadata, o)
	}
	if a.Op == wire.OpPrompt {
		return c.prompt(ctx, &a, to)
	}
	return withChatDefaults(&a, c.request(ctx, &a, to))
}

// resolve finds the address of an action: the platform that the caller forces,
// that of the capability's kind, or that of the chat (MP-2, FU-5).
func (g *Gateway) resolve(a *wire.Action, o origin) (to address, refused string) {
	if a.Platform != "" {
		if _, fronted := g.bots[a.Platform]; !fronted {
			return address{}, "relay does not front platform " + a.Platform // (MP-3)
		}
		return g.addressOf(a.Platform), ""
	}
	if a.Op == wire.OpFollowUp {
		return g.addressOfKind(a.Kind), ""
	}
	return g.addressOf(o.platform), ""
}

// isLegacy reports whether an op may be used whatever the descriptor lists:
// every connector takes these (HS-7).
func isLegacy(op string) bool {
	return op == wire.OpSend || op == wire.OpEdit || op == wire.OpTyping || op == wire.OpFollowUp
}

// interruptPeer asks the connector to interrupt a session. Nothing answers it
// (INT-1).
func (c *conn) interruptPeer(a *wire.Action) wire.Result {
	if err := c.write(wire.AppendInterrupt(nil, a.SessionKey, a.Reason)); err != nil {
		c.broken(err)
		return failure(textLost)
	}
	return wire.Result{Success: true}
}

// chatAddressed reports whether an op's metadata names the chat's scope and
// author. A follow_up is addressed to a session.
func chatAddressed(op string) bool {
	return op != wire.OpFollowUp && op != wire.OpGetChatInfo
}

// withChatDefaults fills in what the answer to get_chat_info lacks (OUT-3).
func withChatDefaults(a *wire.Action, r wire.Result) wire.Result {
	if a.Op != wire.OpGetChatInfo {
		return r
	}
	if r.ChatName == "" {
		r.ChatName = a.ChatID
	}
	if r.ChatType == "" {
		r.ChatType = "dm"
	}
	return r
}
