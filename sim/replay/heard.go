package replay

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

// heard is an event that the gateway was sent, and what can be told of its turn.
type heard struct {
	at     *line
	names  eventNames
	thread string
	begun  bool   // the line of its beginning was made
	reply  *line  // with its reply; nil: none so far
	text   string // of the reply
	retry  bool   // it is a /retry
	last   *line  // the last that shows that its turn runs; nil: none
	frames int    // that show it
	cut    *line  // with the command that cancelled it; nil: none

	request *asked // its reply, or the last try
	failed  bool   // the request was refused

	typed int           // how often it showed as typing
	since time.Duration // the first time
}

// heardIn is what was heard in one chat.
type heardIn struct {
	open   []*heard          // without a reply
	byName map[string]*heard // messages, by id
}

func (w *wire) in(chat any) *heardIn {
	name, _ := chat.(string)
	c := w.chats[name]
	if c == nil {
		c = &heardIn{byName: map[string]*heard{}}
		w.chats[name] = c
	}
	return c
}

// interactionNames reads a forwarded interaction, whose id is its source's (DI-1),
// and its scope. It is not ok where it is none, or the press of a prompt.
func interactionNames(forward json.RawMessage) (n eventNames, scope string, ok bool) {
	text, _ := trace.Text(trace.Field(forward, "bodyB64"))
	body, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return n, "", false
	}
	n.inSource = true
	n.message, _ = trace.Text(trace.Field(body, "id"))
	n.chat, ok = trace.Text(trace.Field(body, "channel_id"))
	scope, _ = trace.Text(trace.Field(body, "guild_id"))
	var inGuild bool
	if n.user, inGuild = trace.Text(trace.Field(body, "member", "user", "id")); !inGuild {
		n.user, _ = trace.Text(trace.Field(body, "user", "id"))
	}
	token, _ := trace.Text(trace.Field(body, "data", "custom_id"))
	return n, scope, ok && !strings.HasPrefix(token, "hp1:")
}

// hear keeps an event that a turn can be told by.
func (w *wire) hear(h *heard) {
	if h.names.message != "" && h.names.chat != "" {
		w.begins[h.at] = append(w.begins[h.at], h)
		c := w.in(h.names.chat)
		c.open = append(c.open, h)
		if !h.names.inSource {
			c.byName[h.names.message] = h
		}
	}
}

// answeredBy finds the event that a reply answers. It names the message, but
// where that is an interaction or a Telegram topic (OUT-9): there it is the first
// of the author that it names, else the first.
func (w *wire) answeredBy(action map[string]any) *heard {
	replyTo, _ := action["reply_to"].(string)
	metadata, _ := action["metadata"].(map[string]any)
	thread, _ := metadata["thread_id"].(string)
	c := w.in(action["chat_id"])
	if replyTo != "" {
		return c.byName[replyTo]
	}
	user, _ := metadata["user_id"].(string)
	var first *heard
	for _, h := range c.open {
		switch {
		case !h.names.inSource && (thread == "" || thread != h.thread):
		case h.names.user == user:
			return h
		case first == nil:
			first = h
		}
	}
	return first
}

// close says that the event's turn is over, or that it has none.
func (w *wire) close(h *heard) {
	c := w.in(h.names.chat)
	c.open = slices.DeleteFunc(c.open, func(other *heard) bool { return other == h })
}

// session stands for the session of the turn, whose key nothing tells.
func (h *heard) session() string { return h.names.chat + " " + h.names.message }
