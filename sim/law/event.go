package law

import (
	"cmp"
	"encoding/json"

	"github.com/relaysim/relaysim/sim/trace"
)

// event is what a routed observation says, read once for all laws.
type event struct {
	place
	messageID, text, user string
	origin                string // all that a session key is made of (SK); empty: not all of it is there
}

func (e *event) read(raw json.RawMessage) {
	*e = event{}
	inSource := ""
	trace.Members(raw, func(key, value []byte) {
		switch string(key) {
		case "message_id":
			e.messageID, _ = trace.Text(value)
		case "text":
			e.text, _ = trace.Text(value)
		case "source":
			inSource = e.source(value)
		}
	})
	if e.messageID == "" {
		e.messageID = inSource // an interaction has its id only there (DI-1)
	}
}

// source reads where the event is from and returns the message id in it.
func (e *event) source(raw []byte) (messageID string) {
	var prospective, chatType, rest string
	var origin []byte
	trace.Members(raw, func(key, value []byte) {
		to := &rest
		switch string(key) {
		case "platform":
			to = &e.platform
		case "profile":
			to = &e.profile
		case "chat_id":
			to = &e.chat
		case "thread_id":
			to = &e.thread
		case "prospective_thread_id":
			to = &prospective
		case "user_id":
			to = &e.user
		case "message_id":
			messageID, _ = trace.Text(value)
			return
		case "chat_type":
			to = &chatType
		case "user_id_alt", "scope_id", "guild_id":
		default:
			return
		}
		*to, _ = trace.Text(value)
		origin = append(append(append(origin, key...), value...), ' ')
	})
	if e.platform != "" && chatType != "" {
		e.origin = string(origin)
	}
	e.thread = cmp.Or(e.thread, prospective)
	return messageID
}
