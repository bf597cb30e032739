package law

import (
	"bytes"
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

// newlines holds FR-1: a line ends with its newline. Whoever forgets it sends
// frames that no receiver reads, and that no other law sees. A line may go on in
// the next message, so only what can be no part of one is told.
type newlines struct {
	known  *Known
	report report
	tails  map[stream]*tail
}

// stream is one direction of one socket.
type stream struct {
	conn int
	from trace.Side
}

// tail is what a stream has sent after its last newline, where it is anything.
type tail struct {
	seq   int // the message it begins in
	at    time.Duration
	whole bool // it is a whole frame, which lacks only its newline
}

func (l *newlines) frame(*trace.Observation, *socket, *frame) {}

func (l *newlines) observe(o *trace.Observation, s *socket) {
	switch {
	case s == nil:
	case o.Kind == trace.Frame && l.judged(o.From, s):
		l.message(o)
	case o.Kind == trace.Close:
		for _, from := range []trace.Side{trace.Gateway, trace.Connector} {
			t := l.tails[stream{s.conn, from}]
			// Who ends a socket has sent what it would; a newline may have crossed
			// another's close.
			if t != nil && (o.From == from && o.Code > 0 || o.At-t.at >= soon) {
				l.unended(from, t)
			}
			delete(l.tails, stream{s.conn, from})
		}
	}
}

func (l *newlines) judged(from trace.Side, s *socket) bool {
	if from == trace.Gateway {
		return !s.byHand
	}
	return !l.known.ScriptedConnector && !s.refused
}

func (l *newlines) message(o *trace.Observation) {
	k := stream{o.Conn, o.From}
	t, rest := l.tails[k], o.Data
	if i := bytes.LastIndexByte(rest, '\n'); i >= 0 { // a line that is none because of the tail is told as a line
		delete(l.tails, k)
		t, rest = nil, rest[i+1:]
	}
	begin := bytes.TrimSpace(rest)
	switch {
	case len(begin) == 0:
	case t == nil:
		l.tails[k] = &tail{seq: o.Seq, at: o.At, whole: !o.Binary && trace.NewFrame(begin).Valid()}
	default: // what follows a whole frame makes no frame of it
		if begin[0] == '{' {
			l.unended(o.From, t)
		}
		t.whole = false
	}
}

// unended reports a frame whose newline never came.
func (l *newlines) unended(from trace.Side, t *tail) {
	if t.whole {
		l.report("FR-1", t.seq, "the %s sent a frame without the newline that ends it, and none came after it: whoever receives it waits for the rest", from)
	}
}

func (l *newlines) end() {
	if !l.known.Whole {
		return
	}
	for k, t := range l.tails {
		l.unended(k.from, t)
	}
}
