package replay

import (
	"strings"

	"github.com/relaysim/relaysim/sim/trace"
)

// own tells the requests that a gateway makes on its own from those that its
// agent makes: it shows as typing while a turn runs (OUT-11), and it sends the
// reply that ended one (OUT-9), again where that failed (OUT-10), and its answer
// to a command (TURN-3).
type own struct {
	types   bool // the gateway types during turns
	wire    *wire
	chats   map[string]string // of the turns that began, by session
	replied map[string]bool   // chats in which a turn has ended with a reply, or a command was given
	streams map[string]bool   // chats in which a turn streams, whose messages are calls
	framer  trace.Framer
}

func newOwn(c *compiler) *own {
	return &own{wire: c.wire, types: c.typesOnItsOwn(), chats: map[string]string{}, replied: map[string]bool{}, streams: map[string]bool{}}
}

// observe takes in the lines in their order.
func (w *own) observe(l *line) {
	switch o := l.Observation; {
	case o.Kind == trace.Frame && o.From == trace.Connector:
		w.framer.Frame(o)
		for _, f := range o.Frames {
			if chat, ok := commandIn(f); ok {
				w.replied[chat] = true
			}
		}
	case o.Kind == trace.Routed:
		if event, err := eventFields(o); err == nil {
			w.chats[o.SessionKey] = namesOf(event).chat
		}
	case o.Kind == trace.Agent && o.Call == "stream_delta":
		w.streams[w.chats[o.SessionKey]] = true
	case o.Kind == trace.Agent && (o.Call == "return" || o.Call == "raise"):
		end, err := endOfTurn(o)
		if err != nil {
			return
		}
		chat := w.chats[end.Session]
		delete(w.streams, chat)
		if end.Text != "" || o.Call == "raise" {
			w.replied[chat] = true
		}
	}
}

// made says whether the gateway makes a request on its own.
func (w *own) made(f frame) bool {
	action := f.action()
	switch {
	case w.wire != nil:
		return f.asked != nil && w.wire.made(f.asked)
	case action["op"] == opTyping.name:
		return w.types && isTyping(action)
	}
	chat, _ := action["chat_id"].(string)
	return isReply(action) && w.replied[chat] && !w.streams[chat]
}

// commandIn is the chat in which a frame of the connector's gives a command.
func commandIn(f trace.FrameLine) (chat string, ok bool) {
	switch f.Type() {
	case "inbound":
		text, _ := trace.Text(f.Field("event", "text"))
		chat, _ = trace.Text(f.Field("event", "source", "chat_id"))
		return chat, strings.HasPrefix(strings.TrimSpace(text), "/")
	case "passthrough_forward":
		names, _, ok := interactionNames(f.Field("forward"))
		return names.chat, ok
	}
	return "", false
}

// typesOnItsOwn says whether the recorded gateway shows as typing during turns.
func (c *compiler) typesOnItsOwn() bool {
	config := c.tape.config(c.actor)
	return c.tape.revision != r6 && (config == nil || config.TypingIndicator == nil || *config.TypingIndicator)
}

// isTyping says whether an action is what a gateway shows during a turn. With a
// content it is a status, which the agent sets (SL-4).
func isTyping(action map[string]any) bool {
	_, says := action["content"]
	return action["op"] == opTyping.name && !says
}

// isReply says whether an action is what a turn ended with (OUT-9), and not a
// message of a stream.
func isReply(action map[string]any) bool {
	metadata, _ := action["metadata"].(map[string]any)
	return action["op"] == opSend.name && metadata["notify"] == true && metadata["expect_edits"] == nil
}
