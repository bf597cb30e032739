package connector

import (
	"maps"
	"slices"
)

// ChatView is what a user sees in a channel.
type ChatView struct {
	Channel  string        `json:"channel"`
	Messages []MessageView `json:"messages"` // oldest first
	Typing   bool          `json:"typing"`
}

// MessageView is one message of a ChatView.
type MessageView struct {
	ID        string   `json:"id"`
	From      string   `json:"from"`           // bot or a user id
	Name      string   `json:"name,omitempty"` // of the user, where the event has one
	Text      string   `json:"text"`
	Edited    bool     `json:"edited"`
	ReplyTo   string   `json:"reply_to,omitempty"`
	ThreadID  string   `json:"thread_id,omitempty"`
	MediaURL  string   `json:"media_url,omitempty"`
	Reactions []string `json:"reactions,omitempty"` // the bots', oldest first
}

// Chat returns what a user sees in a channel now. It is empty for a channel
// that nobody has written in.
func (c *Connector) Chat(channel string) ChatView {
	now := c.clock.Now()
	c.chats.mu.Lock()
	defer c.chats.mu.Unlock()
	v := ChatView{Channel: channel, Messages: []MessageView{}}
	ch := c.chats.byID[channel]
	if ch == nil {
		return v
	}
	for _, m := range ch.messages {
		v.Messages = append(v.Messages, m.MessageView)
	}
	v.Typing = now.Before(ch.typingUntil)
	return v
}

// Shown is a change of what users see in a channel.
type Shown struct {
	Channel string
	What    string // message, edit or reaction
	Message MessageView
}

// shown tells whoever watches. The lock is held, so that changes are told in
// their order.
func (c *chats) shown(channel, what string, m MessageView) {
	if c.watch != nil {
		c.watch(Shown{Channel: channel, What: what, Message: m})
	}
}

// ChatSummary is one channel of several.
type ChatSummary struct {
	Channel  string `json:"channel"`
	Platform string `json:"platform,omitempty"` // the one its last event came from
	Messages int    `json:"messages"`           // that are kept
}

// Chats lists the channels that somebody has written in and that are kept, by
// their ids.
func (c *Connector) Chats() []ChatSummary {
	c.chats.mu.Lock()
	defer c.chats.mu.Unlock()
	list := []ChatSummary{}
	for _, id := range slices.Sorted(maps.Keys(c.chats.byID)) {
		ch := c.chats.byID[id]
		list = append(list, ChatSummary{Channel: id, Platform: ch.platform, Messages: len(ch.messages)})
	}
	return list
}
