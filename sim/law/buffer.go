package law

import (
	"maps"
	"slices"
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

// mostBuffered bounds what is remembered of one instance: entries that wait, and
// as many ids of acknowledged ones.
const mostBuffered = 10_000

// buffers holds IDLE-2, IDLE-4, IDLE-6 and IDLE-8, the connector's side of what
// is buffered: an instance gets its entries in order, each on the ack of the one
// before it and never after its own; what was not acknowledged comes again on
// its next connection, and nothing live comes before it. That a gateway
// acknowledges is a matter of acks.
type buffers struct {
	known     *Known
	report    report
	instances map[string]*instance // by every name of theirs
	drains    map[int]*drain       // by open socket
}

// instance is what is known of one instance's buffer.
type instance struct {
	waiting []*parked // in order
	acked   remembered
	drains  map[int]*drain // by open socket
	unsure  bool           // more waited than is remembered: nothing is certain any more
}

// parked is an entry that is not acknowledged.
type parked struct {
	id      string
	seq     int // what shows it first
	at      time.Duration
	conn    int  // the socket it was last delivered on; 0: none
	unclear bool // an ack came on a socket on which it had not come: it may count
}

// drain is one open socket of an instance.
type drain struct {
	conn     int
	instance *instance
	ready    bool // a hello was answered
	readyAt  time.Duration
	leaving  bool // it said going_idle
	idle     bool // which was acknowledged
}

func newBuffers(k *Known, r report) *buffers {
	return &buffers{known: k, report: r, instances: map[string]*instance{}, drains: map[int]*drain{}}
}

// instance finds an instance by the names that one of its sockets, or something
// buffered for it, has. Sockets without a name are of one instance as long as
// they follow one another.
func (l *buffers) instance(names ...string) *instance {
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" })
	var found *instance
	for i, name := range names {
		if of, ok := l.known.Instances[name]; ok {
			names[i] = of
		}
		if known := l.instances[names[i]]; known != nil {
			found = known
		}
	}
	if len(names) == 0 {
		names = []string{""}
		if i := l.instances[""]; i != nil && len(i.drains) == 0 {
			found = i
		}
	}
	if found == nil {
		found = &instance{drains: map[int]*drain{}}
	}
	for _, name := range names {
		l.instances[name] = found
	}
	return found
}

func (l *buffers) observe(o *trace.Observation, s *socket) {
	switch {
	case l.known.ScriptedBuffer:
	case o.Kind == trace.Buffered:
		id, _ := trace.Text(trace.Field(o.Data, "bufferId"))
		l.instance(o.Peer).park(&parked{id: id, seq: o.Seq, at: o.At})
	case o.Kind == trace.Open && !s.refused:
		i := l.instance(o.AuthenticatedAs, o.Peer)
		d := &drain{conn: o.Conn, instance: i}
		l.drains[o.Conn], i.drains[o.Conn] = d, d
	case o.Kind == trace.Close && l.drains[o.Conn] != nil:
		l.closed(o, l.drains[o.Conn])
	}
}

func (l *buffers) frame(o *trace.Observation, s *socket, f *frame) {
	d := l.drains[s.conn]
	if d == nil {
		return
	}
	switch f.typ {
	case "descriptor":
		if !d.ready {
			d.ready, d.readyAt = true, o.At
		}
	case "going_idle":
		d.leaving = d.leaving || o.From == trace.Gateway
	case "going_idle_ack":
		d.idle = d.leaving
	case "inbound_ack":
		if o.From == trace.Gateway {
			id, _ := trace.Text(f.line.Field("bufferId"))
			d.instance.ack(id, d.conn, o.Seq)
		}
	case "inbound", "passthrough_forward":
		if o.From == trace.Connector && !d.instance.unsure {
			l.delivered(o, d, f.in.bufferID)
		}
	}
}

// delivered takes a delivery; one without an id is live.
func (l *buffers) delivered(o *trace.Observation, d *drain, id string) {
	i := d.instance
	if d.idle {
		l.report("IDLE-2", o.Seq, "a delivery after the going_idle_ack of its connection: it had to wait for the next handshake")
	}
	p := i.find(id)
	first := i.before(p)
	switch {
	case id == "" && first != nil:
		l.report("IDLE-4", o.Seq, "a live delivery while %q, which was buffered at #%d, is not acknowledged", first.id, first.seq)
	case id == "":
	case i.acked.at(id) > 0:
		l.report("IDLE-6", o.Seq, "%q is delivered although it was acknowledged at #%d", id, i.acked.at(id))
	case p != nil && p.conn == d.conn:
		l.report("IDLE-8", o.Seq, "%q is delivered again on the connection that has it, where no ack can have been lost", id)
	case first != nil:
		l.report("IDLE-4", o.Seq, "%q is delivered before %q, which was buffered at #%d, is acknowledged", id, first.id, first.seq)
	}
	switch {
	case p != nil:
		p.conn = d.conn
	case id != "" && i.acked.at(id) == 0: // it was buffered before the trace begins
		i.park(&parked{id: id, seq: o.Seq, at: o.At, conn: d.conn})
	}
}

// closed takes the end of a socket. Revocation drops what waits (REV-3).
func (l *buffers) closed(o *trace.Observation, d *drain) {
	delete(l.drains, d.conn)
	delete(d.instance.drains, d.conn)
	if o.Code == 4401 {
		d.instance.waiting = nil
	}
	if len(d.instance.drains) == 0 {
		l.undelivered(d, func(p *parked) bool { return o.At-max(d.readyAt, p.at) >= soon })
	}
}

func (l *buffers) end() {
	if !l.known.Whole {
		return
	}
	for _, conn := range slices.Sorted(maps.Keys(l.drains)) {
		l.undelivered(l.drains[conn], func(*parked) bool { return true })
	}
}

// undelivered reports that the first of what waits never came on a socket that
// was there for it and is the last to be.
func (l *buffers) undelivered(d *drain, had func(*parked) bool) {
	i := d.instance
	if !d.ready || d.idle || i.unsure || len(i.waiting) == 0 {
		return
	}
	p := i.waiting[0]
	if _, elsewhere := i.drains[p.conn]; p.conn != d.conn && !elsewhere && !p.unclear && had(p) {
		p.unclear = true // once is enough
		l.report("IDLE-6", p.seq, "%q was buffered and is not acknowledged, and did not come on connection %d, which was up", p.id, d.conn)
	}
}

func (i *instance) park(p *parked) {
	i.unsure = i.unsure || len(i.waiting) >= mostBuffered
	if !i.unsure {
		i.waiting = append(i.waiting, p)
	}
}

func (i *instance) find(id string) *parked {
	for _, p := range i.waiting { // it is the first, as a rule
		if p.id == id {
			return p
		}
	}
	return nil
}

// before is the first of what waits in front of p, or of all where p is nil, and
// has certainly not been acknowledged.
func (i *instance) before(p *parked) *parked {
	for _, q := range i.waiting {
		if q == p {
			break
		}
		if !q.unclear {
			return q
		}
	}
	return nil
}

// ack takes an ack. It counts for what came on its own socket; an instance
// cannot acknowledge what is not its own.
func (i *instance) ack(id string, conn, seq int) {
	p := i.find(id)
	switch {
	case p == nil || p.conn == 0:
	case p.conn != conn:
		p.unclear = true
	default:
		i.waiting = slices.DeleteFunc(i.waiting, func(o *parked) bool { return o == p })
		i.acked.add(id, seq)
	}
}

// remembered holds the latest ids and when they came, in two generations.
type remembered struct{ young, old map[string]int }

func (r *remembered) add(id string, seq int) {
	if r.young == nil || len(r.young) >= mostBuffered {
		r.old, r.young = r.young, map[string]int{}
	}
	r.young[id] = seq
}

// at is when an id came; 0: never, or long ago.
func (r *remembered) at(id string) int { return max(r.young[id], r.old[id]) }
