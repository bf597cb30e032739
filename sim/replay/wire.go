package replay

import (
	"encoding/json"
	"regexp"
	"slices"
	"time"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/trace"
)

// A recording of the wire alone does not say which events began a turn and what
// the agent returned. The replies do: each names the message it answers (OUT-9),
// and by then the turn is over.

// wire reads the frames of a recording that holds nothing else, and makes lines
// of the turns that they tell of.
type wire struct {
	compiler *compiler
	framer   trace.Framer
	chats    map[string]*heardIn
	types    bool // the gateway shows as typing on its own

	begins, replies, shown, cuts map[*line][]*heard // what is ahead, by where it is
	requests                     map[string]*heard  // replies without a result, by id
	own                          map[*asked]bool    // what the gateway asked on its own
}

func newWire(c *compiler) *wire {
	return &wire{
		compiler: c, types: c.typesOnItsOwn(), chats: map[string]*heardIn{},
		begins: map[*line][]*heard{}, replies: map[*line][]*heard{}, shown: map[*line][]*heard{}, cuts: map[*line][]*heard{},
		requests: map[string]*heard{}, own: map[*asked]bool{},
	}
}

// lookAhead takes in a line.
func (w *wire) lookAhead(l *line) {
	switch o := l.Observation; {
	case o.Kind != trace.Frame:
	case o.From == trace.Connector:
		w.delivered(l)
	default:
		for _, f := range l.frames {
			if w.sent(l, f) && f.asked != nil {
				w.own[f.asked] = true
			}
		}
	}
}

// made says whether the gateway made a request on its own. It is asked once.
func (w *wire) made(request *asked) bool {
	own := w.own[request]
	delete(w.own, request)
	return own
}

func (w *wire) delivered(l *line) {
	o := l.Observation
	w.framer.Frame(o)
	for _, f := range o.Frames {
		switch f.Type() {
		case "inbound":
			w.event(l, f.Field("event"))
		case "passthrough_forward":
			w.interaction(l, f.Field("forward"))
		case "outbound_result":
			if h := w.requests[f.RequestID()]; h != nil {
				h.failed = string(f.Field("result", "success")) != "true"
				delete(w.requests, f.RequestID())
			}
		}
	}
}

// event takes in a message. The press of a prompt begins no turn (PRM-5).
func (w *wire) event(l *line, raw json.RawMessage) {
	if trace.Field(raw, "prompt_response") != nil {
		return
	}
	source := trace.Field(raw, "source")
	h := &heard{at: l}
	h.names.message, _ = trace.Text(trace.Field(raw, "message_id"))
	h.names.chat, _ = trace.Text(trace.Field(source, "chat_id"))
	h.names.user, _ = trace.Text(trace.Field(source, "user_id"))
	h.thread, _ = trace.Text(trace.Field(source, "thread_id"))
	w.hear(h)
	text, _ := trace.Text(trace.Field(raw, "text"))
	h.retry = isRetry(text)
	if command, ok := cancelling(text); ok {
		w.cancel(l, h, command)
	}
}

// interaction takes in a Discord interaction. The press of a prompt begins no
// turn (PRM-4).
func (w *wire) interaction(l *line, forward json.RawMessage) {
	if names, _, ok := interactionNames(forward); ok {
		h := &heard{at: l, names: names}
		w.hear(h)
		h.retry = isRetry(pressedCommand(forward))
		if command, ok := cancelling(pressedCommand(forward)); ok {
			w.cancel(l, h, command)
		}
	}
}

// piece is how a content ends that is one of several (OUT-7). How the whole of it
// read cannot be told, so its pieces are calls of the agent's.
var piece = regexp.MustCompile(`\(\d+/\d+\)$`)

// sent takes in a request of the gateway's, and says whether it made it on its
// own.
func (w *wire) sent(l *line, f frame) bool {
	action := f.action()
	content, _ := action["content"].(string)
	switch {
	case action == nil:
		return false
	case isTyping(action):
		return w.types && w.typing(l, action)
	case isReply(action) && !piece.MatchString(content):
		if h := w.answeredBy(action); h != nil {
			return w.reply(h, l, f, content)
		}
	}
	w.shows(l, action)
	return false
}

