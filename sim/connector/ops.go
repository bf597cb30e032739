package connector

import (
	"cmp"
	"net/url"
)

// op finds what does an op.
func op(name string) (do func(*socket, *action) result, known bool) {
	switch name {
	case "send":
		do = (*socket).send
	case "edit":
		do = (*socket).edit
	case "typing":
		do = (*socket).typing
	case "follow_up":
		do = (*socket).followUp
	case "get_chat_info":
		do = (*socket).chatInfo
	case "react":
		do = (*socket).react
	case "thread_create":
		do = (*socket).threadCreate
	case "thread_rename":
		do = (*socket).threadRename
	case "send_media":
		do = (*socket).sendMedia
	case "prompt":
		do = (*socket).prompt
	}
	return do, do != nil
}

// say puts the bot's message into a chat.
func (s *socket) say(a *action, mediaURL string) result {
	if a.chatID == "" {
		return refuse("chat_id is missing")
	}
	m := message{
		MessageView: MessageView{
			ID: s.c.newID(), From: Bot, Text: a.content,
			ReplyTo: a.replyTo, ThreadID: a.thread, MediaURL: mediaURL,
		},
		tenant: s.record.Tenant,
	}
	s.c.chats.add(a.chatID, m)
	return result{messageID: m.ID}
}

func (s *socket) send(a *action) result {
	if !a.hasContent {
		return refuse("content is missing")
	}
	return s.say(a, "")
}

func (s *socket) edit(a *action) result {
	if !a.hasContent {
		return refuse("content is missing")
	}
	if !s.c.chats.edit(a.chatID, a.messageID, s.record.Tenant, a.content) {
		return refuse("unknown message")
	}
	return result{messageID: a.messageID}
}

// typing shows the bot as typing; empty content clears it (SL-4).
func (s *socket) typing(a *action) result {
	if a.chatID == "" {
		return refuse("chat_id is missing")
	}
	s.c.chats.setTyping(a.chatID, !a.hasContent || a.content != "")
	return result{}
}

// chatInfo answers what the connector was told of the chat, else the contract's
// defaults (OUT-3).
func (s *socket) chatInfo(a *action) result {
	info := s.c.infos[a.chatID]
	return result{chat: &ChatInfo{Name: cmp.Or(info.Name, a.chatID), Type: cmp.Or(info.Type, "dm")}}
}

func (s *socket) react(a *action) result {
	if a.emoji == "" || len(a.emoji) > maxEmoji {
		return refuse("emoji is missing or too long")
	}
	if !s.c.chats.react(a.chatID, a.messageID, s.record.Tenant, a.emoji, a.remove) {
		return refuse("unknown message")
	}
	return result{}
}

// sendMedia shows a public URL as a message (MED-2).
func (s *socket) sendMedia(a *action) result {
	u, err := url.Parse(a.sourceURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return refuse("source_url is not a public URL")
	}
	return s.say(a, a.sourceURL)
}

// prompt shows the question as a message.
func (s *socket) prompt(a *action) result { return s.say(a, "") }
