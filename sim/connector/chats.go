package connector

import (
	"slices"
	"sync"
	"time"

	"github.com/coder/quartz"
)

const (
	// fromBot is the author of what gateways send.
	fromBot = "bot"
	// typingShows is how long one typing lasts, as it does on Discord.
	typingShows = 10 * time.Second
	// maxMessages bounds what is kept of one chat; the oldest goes first.
	maxMessages = 4096
	// maxChats bounds the chats; beyond it the one unused for longest goes.
	maxChats = 4096
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
	From      string   `json:"from"` // bot or a user id
	Text      string   `json:"text"`
	Edited    bool     `json:"edited"`
	ReplyTo   string   `json:"reply_to,omitempty"`
	ThreadID  string   `json:"thread_id,omitempty"`
	MediaURL  string   `json:"media_url,omitempty"`
	Reactions []string `json:"reactions,omitempty"` // the bot's, oldest first
}

// chats is the chat model: what users would see.
type chats struct {
	clock quartz.Clock

	mu      sync.Mutex
	byID    map[string]*chat
	threads map[string]*thread
	used    int // counts uses, to find the chat unused for longest
}

type chat struct {
	platform    string // the one an event came from; empty where none did
	messages    []message
	typingUntil time.Time
	used        int
}

type message struct {
	MessageView
	tenant string // whose event or action it was
}

type thread struct {
	name, tenant string
}

func (c *chats) init(clock quartz.Clock) {
	c.clock = clock
	c.byID, c.threads = map[string]*chat{}, map[string]*thread{}
}

// chat is the chat of that id, made on first use. The lock is held.
func (c *chats) chat(id string) *chat {
	ch := c.byID[id]
	if ch == nil {
		if len(c.byID) == maxChats {
			c.evict()
		}
		ch = &chat{}
		c.byID[id] = ch
	}
	c.used++
	ch.used = c.used
	return ch
}

func (c *chats) evict() {
	oldest := ""
	for id, ch := range c.byID {
		if oldest == "" || ch.used < c.byID[oldest].used {
			oldest = id
		}
	}
	delete(c.byID, oldest)
}

// add shows a message; the bot's own ends its typing.
func (c *chats) add(id string, m message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := c.chat(id)
	if len(ch.messages) == maxMessages {
		ch.messages = ch.messages[1:]
	}
	ch.messages = append(ch.messages, m)
	if m.From == fromBot {
		ch.typingUntil = time.Time{}
	}
}

// seenOn remembers the platform of a chat (MP-4).
func (c *chats) seenOn(id, platform string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.chat(id).platform = platform
}

func (c *chats) platformOf(id string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ch := c.byID[id]; ch != nil {
		return ch.platform
	}
	return ""
}

// find is a message of that tenant in a chat; nil if there is none. The lock is held.
func (c *chats) find(id, messageID, tenant string) *message {
	ch := c.byID[id]
	if ch == nil {
		return nil
	}
	for i := range slices.Backward(ch.messages) {
		if m := &ch.messages[i]; m.ID == messageID && m.tenant == tenant {
			return m
		}
	}
	return nil
}

// edit changes one of the bot's own messages; false if there is no such.
func (c *chats) edit(id, messageID, tenant, text string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.find(id, messageID, tenant)
	if m == nil || m.From != fromBot {
		return false
	}
	m.Text, m.Edited = text, true
	return true
}

func (c *chats) react(id, messageID, tenant, emoji string, remove bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.find(id, messageID, tenant)
	if m == nil {
		return false
	}
	m.Reactions = slices.DeleteFunc(slices.Clone(m.Reactions), func(e string) bool { return e == emoji })
	if !remove && len(m.Reactions) < maxReactions {
		m.Reactions = append(m.Reactions, emoji)
	}
	return true
}

// maxReactions is how many different ones Discord lets a message have.
const maxReactions = 20

func (c *chats) setTyping(id string, on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := c.chat(id)
	ch.typingUntil = time.Time{}
	if on {
		ch.typingUntil = c.clock.Now().Add(typingShows)
	}
}

func (c *chats) addThread(id string, t thread) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.threads) < maxChats {
		c.threads[id] = &t
	}
}

// renameThread says why it did not; empty when it did.
func (c *chats) renameThread(a *action, tenant string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.threads[a.messageID]
	switch {
	case t == nil || t.tenant != tenant:
		return "unknown thread"
	case a.onlyIfName != nil && *a.onlyIfName != t.name:
		return "the thread has been renamed"
	}
	t.name = a.threadName
	return ""
}

// Chat returns what a user sees in a channel now.
func (c *Connector) Chat(channel string) ChatView {
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
	v.Typing = c.clock.Now().Before(ch.typingUntil)
	return v
}
