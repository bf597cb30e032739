package connector

import "github.com/relaysim/relaysim/sim/trace"

// action is what a gateway asks for. A field that is missing or of another type
// has its zero value.
type action struct {
	op, chatID, content, messageID, replyTo string
	sessionKey, kind                        string // follow_up
	emoji, threadName, sourceURL            string
	hasContent, remove                      bool
	onlyIfName                              *string // thread_rename's guard
	scope, user, thread                     string  // metadata
}

func parseAction(raw []byte) *action {
	a := &action{}
	trace.Members(raw, func(key, value []byte) {
		switch string(key) {
		case "op":
			a.op, _ = trace.Text(value)
		case "chat_id":
			a.chatID, _ = trace.Text(value)
		case "content":
			a.content, a.hasContent = trace.Text(value)
		case "message_id":
			a.messageID, _ = trace.Text(value)
		case "reply_to":
			a.replyTo, _ = trace.Text(value)
		case "session_key":
			a.sessionKey, _ = trace.Text(value)
		case "kind":
			a.kind, _ = trace.Text(value)
		case "metadata":
			a.parseMetadata(value)
		default:
			a.parseRare(key, value)
		}
	})
	return a
}

func (a *action) parseRare(key, value []byte) {
	switch string(key) {
	case "emoji":
		a.emoji, _ = trace.Text(value)
	case "remove":
		a.remove = string(value) == "true"
	case "thread_name":
		a.threadName, _ = trace.Text(value)
	case "source_url":
		a.sourceURL, _ = trace.Text(value)
	case "only_if_current_name":
		if name, ok := trace.Text(value); ok {
			a.onlyIfName = &name
		}
	}
}

// parseMetadata reads the scope under either revision's key, the newer first.
func (a *action) parseMetadata(raw []byte) {
	guild := ""
	trace.Members(raw, func(key, value []byte) {
		switch string(key) {
		case "scope_id":
			a.scope, _ = trace.Text(value)
		case "guild_id":
			guild, _ = trace.Text(value)
		case "user_id":
			a.user, _ = trace.Text(value)
		case "thread_id":
			a.thread, _ = trace.Text(value)
		}
	})
	if a.scope == "" {
		a.scope = guild
	}
}
