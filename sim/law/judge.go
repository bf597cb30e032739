package law

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"

	"github.com/relaysim/relaysim/sim/trace"
)

// law is one law, or a few that look at the same things.
type law interface {
	// frame takes the next frame of a socket.
	frame(o *trace.Observation, s *socket, f *frame)
	// observe takes the next observation, after its frames. s is nil where no
	// socket is meant.
	observe(o *trace.Observation, s *socket)
	// end is called once, after everything.
	end()
}

// report notes a violation.
type report func(rule string, seq int, format string, args ...any)

// Judge holds the laws while a trace goes by. Its memory grows with the sockets
// and the sessions, and not with the frames.
// It is not safe for several goroutines.
type Judge struct {
	known   Known
	sockets map[int]*socket
	laws    []law
	frame   frame // reused
	event   event // of the last routed observation
	found   []Violation
}

// NewJudge returns a judge of one trace. It keeps k.
func NewJudge(k Known) *Judge {
	j := &Judge{known: k, sockets: map[int]*socket{}}
	turns := &turns{known: &j.known, report: j.report, event: &j.event, lanes: map[string]*lane{}, running: map[string]int{}}
	j.laws = []law{
		&channel{known: &j.known, report: j.report},
		&newlines{known: &j.known, report: j.report, tails: map[stream]*tail{}},
		newSecrets(&j.known, j.report),
		&results{known: &j.known, report: j.report, sockets: j.sockets, requests: map[int]*requests{}},
		&calls{report: j.report, sockets: j.sockets, seed: maphash.MakeSeed()},
		&limits{report: j.report},
		&acks{known: &j.known, report: j.report, sockets: j.sockets, buffers: map[int]map[string]*entry{}},
		newBuffers(&j.known, j.report),
		&keys{report: j.report, event: &j.event, keys: map[sender]placed{}},
		&goodbyes{known: &j.known, report: j.report, said: map[int]*goodbye{}},
		newScopes(&j.known, j.report, &j.event),
		newTenants(&j.known, j.report),
		&reader{known: &j.known, report: j.report, event: &j.event, sockets: j.sockets, turns: turns, waiting: map[int][]*pending{}},
		&reactions{known: &j.known, report: j.report, shown: map[message]*shown{}},
		&stops{known: &j.known, report: j.report, event: &j.event, running: map[string]*speaker{}},
		&waits{known: &j.known, report: j.report, event: &j.event, running: map[string]speaker{}, lanes: map[speaker]*line{}},
		&interrupts{known: &j.known, report: j.report, turns: turns, asked: map[string][]string{}, vague: map[string]int{}},
		turns, // last: what the others ask it is how things were before
	}
	return j
}

// Observe takes the next observation, which it does not keep.
func (j *Judge) Observe(o *trace.Observation) {
	s := j.socket(o)
	if s != nil {
		for _, line := range o.Frames {
			j.frame.read(line, j.known.Revision)
			for _, l := range j.laws {
				l.frame(o, s, &j.frame)
			}
			s.frame(o, &j.frame, j.known.Revision)
		}
	}
	if o.Kind == trace.Routed {
		j.event.read(o.Event.JSON())
	}
	for _, l := range j.laws {
		l.observe(o, s)
	}
	if o.Kind == trace.Close && s != nil {
		s.closed, s.closedAt = true, o.At
	}
}

// Found is what was found so far.
func (j *Judge) Found() []Violation { return j.found }

// Cut says that the trace ends before what it shows does, so that Known.Whole
// does not hold. It is called before End, if at all.
func (j *Judge) Cut() { j.known.Whole = false }

// End says that no more observations come, and returns all violations. It is
// called once.
func (j *Judge) End() []Violation {
	for _, l := range j.laws {
		l.end()
	}
	slices.SortStableFunc(j.found, func(a, b Violation) int { return cmp.Compare(a.Seq, b.Seq) })
	return j.found
}

func (j *Judge) report(rule string, seq int, format string, args ...any) {
	j.found = append(j.found, Violation{Rule: rule, Seq: seq, Text: fmt.Sprintf(format, args...)})
}

// socket finds what is known of o's socket, or nil.
func (j *Judge) socket(o *trace.Observation) *socket {
	if o.Conn == 0 {
		return nil
	}
	s := j.sockets[o.Conn]
	if s == nil {
		s = &socket{conn: o.Conn, peer: o.Peer, byHand: j.known.ByHand[o.Conn]}
		j.sockets[o.Conn] = s
	}
	if o.Kind == trace.Open {
		s.peer, s.openedAt = o.Peer, o.At
		s.tenant = j.known.Tenants.Gateways[o.AuthenticatedAs]
		s.refused = j.known.TokensChecked && o.AuthenticatedAs == ""
	}
	return s
}
