package replay

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/trace"
)

// A recording of the wire alone does not say which events began a turn and what
// the agent returned. The replies do: each names the message it answers (OUT-9),
// and by then the turn is over.

// heard is an event that the gateway was sent, and what can be told of its turn.
type heard struct {
	at      int // the index of its line
	names   eventNames
	thread  string
	reply   int    // the index of the line with its reply; 0: none
	text    string // of the reply
	request string // the id of its reply, or of the last try
	last    int    // the index of the last line that shows that its turn runs; 0: none
	frames  int    // that show it
	cut     int    // the index of the line with the command that cancelled it; 0: none

	typed int           // how often it showed as typing
	since time.Duration // the first time
}

// makeTurns makes lines of the turns that the frames tell of.
func (t *tape) makeTurns() {
	w := &wire{tape: t, types: t.typesOnItsOwn(), failed: map[string]bool{}, chats: map[string]*heardIn{}}
	t.own = map[request]bool{}
	for i, l := range t.lines {
		switch o := l.Observation; {
		case o.Kind != trace.Frame:
		case o.From == trace.Connector:
			w.delivered(i, o)
		default:
			for _, f := range t.frames[o.Seq] {
				if w.sent(i, f, o.At) {
					t.own[request{o.Conn, f.id}] = true
				}
			}
		}
	}
	t.lines = w.lines()
}

// wire reads the frames of a recording that holds nothing else.
type wire struct {
	tape   *tape
	framer trace.Framer
	heard  []*heard
	chats  map[string]*heardIn
	types  bool            // the gateway shows as typing on its own
	failed map[string]bool // requests that were refused, by id
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

func (w *wire) delivered(i int, o *trace.Observation) {
	w.framer.Frame(o)
	for _, f := range o.Frames {
		switch f.Type() {
		case "inbound":
			w.event(i, f.Field("event"))
		case "passthrough_forward":
			w.interaction(i, f.Field("forward"))
		case "outbound_result":
			w.failed[f.RequestID()] = string(f.Field("result", "success")) != "true"
		}
	}
}

// event takes in a message. The press of a prompt begins no turn (PRM-5).
func (w *wire) event(i int, raw json.RawMessage) {
	if trace.Field(raw, "prompt_response") != nil {
		return
	}
	source := trace.Field(raw, "source")
	h := &heard{at: i}
	h.names.message, _ = trace.Text(trace.Field(raw, "message_id"))
	h.names.chat, _ = trace.Text(trace.Field(source, "chat_id"))
	h.names.user, _ = trace.Text(trace.Field(source, "user_id"))
	h.thread, _ = trace.Text(trace.Field(source, "thread_id"))
	w.hear(h)
	text, _ := trace.Text(trace.Field(raw, "text"))
	if command, ok := cancelling(text); ok {
		w.cancel(i, h, command)
	}
}

// interaction takes in a Discord interaction. The press of a prompt begins no
// turn (PRM-4).
func (w *wire) interaction(i int, forward json.RawMessage) {
	if names, _, ok := interactionNames(forward); ok {
		h := &heard{at: i, names: names}
		w.hear(h)
		if command, ok := cancelling(pressedCommand(forward)); ok {
			w.cancel(i, h, command)
		}
	}
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
		w.heard = append(w.heard, h)
		c := w.in(h.names.chat)
		c.open = append(c.open, h)
		if !h.names.inSource {
			c.byName[h.names.message] = h
		}
	}
}

// piece is how a content ends that is one of several (OUT-7). How the whole of it
// read cannot be told, so its pieces are calls of the agent's.
var piece = regexp.MustCompile(`\(\d+/\d+\)$`)

// sent takes in a request of the gateway's, and says whether it made it on its
// own.
func (w *wire) sent(i int, f frame, at time.Duration) bool {
	action := f.action()
	content, _ := action["content"].(string)
	switch {
	case action == nil:
		return false
	case isTyping(action):
		return w.types && w.typing(i, action, at)
	case isReply(action) && !piece.MatchString(content):
		if h := w.answeredBy(action); h != nil {
			return w.reply(h, i, f.id, content)
		}
	}
	w.shows(i, action)
	return false
}

// typingPeriod is how far apart a gateway types at least (OUT-11), with room for
// clocks that are not exact.
const typingPeriod = 1900 * time.Millisecond

