package connector

// ChatView is what a user sees in a channel.
type ChatView struct {
	Channel  string        `json:"channel"`
	Messages []MessageView `json:"messages"` // oldest first
	Typing   bool          `json:"typing"`
}

// MessageView is one message of a ChatView.
type MessageView struct {
	ID        string   `json:"id"`
	From      string   `json:"from"` // bot or a user id
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
