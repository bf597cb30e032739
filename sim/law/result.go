package law

import (
	"hash/maphash"
	"maps"
	"slices"

	"github.com/relaysim/relaysim/sim/trace"
)

// results holds OUT-1: a request id is used once on a connection, as far as it is
// remembered, and answered exactly once.
type results struct {
	known    *Known
	report   report
	sockets  map[int]*socket
	requests map[int]*requests // by open socket
}

// requests are those of one socket.
type requests struct {
	seed     maphash.Seed
	open     map[string][]int // observations of the requests without a result, by id
	answered generations
}

// generations are the hashes of the ids of answered requests, to know them
// again: the latest mostAnswered at least, and twice as many at most.
type generations struct{ young, old map[uint64]bool }

const mostAnswered = 1 << 15

func (g *generations) add(id uint64) {
	if g.young == nil || len(g.young) >= mostAnswered {
		g.old, g.young = g.young, map[uint64]bool{}
	}
	g.young[id] = true
}

func (g *generations) has(id uint64) bool { return g.young[id] || g.old[id] }

func (l *results) of(conn int) *requests {
	r := l.requests[conn]
	if r == nil {
		r = &requests{seed: maphash.MakeSeed(), open: map[string][]int{}}
		l.requests[conn] = r
	}
	return r
}

func (l *results) frame(o *trace.Observation, s *socket, f *frame) {
	switch {
	case s.closed:
	case o.From == trace.Gateway && f.typ == "outbound":
		l.request(o, s, f.out.id)
	case o.From == trace.Connector && f.typ == "outbound_result":
		l.result(o, s, f.line.RequestID())
	}
}

func (l *results) request(o *trace.Observation, s *socket, id string) {
	r := l.of(s.conn)
	if !s.byHand {
		switch {
		case id == "":
			l.report("OUT-1", o.Seq, "a request without a requestId")
			return
		case len(r.open[id]) > 0 || r.answered.has(maphash.String(r.seed, id)):
			l.report("OUT-1", o.Seq, "request id %q is used again on the same connection", id)
		}
	}
	r.open[id] = append(r.open[id], o.Seq)
}

func (l *results) result(o *trace.Observation, s *socket, id string) {
	r := l.of(s.conn)
	if asked := r.open[id]; len(asked) > 0 {
		if len(asked) == 1 {
			delete(r.open, id)
			r.answered.add(maphash.String(r.seed, id))
		} else {
			r.open[id] = asked[1:]
		}
		return
	}
	switch {
	case l.known.ScriptedConnector:
	case r.answered.has(maphash.String(r.seed, id)):
		l.report("OUT-1", o.Seq, "request %q has a second result", id)
	default:
		l.report("OUT-1", o.Seq, "a result for %q, which was not requested on this connection", id)
	}
}

func (l *results) observe(o *trace.Observation, s *socket) {
	if o.Kind == trace.Close && s != nil {
		delete(l.requests, s.conn) // whoever waited was told so (OUT-5)
	}
}

// end looks for requests that the connector had all the time to answer.
func (l *results) end() {
	if !l.known.Whole || l.known.ResultsWithheld {
		return
	}
	for _, conn := range slices.Sorted(maps.Keys(l.requests)) {
		if l.sockets[conn].byHand {
			continue // what a step sends need not be a request at all
		}
		open := l.requests[conn].open
		for _, id := range slices.Sorted(maps.Keys(open)) {
			l.report("OUT-1", open[id][0], "request %q has no result, although the connection stayed up", id)
		}
	}
}