// typingPeriod is how far apart a gateway types at least (OUT-11), with room for
// clocks that are not exact.
const typingPeriod = 1900 * time.Millisecond

// typing finds the turn that an action shows as typing for: not more often than
// its time allows.
func (w *wire) typing(l *line, action map[string]any) bool {
	at := l.Observation.At
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
		w.show(h, l)
		return true
	}
	return false
}

// reply takes in a reply, or the next try of one that failed (OUT-10). Any other
// is the agent's.
func (w *wire) reply(h *heard, l *line, f frame, text string) bool {
	switch {
	case h.reply == nil:
		h.reply, h.text = l, text
		w.replies[l] = append(w.replies[l], h)
		w.close(h)
	case !h.failed:
		return false
	}
	h.request, h.failed = f.asked, false
	w.requests[f.id] = h
	return true
}

// show notes a frame that shows that the event's turn runs.
func (w *wire) show(h *heard, l *line) {
	h.last = l
	h.frames++
	w.shown[l] = append(w.shown[l], h)
}

// shows notes that a turn runs: its gateway types, or its agent makes a call. A
// turn that has a reply lasts until then anyway.
func (w *wire) shows(l *line, action map[string]any) {
	metadata, _ := action["metadata"].(map[string]any)
	nameless := metadata != nil && metadata["user_id"] == nil && w.compiler.tape.revision == r8
	for _, h := range slices.Backward(w.in(action["chat_id"]).open) {
		if !nameless || h.names.user == "" {
			w.show(h, l)
			return
		}
	}
}

// lines are a line and the beginnings and the ends of turns beside it. A turn that
// shows in no more than the typing it begins with did nothing.
func (w *wire) lines(l *line) []*line {
	var list []*line
	for _, h := range w.replies[l] {
		if h.begun && h.cut == nil {
			list = append(list, w.end(h, l))
		}
		w.forget(h)
	}
	list = append(list, l)
	for _, h := range w.begins[l] {
		if h.begun = h.reply != nil || h.cut != nil || h.frames > 1; h.begun {
			list = append(list, w.begin(h))
		} else {
			w.forget(h)
		}
	}
	for _, h := range w.shown[l] {
		if h.begun && h.reply == nil && h.cut == nil && h.last == l {
			list = append(list, w.end(h, l))
			w.forget(h)
		}
	}
	for _, h := range w.cuts[l] {
		if h.begun {
			list = append(list, w.end(h, l))
			w.forget(h)
		}
	}
	delete(w.begins, l)
	delete(w.replies, l)
	delete(w.shown, l)
	delete(w.cuts, l)
	return list
}

// forget drops an event that is compiled. What answers it later is the agent's.
func (w *wire) forget(h *heard) {
	w.close(h)
	if c := w.in(h.names.chat); c.byName[h.names.message] == h {
		delete(c.byName, h.names.message)
	}
	if h.request != nil && w.requests[h.request.id] == h {
		delete(w.requests, h.request.id)
	}
}

func (w *wire) begin(h *heard) *line {
	source := map[string]any{"chat_id": h.names.chat, "user_id": h.names.user, "message_id": h.names.message}
	event := map[string]any{"source": source}
	if !h.names.inSource {
		event["message_id"] = h.names.message
	}
	l := beside(h.at, &trace.Observation{Kind: trace.Routed, SessionKey: h.session(), Event: trace.Value{Of: event}})
	l.retries = h.retry
	return l
}

func (w *wire) end(h *heard, l *line) *line {
	args := map[string]any{"session_key": h.session(), "text": h.text}
	call := "return"
	if h.cut != nil {
		call = "raise"
	}
	return beside(l, &trace.Observation{Kind: trace.Agent, Call: call, SessionKey: h.session(), Args: trace.Value{Of: args}})
}

// beside is a line that stands where another does.
func beside(l *line, o *trace.Observation) *line {
	o.Seq, o.At = l.Observation.Seq, l.Observation.At
	return &line{Line: &recording.Line{Number: l.Number, Observation: o}, made: true, at: l.at}
}
