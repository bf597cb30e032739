package gateway

import "github.com/relaysim/relaysim/gateway/wire"

// generalTopic is the topic of a Telegram chat that needs no topic id.
const generalTopic = "1"

// replyTo is the message that a reply answers, "" for none (OUT-9).
func replyTo(e *wire.Event) string {
	threaded := e.Source.ThreadID != ""
	switch {
	case threaded && e.Source.Platform == "telegram" && e.Source.ChatType != "dm":
		return "" // a forum topic takes the thread id alone
	case threaded && e.Source.Platform == "feishu" && e.ReplyToMessageID != "":
		return e.ReplyToMessageID // a Feishu thread hangs from its root
	}
	return e.MessageID
}

// replyMetadata is the metadata of a reply, without its scope (OUT-9).
func replyMetadata(e *wire.Event) map[string]any {
	m := threadMetadata(e)
	if m == nil {
		m = make(map[string]any, 4) // with scope and author
	}
	m["notify"] = true
	return m
}

// threadMetadata says which thread an action goes to; nil outside threads.
func threadMetadata(e *wire.Event) map[string]any {
	thread := e.Source.ThreadID
	if thread == "" {
		return nil
	}
	m := map[string]any{"thread_id": thread}
	if e.Source.Platform == "telegram" && e.Source.ChatType == "dm" {
		m["telegram_dm_topic_reply_fallback"] = true
		if thread != generalTopic {
			m["direct_messages_topic_id"] = thread
		}
		if e.MessageID != "" {
			m["telegram_reply_to_message_id"] = e.MessageID
		}
	}
	return m
}
