package law

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

const (
	// late is how long a gateway may take to route an event of an idle session.
	late = time.Second
	// mostWaiting bounds the deliveries of one socket that are remembered.
	mostWaiting = 1000
)

// reader holds FR-6 and FR-7: whatever came before, the next good delivery is
// handled, and at once. And it holds IDLE-5: a delivery that is acknowledged
// begins a turn, where no turn ran that it could wait for.
type reader struct {
	known   *Known
	report  report
	event   *event
	sockets map[int]*socket
	turns   *turns
	waiting map[int][]*pending // good deliveries that were not routed yet, by open socket
}

// pending is a delivery that waits to be routed.
type pending struct {
	seq       int
	at        time.Duration
	chat      string
	messageID string
	text      string
	command   bool
	bufferID  string
	acked     bool
	bad       int  // the bad frame before it; 0: none
	busy      bool // a turn ran, or was about to, so it may have joined that session's queue
}

func (l *reader) frame(o *trace.Observation, s *socket, f *frame) {
	switch {
	case !l.known.TurnsShown || s.byHand || s.closed:
	case o.From == trace.Gateway && f.typ == "inbound_ack":
		id, _ := trace.Text(f.line.Field("bufferId"))
		for _, p := range l.waiting[s.conn] {
			p.acked = p.acked || id != "" && p.bufferID == id
		}
	case o.From == trace.Gateway:
		// A command may be answered without a turn.
		l.waiting[s.conn] = slices.DeleteFunc(l.waiting[s.conn], func(p *pending) bool {
			return p.command && f.typ == "outbound"
		})
	case f.in.good && s.limits != nil: // before the handshake nobody listens
		p := &pending{
			seq: o.Seq, at: o.At, chat: f.in.chat, messageID: f.in.messageID, text: f.in.text,
			command: f.in.command, bufferID: f.in.bufferID, bad: s.bad, busy: l.turns.busy(s.peer),
		}
		list := append(l.waiting[s.conn], p)
		l.waiting[s.conn] = list[max(0, len(list)-mostWaiting):]
	}
}

func (l *reader) observe(o *trace.Observation, s *socket) {
	switch {
	case !l.known.TurnsShown:
	case o.Kind == trace.Routed:
		l.routed(o)
	case o.Kind == trace.Close && s != nil:
		l.unrouted(s, func(p *pending) bool { return o.At-p.at >= soon })
		delete(l.waiting, s.conn)
	}
}

// routed takes the deliveries that the event holds off the list. Messages that
// waited for a busy session may have been merged (TURN-2).
func (l *reader) routed(o *trace.Observation) {
	for conn, list := range l.waiting {
		if o.Peer != "" && l.sockets[conn].peer != "" && o.Peer != l.sockets[conn].peer {
			continue
		}
		began := false
		l.waiting[conn] = slices.DeleteFunc(list, func(p *pending) bool {
			if p.messageID != "" && p.messageID == l.event.messageID {
				if o.At-p.at >= late && l.turns.idleSince(o.SessionKey, o.Peer, p.seq) {
					l.report("FR-7", o.Seq, "the event of #%d was routed %v late, although session %q was idle: something held up the reader",
						p.seq, o.At-p.at, o.SessionKey)
				}
				began = true
				return true
			}
			if p.text != "" && strings.Contains(l.event.text, p.text) {
				began = true
				return true
			}
			// An event of its chat that was delivered before it begins its turn only
			// now, as this one may then have waited for: who reports turns may do so
			// later than it acknowledges.
			p.busy = p.busy || began && p.chat == l.event.chat
			return false
		})
	}
}

func (l *reader) end() {
	if !l.known.Whole || !l.known.TurnsShown {
		return
	}
	for _, conn := range slices.Sorted(maps.Keys(l.waiting)) {
		l.unrouted(l.sockets[conn], func(*pending) bool { return true })
	}
}

// unrouted reports the deliveries of a socket that had their time. Only those
// after a bad frame are a matter of FR-6, and those that were acknowledged one of
// IDLE-5; an expectation sees the others.
func (l *reader) unrouted(s *socket, had func(*pending) bool) {
	for _, p := range l.waiting[s.conn] {
		switch {
		case p.busy || !had(p):
		case p.acked && !p.command:
			l.report("IDLE-5", p.seq, "%q was acknowledged and never routed, although no turn ran that it could wait for (only what cannot be handled may be dropped)", p.bufferID)
		case p.bad > 0:
			l.report("FR-6", p.seq, "a good event after the bad frame of #%d was never routed: the reader did not survive", p.bad)
		}
	}
}
