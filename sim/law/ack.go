package law

import (
	"maps"
	"slices"
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

// soon is how long before a socket's end something may come that nobody gets
// round to any more.
const soon = 100 * time.Millisecond

// acks holds IDLE-5 and PT-7: a delivery with a bufferId is acknowledged, once
// for each time it came, and nothing else is.
type acks struct {
	known   *Known
	report  report
	sockets map[int]*socket
	buffers map[int]map[string]*entry // by open socket and bufferId
}

// entry is one buffered delivery on one socket.
type entry struct {
	rule  string
	seq   int // its last delivery
	at    time.Duration
	times int
	acked int
}

func (l *acks) frame(o *trace.Observation, s *socket, f *frame) {
	switch {
	case o.From == trace.Connector && f.in.bufferID != "":
		b := l.buffers[s.conn]
		if b == nil {
			b = map[string]*entry{}
			l.buffers[s.conn] = b
		}
		e := b[f.in.bufferID]
		if e == nil {
			e = &entry{rule: "IDLE-5"}
			b[f.in.bufferID] = e
		}
		if f.typ == "passthrough_forward" {
			e.rule = "PT-7"
		}
		e.seq, e.at = o.Seq, o.At
		e.times++
	case o.From == trace.Gateway && f.typ == "inbound_ack" && !s.byHand:
		l.ack(o, s, f)
	}
}

func (l *acks) ack(o *trace.Observation, s *socket, f *frame) {
	id, _ := trace.Text(f.line.Field("bufferId"))
	e := l.buffers[s.conn][id]
	if e == nil {
		l.report("IDLE-5", o.Seq, "an ack for %q, which was not delivered on this connection", id)
		return
	}
	if e.acked++; e.acked > e.times {
		l.report(e.rule, o.Seq, "%q was delivered %d times and is acknowledged for the %d. time", id, e.times, e.acked)
	}
}

func (l *acks) observe(o *trace.Observation, s *socket) {
	if o.Kind == trace.Close && s != nil {
		l.unacked(s, func(e *entry) bool { return o.At-e.at >= soon })
		delete(l.buffers, s.conn)
	}
}

func (l *acks) end() {
	if !l.known.Whole {
		return
	}
	for _, conn := range slices.Sorted(maps.Keys(l.buffers)) {
		l.unacked(l.sockets[conn], func(*entry) bool { return true })
	}
}

// unacked reports the deliveries of a socket that had their time.
func (l *acks) unacked(s *socket, had func(*entry) bool) {
	if s.byHand || l.known.Revision != "2026-08" {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(l.buffers[s.conn])) {
		if e := l.buffers[s.conn][id]; e.acked == 0 && had(e) {
			l.report(e.rule, e.seq, "%q was delivered and never acknowledged, although the connection stayed up", id)
		}
	}
}