// typing finds the turn that an action shows as typing for: not more often than
// its time allows.
func (w *wire) typing(i int, action map[string]any, at time.Duration) bool {
	metadata, _ := action["metadata"].(map[string]any)
	user, named := metadata["user_id"].(string)
	for _, h := range slices.Backward(w.in(action["chat_id"]).open) {
		if named && h.names.user != user || h.typed > 0 && h.typed > int((at-h.since)/typingPeriod) {
			continue
		}
		if h.typed == 0 {
			h.since = at
		}
		h.typed++
		h.last, h.frames = i, h.frames+1
		return true
	}
	return false
}

// answeredBy finds the event that a reply answers. It names the message, but
// where that is an interaction or a Telegram topic (OUT-9).
func (w *wire) answeredBy(action map[string]any) *heard {
	replyTo, _ := action["reply_to"].(string)
	metadata, _ := action["metadata"].(map[string]any)
	thread, _ := metadata["thread_id"].(string)
	c := w.in(action["chat_id"])
	if replyTo != "" {
		return c.byName[replyTo]
	}
	for _, h := range c.open {
		if h.names.inSource || thread != "" && thread == h.thread {
			return h
		}
	}
	return nil
}

// reply takes in a reply, or the next try of one that failed (OUT-10). Any other
// is the agent's.
func (w *wire) reply(h *heard, i int, request, text string) bool {
	switch {
	case h.reply == 0:
		h.reply, h.text = i, text
		c := w.in(h.names.chat)
		c.open = slices.DeleteFunc(c.open, func(other *heard) bool { return other == h })
	case !w.failed[h.request]:
		return false
	}
	h.request = request
	return true
}

// shows notes that a turn runs: its gateway types, or its agent makes a call. A
// turn that has a reply lasts until then anyway.
func (w *wire) shows(i int, action map[string]any) {
	metadata, _ := action["metadata"].(map[string]any)
	nameless := metadata != nil && metadata["user_id"] == nil && w.tape.revision == r8
	for _, h := range slices.Backward(w.in(action["chat_id"]).open) {
		if !nameless || h.names.user == "" {
			h.last = i
			h.frames++
			return
		}
	}
}

// lines are those of the tape, with the beginnings and the ends of turns among
// them. A turn that shows in no more than the typing it begins with did nothing.
func (w *wire) lines() []*line {
	begins, replies, ends := map[int][]*line{}, map[int][]*line{}, map[int][]*line{}
	for _, h := range w.heard {
		switch {
		case h.cut != 0:
			ends[h.cut] = append(ends[h.cut], w.end(h, h.cut))
		case h.reply != 0:
			replies[h.reply] = append(replies[h.reply], w.end(h, h.reply))
		case h.frames > 1:
			ends[h.last] = append(ends[h.last], w.end(h, h.last))
		default:
			continue
		}
		begins[h.at] = append(begins[h.at], w.begin(h))
	}
	var list []*line
	for i, l := range w.tape.lines {
		list = append(list, replies[i]...)
		list = append(list, l)
		list = append(append(list, begins[i]...), ends[i]...)
	}
	return list
}

// session stands for the session of the turn, whose key nothing tells.
func (h *heard) session() string { return h.names.chat + " " + h.names.message }

func (w *wire) begin(h *heard) *line {
	source := map[string]any{"chat_id": h.names.chat, "user_id": h.names.user, "message_id": h.names.message}
	event := map[string]any{"source": source}
	if !h.names.inSource {
		event["message_id"] = h.names.message
	}
	return w.made(h.at, &trace.Observation{Kind: trace.Routed, SessionKey: h.session(), Event: trace.Value{Of: event}})
}

func (w *wire) end(h *heard, i int) *line {
	args := map[string]any{"session_key": h.session(), "text": h.text}
	call := "return"
	if h.cut != 0 {
		call = "raise"
	}
	return w.made(i, &trace.Observation{Kind: trace.Agent, Call: call, SessionKey: h.session(), Args: trace.Value{Of: args}})
}

// made is a line that stands where another does.
func (w *wire) made(i int, o *trace.Observation) *line {
	beside := w.tape.lines[i]
	o.Seq, o.At = beside.Observation.Seq, beside.Observation.At
	return &line{Line: &recording.Line{Number: beside.Number, Observation: o}, made: true, at: beside.at}
}
