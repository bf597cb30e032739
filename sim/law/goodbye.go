package law

import (
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

// leastPatience is how long a gateway waits for the ack of its goodbye at least,
// less what the clock of a recording may be off (IDLE-1).
const leastPatience = 1900 * time.Millisecond

// goodbyes holds the gateway's side of IDLE-1: it says going_idle, and closes
// only after the ack, or when it has waited long enough.
type goodbyes struct {
	known  *Known
	report report
	said   map[int]*goodbye // by open socket that had its descriptor
}

// goodbye is how far a socket has come in leaving.
type goodbye struct {
	said, acked bool
	at          time.Duration // when it was said
}

func (l *goodbyes) frame(o *trace.Observation, s *socket, f *frame) {
	if l.known.Revision != "2026-08" || s.byHand {
		return
	}
	g := l.said[s.conn]
	switch {
	case f.typ == "descriptor" && o.From == trace.Connector && g == nil:
		l.said[s.conn] = &goodbye{}
	case g == nil:
	case f.typ == "going_idle" && o.From == trace.Gateway && !g.said:
		g.said, g.at = true, o.At
	case f.typ == "going_idle_ack" && o.From == trace.Connector:
		g.acked = g.said
	}
}

func (l *goodbyes) observe(o *trace.Observation, s *socket) {
	if o.Kind != trace.Close || s == nil || l.said[s.conn] == nil {
		return
	}
	g := l.said[s.conn]
	delete(l.said, s.conn)
	switch {
	case o.From != trace.Gateway || o.Code != 1000 || g.acked:
	case !g.said:
		l.report("IDLE-1", o.Seq, "the gateway closes on purpose and has not said going_idle")
	case o.At-g.at < leastPatience:
		l.report("IDLE-1", o.Seq, "the gateway closes %v after its going_idle, which was not acknowledged", o.At-g.at)
	}
}

func (l *goodbyes) end() {}
