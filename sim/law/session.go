package law

import "github.com/relaysim/relaysim/sim/trace"

// keys holds what SK-1 to SK-7 have in common: a session key is made of where an
// event comes from and of nothing else, so what comes from the same sender again,
// or comes again itself, goes to the same session (IDLE-8).
type keys struct {
	report report
	event  *event
	keys   map[sender]placed
}

// sender is where events come from, as one gateway sees it.
type sender struct{ peer, origin string }

// placed is the session of a sender.
type placed struct {
	key string
	seq int // the event that shows it
}

func (l *keys) observe(o *trace.Observation, _ *socket) {
	if o.Kind != trace.Routed || l.event.origin == "" {
		return
	}
	from := sender{o.Peer, l.event.origin}
	before, known := l.keys[from]
	switch {
	case !known:
		l.keys[from] = placed{o.SessionKey, o.Seq}
	case before.key != o.SessionKey:
		l.report("SK-1", o.Seq, "the event is routed to session %q, and that of #%d, which comes from the same sender, to %q", o.SessionKey, before.seq, before.key)
	}
}

func (l *keys) frame(*trace.Observation, *socket, *frame) {}
func (l *keys) end()                                      {}
