package connector

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
	eachMember(raw, func(key string, value []byte) {
		switch key {
		case "op":
			a.op, _ = text(value)
		case "chat_id":
			a.chatID, _ = text(value)
		case "content":
			a.content, a.hasContent = text(value)
		case "message_id":
			a.messageID, _ = text(value)
		case "reply_to":
			a.replyTo, _ = text(value)
		case "session_key":
			a.sessionKey, _ = text(value)
		case "kind":
			a.kind, _ = text(value)
		case "metadata":
			a.parseMetadata(value)
		default:
			a.parseRare(key, value)
		}
	})
	return a
}

func (a *action) parseRare(key string, value []byte) {
	switch key {
	case "emoji":
		a.emoji, _ = text(value)
	case "remove":
		a.remove = string(value) == "true"
	case "thread_name":
		a.threadName, _ = text(value)
	case "source_url":
		a.sourceURL, _ = text(value)
	case "only_if_current_name":
		if name, ok := text(value); ok {
			a.onlyIfName = &name
		}
	}
}

// parseMetadata reads the scope under either revision's key, the newer first.
func (a *action) parseMetadata(raw []byte) {
	guild := ""
	eachMember(raw, func(key string, value []byte) {
		switch key {
		case "scope_id":
			a.scope, _ = text(value)
		case "guild_id":
			guild, _ = text(value)
		case "user_id":
			a.user, _ = text(value)
		case "thread_id":
			a.thread, _ = text(value)
		}
	})
	if a.scope == "" {
		a.scope = guild
	}
}
