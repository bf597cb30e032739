package replay

import (
	"regexp"

	"github.com/relaysim/relaysim/sim/trace"
)

// own tells the requests that a gateway makes on its own from those that its
// agent makes: it shows as typing while a turn runs (OUT-11), and it sends the
// reply that ended one (OUT-9), again where that failed (OUT-10).
type own struct {
	types    bool              // the gateway types during turns
	wireOnly bool              // see tape
	chats    map[string]string // of the turns that began, by session
	replied  map[string]bool   // chats in which a turn has ended with a reply
}

func newOwn(t *tape) *own {
	c := t.header.Config
	return &own{
		types:    t.revision != r6 && (c == nil || c.TypingIndicator == nil || *c.TypingIndicator),
		wireOnly: t.wireOnly, chats: map[string]string{}, replied: map[string]bool{},
	}
}

// observe takes in the lines in their order.
func (w *own) observe(l *line) {
	switch o := l.Observation; {
	case o.Kind == trace.Routed:
		if event, err := eventFields(o); err == nil {
			w.chats[o.SessionKey] = namesOf(event).chat
		}
	case o.Kind == trace.Agent && (o.Call == "return" || o.Call == "raise"):
		if end, err := endOfTurn(o); err == nil && (end.Text != "" || o.Call == "raise") {
			w.replied[w.chats[end.Session]] = true
		}
	}
}

// piece is how a content ends that is one of several (OUT-7).
var piece = regexp.MustCompile(`\(\d+/\d+\)$`)

// made says whether the gateway makes this request on its own.
func (w *own) made(action map[string]any) bool {
	chat, _ := action["chat_id"].(string)
	content, says := action["content"].(string)
	switch action["op"] {
	case opTyping.name:
		return w.types && !says // with a content it is a status, which the agent sets (SL-4)
	case opSend.name:
		if w.wireOnly && piece.MatchString(content) {
			return false // how the whole of it read cannot be told
		}
		return isReply(action) && w.replied[chat]
	}
	return false
}

// isReply says whether an action is what a turn ended with (OUT-9).
func isReply(action map[string]any) bool {
	metadata, _ := action["metadata"].(map[string]any)
	return action["op"] == opSend.name && metadata["notify"] == true
}
