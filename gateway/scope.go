package gateway

import (
	"maps"
	"sync"

	"github.com/relaysim/relaysim/gateway/wire"
)

// origin is what the connector's egress guard must hear about a chat, and the
// platform it is on. "" = not known.
type origin struct{ platform, scope, author string }

// chat is what is remembered of one.
type chat struct {
	origin
	kind string // the chat type of its messages outside threads; "" when there were none
}

// memory remembers the origin of each chat seen inbound (SC-1, SC-2). It holds
// the chats of two generations of at most maxChats each: when the young one is
// full it becomes the old one, and what the old one held is forgotten, unless
// it was seen since. So the latest maxChats chats are always known.
type memory struct {
	mu         sync.Mutex
	young, old map[string]chat // Guarded by mu. By chat id.
}

const (
	maxChats  = 10_000
	maxOrigin = 1024 // bytes of a chat's id and origin: longer ones are not remembered
)

// note takes in the source of an event and returns the platform that its chat
// is on. What a later event leaves out is kept, and "relay", which an
// interaction says, is no platform to learn (MP-2).
func (m *memory) note(src *wire.Source) (platform string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.find(src.ChatID)
	o := before
	if src.Platform != wire.PlatformRelay {
		o.platform = src.Platform
		if src.ThreadID == "" {
			o.kind = src.ChatType
		}
	}
	if src.Scope != "" {
		o.scope = src.Scope
	}
	if src.UserID != "" {
		o.author = src.UserID
	}
	if o != before && len(src.ChatID)+len(o.scope)+len(o.author)+len(o.kind) <= maxOrigin {
		m.put(src.ChatID, o)
	}
	return o.platform
}

// of is what is known of a chat; the zero origin when nothing is (SC-3).
func (m *memory) of(chatID string) origin {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.find(chatID).origin
}

// messageIn is the source that a message would have of who pressed something in
// a chat, as far as its session depends on it. It is not ok in a chat without
// messages.
func (m *memory) messageIn(pressed wire.Source) (src wire.Source, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.find(pressed.ChatID)
	pressed.Platform, pressed.ChatType = c.platform, c.kind
	return pressed, c.kind != ""
}

// find looks a chat up and keeps it from being forgotten. The caller holds mu.
func (m *memory) find(chatID string) chat {
	if o, ok := m.young[chatID]; ok {
		return o
	}
	o, ok := m.old[chatID]
	if ok {
		m.put(chatID, o)
	}
	return o
}

// put remembers a chat. The caller holds mu.
func (m *memory) put(chatID string, o chat) {
	if m.young == nil || len(m.young) >= maxChats {
		m.old, m.young = m.young, map[string]chat{}
	}
	m.young[chatID] = o
}

// withOrigin is the metadata of an action for a chat of origin o. What the
// caller set stands, an empty string counts as not set, and the caller's map
// is not touched (SC-1, SC-2, SC-5).
func (g *Gateway) withOrigin(metadata map[string]any, o origin) map[string]any {
	scope, author := g.lacks(metadata, o)
	if !scope && !author {
		return metadata
	}
	all := make(map[string]any, len(metadata)+2)
	maps.Copy(all, metadata)
	g.addOrigin(all, o)
	return all
}

// addOrigin adds to the gateway's own map what withOrigin adds to a copy.
func (g *Gateway) addOrigin(metadata map[string]any, o origin) {
	scope, author := g.lacks(metadata, o)
	if scope {
		metadata[g.rev.ScopeKey] = o.scope
	}
	if author {
		metadata["user_id"] = o.author
	}
}

// lacks says what of o the metadata does not have and should.
func (g *Gateway) lacks(metadata map[string]any, o origin) (scope, author bool) {
	scope = o.scope != "" && unset(metadata[g.rev.ScopeKey])
	author = g.rev.AuthorInMetadata && o.author != "" && unset(metadata["user_id"])
	return scope, author
}

func unset(v any) bool { return v == nil || v == "" }
