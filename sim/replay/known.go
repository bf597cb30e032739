package replay

import (
	"maps"

	"github.com/relaysim/relaysim/sim/trace"
)

// known is what a gateway learns of its chats from what it is sent there: the
// platform (MP-2), the scopes and the authors (SC-1, SC-2). What an action
// carries beyond that its agent has set (SC-5).
type known struct {
	scopeKey string
	framer   trace.Framer
	chats    map[string]*knownChat
}

type knownChat struct {
	platform string
	metadata map[string]map[string]bool // values seen, by the key that carries them
}

func newKnown(t *tape) *known {
	return &known{scopeKey: scopeKeys[t.revision], chats: map[string]*knownChat{}}
}

func (k *known) observe(o *trace.Observation) {
	if o.From != trace.Connector {
		return
	}
	k.framer.Frame(o)
	for _, f := range o.Frames {
		switch f.Type() {
		case "inbound":
			source := func(name string) string {
				s, _ := trace.Text(f.Field("event", "source", name))
				return s
			}
			k.chat(source("chat_id"), source("platform")).sees(k.scopeKey, source(k.scopeKey), source("user_id"))
		case "passthrough_forward":
			if n, scope, ok := interactionNames(f.Field("forward")); ok {
				k.chat(n.chat, "").sees(k.scopeKey, scope, n.user)
			}
		}
	}
}

func (k *known) chat(id, platform string) *knownChat {
	c := k.chats[id]
	if c == nil {
		c = &knownChat{metadata: map[string]map[string]bool{}}
		k.chats[id] = c
	}
	if platform != "" {
		c.platform = platform
	}
	return c
}

func (c *knownChat) sees(scopeKey, scope, user string) {
	for key, value := range map[string]string{scopeKey: scope, "user_id": user} {
		if c.metadata[key] == nil {
			c.metadata[key] = map[string]bool{}
		}
		c.metadata[key][value] = true
	}
}

// platformOf is the platform that a frame names and its gateway could not know;
// "" where there is none. That of a follow_up is its kind's (FU-5).
func (k *known) platformOf(f frame) string {
	action := f.action()
	chat, _ := action["chat_id"].(string)
	platform, _ := f.fields["platform"].(string)
	if c := k.chats[chat]; action["op"] == opFollowUp.name || c != nil && c.platform == platform {
		return ""
	}
	return platform
}

// metadataOf is an action's metadata without what its gateway adds.
func (k *known) metadataOf(action map[string]any) any {
	metadata, ok := action["metadata"].(map[string]any)
	chat, _ := action["chat_id"].(string)
	c := k.chats[chat]
	if !ok || c == nil {
		return action["metadata"]
	}
	own := maps.Clone(metadata)
	for key, seen := range c.metadata {
		if value, ok := own[key].(string); ok && seen[value] {
			delete(own, key)
		}
	}
	return own
}
