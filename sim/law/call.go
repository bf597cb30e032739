package law

import (
	"bytes"
	"encoding/json"
	"hash/maphash"
	"slices"
	"strings"
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

// mostRequests bounds the requests that a call is looked for among.
const mostRequests = 256

// calls holds what an agent's call returns against the frames it made: the
// result of its own request (OUT-6), a failure at once when the socket goes
// (OUT-5) or is not there (OUT-4), no timeout for a request that was answered
// (FR-6, FR-7), and none for a handshake that a close ended (HS-8).
type calls struct {
	report  report
	sockets map[int]*socket
	seed    maphash.Seed
	recent  []*asked // the last requests, oldest first
}

// asked is a request and what became of it.
type asked struct {
	socket     *socket
	call       call
	id         string
	at         time.Duration
	answered   bool
	answeredAt time.Duration
	success    bool
	messageID  string
	claimed    bool // a call has returned it
}

func (l *calls) frame(o *trace.Observation, s *socket, f *frame) {
	switch {
	case s.byHand:
	case o.From == trace.Gateway && f.typ == "outbound":
		if len(l.recent) >= 2*mostRequests {
			l.recent = append(l.recent[:0:0], l.recent[mostRequests:]...)
		}
		l.recent = append(l.recent, &asked{
			socket: s, id: f.out.id, at: o.At,
			call: callOf(l.seed, f.out.op, f.out.chat, f.out.content),
		})
	case o.From == trace.Connector && f.typ == "outbound_result":
		l.answer(o, s, f)
	}
}

// call names an agent's call as far as both its frame and its observation do.
type call struct {
	op, chat string
	content  uint64 // a hash
}

// callOf takes the content as JSON, whose escapes may differ.
func callOf(seed maphash.Seed, op, chat string, content json.RawMessage) call {
	c := call{op: op, chat: chat}
	if text := content; len(text) > 1 && bytes.IndexByte(text, '\\') < 0 {
		c.content = maphash.Bytes(seed, text[1:len(text)-1]) // nearly every content
	} else {
		s, _ := trace.Text(text)
		c.content = maphash.String(seed, s)
	}
	return c
}

func (l *calls) answer(o *trace.Observation, s *socket, f *frame) {
	id := f.line.RequestID()
	for _, a := range slices.Backward(l.recent) {
		if a.socket == s && a.id == id && !a.answered {
			a.answered, a.answeredAt = true, o.At
			a.success = string(f.line.Field("result", "success")) == "true"
			a.messageID, _ = trace.Text(f.line.Field("result", "message_id"))
			return
		}
	}
}

// opOf is the op of a call by the names that recordings use for it.
func opOf(call string) string {
	switch call {
	case "edit_message":
		return "edit"
	case "send_follow_up":
		return "follow_up"
	}
	return call
}

func (l *calls) observe(o *trace.Observation, _ *socket) {
	if o.Kind != trace.Agent || o.Call == "return" || o.Call == "raise" {
		return
	}
	result := o.Result.JSON()
	raised, threw := trace.Text(trace.Field(result, "raises"))
	switch {
	case o.Call == "connect":
		if string(result) == "false" {
			l.connected(o)
		}
	case threw:
		l.report("OUT-4", o.Seq, "the agent's %s threw %s, want a result that says success:false", o.Call, raised)
	case trace.Field(result, "success") != nil:
		l.returned(o, result)
	}
}

// atOnce is how long something may take that waits for nothing.
const atOnce = 500 * time.Millisecond

// connected looks at a handshake that failed: a close before the descriptor
// ends it at once.
func (l *calls) connected(o *trace.Observation) {
	for _, s := range l.sockets {
		if s.closed && s.limits == nil && s.openedAt >= o.CalledAt && o.At-s.closedAt > atOnce {
			l.report("HS-8", o.Seq, "the handshake failed only %v after socket %d had closed, want at once", o.At-s.closedAt, s.conn)
			return
		}
	}
}

func (l *calls) returned(o *trace.Observation, result []byte) {
	args := o.Args.JSON()
	chat, _ := trace.Text(trace.Field(args, "chat_id"))
	c := callOf(l.seed, opOf(o.Call), chat, trace.Field(args, "content"))
	success := string(trace.Field(result, "success")) == "true"
	messageID, _ := trace.Text(trace.Field(result, "message_id"))
	failure, _ := trace.Text(trace.Field(result, "error"))
	var candidates []*asked
	for _, a := range l.recent {
		if a.call != c || a.claimed || a.at < o.CalledAt || o.Peer != "" && a.socket.peer != "" && o.Peer != a.socket.peer {
			continue
		}
		if success && a.answered && a.success && (a.messageID == messageID || a.messageID == "") {
			a.claimed = true
			return
		}
		candidates = append(candidates, a)
	}
	switch {
	case len(candidates) == 0:
	case success && o.Call == "get_chat_info":
		candidates[0].claimed = true // the gateway may answer it with the defaults (OUT-3)
	case success:
		l.foreign(o, candidates, messageID)
	case strings.Contains(failure, "timed out"):
		l.timedOut(o, candidates[0])
	default:
		candidates[0].claimed = true
	}
}

// foreign reports a call that succeeded with a result that none of its requests got.
func (l *calls) foreign(o *trace.Observation, candidates []*asked, messageID string) {
	for _, a := range candidates {
		if !a.answered {
			return // two equal calls at once: not sure
		}
	}
	candidates[0].claimed = true
	l.report("OUT-6", o.Seq, "the agent's %s returned success and message id %q, which is not the result of its own request %q", o.Call, messageID, candidates[0].id)
}

func (l *calls) timedOut(o *trace.Observation, a *asked) {
	a.claimed = true
	switch {
	case a.answered && a.answeredAt < o.At && a.socket.bad > 0:
		l.report("FR-6", o.Seq, "the agent's %s timed out although its result had come: after the bad frame of #%d nothing is read", o.Call, a.socket.bad)
	case a.answered && a.answeredAt < o.At:
		l.report("FR-7", o.Seq, "the agent's %s timed out although its result had come %v before: nobody read it", o.Call, o.At-a.answeredAt)
	case !a.answered && a.socket.closed && a.socket.closedAt < o.At:
		l.report("OUT-5", o.Seq, "the agent's %s waited %v for a result after its socket had closed, want a failure at once", o.Call, o.At-a.socket.closedAt)
	}
}

func (l *calls) end() {}
