package connector

import (
	"slices"
	"sync"
	"time"

	"github.com/coder/quartz"
)

const (
	// Bot is the author of what gateways send.
	Bot = "bot"
	// typingShows is how long one typing lasts, as it does on Discord.
	typingShows = 10 * time.Second
	// maxReactions is how many different ones Discord lets a message have.
	maxReactions = 20
	// maxEmoji bounds one reaction, in bytes.
	maxEmoji = 128

	// What the model keeps, in bytes: of one chat, whose oldest messages go
	// first, and of all, of which the chat unused for longest goes.
	maxChatBytes  = 4 << 20
	maxTotalBytes = 64 << 20
	// overhead is what a chat or a message counts beside its texts.
	overhead = 256
)

// chats is the chat model: what users would see. A hostile gateway can fill it,
// never overfill it.
type chats struct {
	clock quartz.Clock
	watch func(Shown) // nil: nobody watches

	mu      sync.Mutex
	byID    map[string]*chat
	threads map[string]*thread
	bytes   int
	uses    int // counts, to find the chat unused for longest
}

type chat struct {
	platform    string // the one its last event came from; empty where none did
	messages    []message
	typingUntil time.Time
	bytes       int
	used        int
}

type message struct {
	MessageView
	tenant string // whose event or action it was
}

func (m *message) bytes() int {
	return overhead + len(m.ID) + len(m.From) + len(m.Name) + len(m.Text) + len(m.ReplyTo) + len(m.ThreadID) + len(m.MediaURL)
}

func (c *chats) init(clock quartz.Clock, watch func(Shown)) {
	c.clock, c.watch = clock, watch
	c.byID, c.threads = map[string]*chat{}, map[string]*thread{}
}

// use is the chat of that id, made on first use. The lock is held.
func (c *chats) use(id string) *chat {
	ch := c.byID[id]
	if ch == nil {
		ch = &chat{}
		c.byID[id] = ch
		c.grow(ch, overhead+len(id))
	}
	c.uses++
	ch.used = c.uses
	return ch
}

// grow counts bytes and makes room for them. The lock is held.
func (c *chats) grow(ch *chat, n int) {
	ch.bytes += n
	c.bytes += n
	for ch.bytes > maxChatBytes && len(ch.messages) > 1 {
		first := ch.messages[0].bytes()
		ch.messages[0] = message{} // else its texts stay until the list is copied
		ch.messages = ch.messages[1:]
		ch.bytes -= first
		c.bytes -= first
	}
	for c.bytes > maxTotalBytes && len(c.byID) > 1 {
		c.evict(ch)
	}
}

func (c *chats) evict(keep *chat) {
	oldest := ""
	for id, ch := range c.byID {
		if ch != keep && (oldest == "" || ch.used < c.byID[oldest].used) {
			oldest = id
		}
	}
	c.bytes -= c.byID[oldest].bytes
	delete(c.byID, oldest)
}

// add shows a message; the bot's own ends its typing.
func (c *chats) add(id string, m message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.shown(id, "message", m.MessageView)
	ch := c.use(id)
	ch.messages = append(ch.messages, m)
	c.grow(ch, m.bytes())
	if m.From == Bot {
		ch.typingUntil = time.Time{}
	}
}

// seenOn remembers the platform of a chat (MP-4).
func (c *chats) seenOn(id, platform string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.use(id).platform = platform
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
func (c *chats) find(id, messageID, tenant string) (*chat, *message) {
	ch := c.byID[id]
	if ch == nil {
		return nil, nil
	}
	for i := range slices.Backward(ch.messages) {
		if m := &ch.messages[i]; m.ID == messageID && m.tenant == tenant {
			return ch, m
		}
	}
	return nil, nil
}

// edit changes one of the bot's own messages; false if there is no such (OUT-8).
func (c *chats) edit(id, messageID, tenant, text string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch, m := c.find(id, messageID, tenant)
	if m == nil || m.From != Bot {
		return false
	}
	longer := len(text) - len(m.Text)
	m.Text, m.Edited = text, true
	c.shown(id, "edit", m.MessageView)
	c.grow(ch, longer)
	return true
}

func (c *chats) react(id, messageID, tenant, emoji string, remove bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, m := c.find(id, messageID, tenant)
	if m == nil {
		return false
	}
	// Views of the message share the list, so it is replaced.
	m.Reactions = slices.DeleteFunc(slices.Clone(m.Reactions), func(e string) bool { return e == emoji })
	if !remove && len(m.Reactions) < maxReactions {
		m.Reactions = append(m.Reactions, emoji)
	}
	c.shown(id, "reaction", m.MessageView)
	return true
}

func (c *chats) setTyping(id string, on bool) {
	until := time.Time{}
	if on {
		until = c.clock.Now().Add(typingShows)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.use(id).typingUntil = until
}
