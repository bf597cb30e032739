package target

import (
	"encoding/json"

	"github.com/relaysim/relaysim/gateway/wire"
)

// Args are the arguments of an agent's call, by their wire names, as recordings
// and drivers have them.
type Args wire.Action

// MarshalJSON writes the fields that are set.
func (a Args) MarshalJSON() ([]byte, error) {
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
