package law

import (
	"slices"
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

// mostShown bounds the messages with a reaction that are remembered.
const mostShown = 1000

// reactions holds FR-7 where nothing but the reaction to a message shows it: it
// is taken away when the turn is over (RX-1). If that comes long after the reply
// was answered, nobody read the answer in between.
type reactions struct {
	known    *Known
	report   report
	last     time.Duration // of what was observed
	shown    map[message]*shown
	order    []message // as they came, to forget the oldest
	suspects []suspectReaction
}

// shown is a message with a reaction, and how far its reply has come.
type shown struct {
	reply    string // its request id
	answered bool
	at       time.Duration // of the answer
}

// suspectReaction came late, unless it was the agent's own. Which it was a line
// tells when the call is over: it has its result, its socket is gone (OUT-5), or
// nobody has answered it for too long (OUT-4).
type suspectReaction struct {
	message message
	id      string // its request
	conn    int
	seq     int
	at      time.Duration
	waited  time.Duration
	over    bool
	overAt  time.Duration
}

// outboundTimeout is how long a call waits for its result (OUT-4).
const outboundTimeout = 30 * time.Second

func (s *suspectReaction) end(at time.Duration) {
	if !s.over {
		s.over, s.overAt = true, at
	}
}

func (l *reactions) frame(o *trace.Observation, s *socket, f *frame) {
	switch {
	case s.byHand, o.From == trace.Connector && f.typ != "outbound_result":
	case o.From == trace.Connector:
		l.answer(o, f.line.RequestID())
	case f.out.op == "react":
		l.react(o, f)
	case f.out.op == "send" && f.out.replyTo != "" && string(f.line.Field("action", "metadata", "notify")) == "true":
		if m := l.shown[message{f.out.chat, f.out.replyTo}]; m != nil {
			m.reply = f.out.id
		}
	}
}

func (l *reactions) answer(o *trace.Observation, id string) {
	for _, m := range l.shown {
		if id != "" && m.reply == id && !m.answered {
			m.answered, m.at = true, o.At
		}
	}
	for i := range l.suspects {
		if s := &l.suspects[i]; s.id == id {
			s.end(o.At)
		}
	}
}

func (l *reactions) react(o *trace.Observation, f *frame) {
	id, _ := trace.Text(f.line.Field("action", "message_id"))
	m := message{f.out.chat, id}
	if string(f.line.Field("action", "remove")) != "true" {
		l.show(m)
		return
	}
	before := l.shown[m]
	if before == nil {
		return
	}
	if waited := o.At - before.at; before.answered && waited > atOnce {
		l.suspects = append(l.suspects, suspectReaction{message: m, id: f.out.id, conn: o.Conn, seq: o.Seq, at: o.At, waited: waited})
	}
	delete(l.shown, m)
}

func (l *reactions) show(m message) {
	if len(l.order) >= mostShown {
		delete(l.shown, l.order[0])
		l.order = slices.Delete(l.order, 0, 1)
	}
	l.shown[m] = &shown{}
	l.order = append(l.order, m)
}

// observe clears what the agent did itself, whenever it liked.
func (l *reactions) observe(o *trace.Observation, _ *socket) {
	l.last = o.At
	for i := range l.suspects {
		if s := &l.suspects[i]; o.At-s.at > outboundTimeout {
			s.end(s.at + outboundTimeout)
		} else if o.Kind == trace.Close && o.Conn == s.conn {
			s.end(o.At)
		}
	}
	if o.Kind != trace.Agent || o.Call != "react" || len(l.suspects) == 0 {
		return
	}
	args := o.Args.JSON()
	var m message
	m.chat, _ = trace.Text(trace.Field(args, "chat_id"))
	m.id, _ = trace.Text(trace.Field(args, "message_id"))
	l.suspects = slices.DeleteFunc(l.suspects, func(s suspectReaction) bool { return s.message == m })
}

func (l *reactions) end() {
	for _, s := range l.suspects {
		if !s.over || !l.known.Whole && l.last-s.overAt <= atOnce {
			continue // the line may still have come
		}
		l.report("FR-7", s.seq, "the reaction to %s was taken away %v after the reply was answered, want at once: nobody read the answer", s.message.id, s.waited)
	}
}
