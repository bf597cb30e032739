package law

import (
	"strings"

	"github.com/relaysim/relaysim/sim/trace"
)

// turns holds TURN-1: one turn per session key at a time. The other laws ask it
// which sessions are busy.
type turns struct {
	known  *Known
	report report
	event  *event
	lanes  map[string]*lane // by session key

	running map[string]int // turns that run, by the gateway's name
}

// lane is one session as the trace shows it. Two gateways may have a session
// of the same key, one each.
type lane struct {
	open   map[string]int     // turns that run, by the gateway's name
	last   int                // the observation of the last turn's end
	second *trace.Observation // began beside a running turn, and may yet turn out to be an answer to it
}

func (l *turns) frame(*trace.Observation, *socket, *frame) {}

func (l *turns) observe(o *trace.Observation, _ *socket) {
	switch {
	case !l.known.TurnsShown:
	case o.Kind == trace.Routed:
		l.begin(o)
	case o.Kind == trace.Agent && (o.Call == "return" || o.Call == "raise"):
		l.finish(o)
	case o.Kind == trace.Agent && o.Call == "clarify_resolved_from_text":
		l.answered(o)
	}
}

func (l *turns) begin(o *trace.Observation) {
	s := l.lanes[o.SessionKey]
	if s == nil {
		s = &lane{open: map[string]int{}}
		l.lanes[o.SessionKey] = s
	}
	command := strings.HasPrefix(l.event.text, "/")
	switch {
	case command && stopsTurn(l.event.text):
		l.running[o.Peer] -= s.open[o.Peer]
		s.open[o.Peer] = 0 // (TURN-3) its turn is cancelled, whose end need not show
	case !command && s.open[o.Peer] > 0:
		l.convict(s)
		s.second = o
	}
	s.open[o.Peer]++
	l.running[o.Peer]++
}

// stopsTurn says whether a command cancels the turn that runs (TURN-3).
func stopsTurn(text string) bool {
	switch word, _, _ := strings.Cut(strings.ToLower(text), " "); word {
	case "/stop", "/new", "/reset":
		return true
	}
	return false
}

func (l *turns) finish(o *trace.Observation) {
	s := l.lanes[turnKey(o)]
	if s == nil {
		return
	}
	l.convict(s)
	s.last = o.Seq
	for peer, n := range s.open {
		if n > 0 && (o.Peer == "" || o.Peer == peer) {
			s.open[peer] = n - 1
			l.running[peer]--
		}
	}
}

// answered takes back a turn that was none: its text was the answer to a
// question that the running turn had asked (PRM-2).
func (l *turns) answered(o *trace.Observation) {
	s := l.lanes[turnKey(o)]
	if s == nil || s.second == nil {
		return
	}
	s.open[s.second.Peer]--
	l.running[s.second.Peer]--
	s.second = nil
}

// convict reports a second turn that nothing explained.
func (l *turns) convict(s *lane) {
	if o := s.second; o != nil {
		l.report("TURN-1", o.Seq, "a turn began in session %q while another was running there", o.SessionKey)
		s.second = nil
	}
}

// turnKey is the session key of a return or raise.
func turnKey(o *trace.Observation) string {
	if o.SessionKey != "" {
		return o.SessionKey
	}
	key, _ := trace.Text(trace.Field(o.Args.JSON(), "session_key"))
	return key
}

// runs says whether a turn of the session runs at the gateway.
func (l *turns) runs(key, peer string) bool {
	s := l.lanes[key]
	return s != nil && s.open[peer] > 0
}

// busy says whether any turn runs at the gateway.
func (l *turns) busy(peer string) bool { return l.running[peer] > 0 }

// idleSince says whether no turn of the session has run since an observation.
func (l *turns) idleSince(key, peer string, seq int) bool {
	s := l.lanes[key]
	return s == nil || s.open[peer] == 0 && s.last < seq
}

func (l *turns) end() {
	for _, s := range l.lanes {
		l.convict(s)
	}
}
