package check

import (
	"fmt"

	"github.com/relaysim/relaysim/sim/law"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/trace"
)

// judge judges one recording while it is read.
type judge struct {
	file        string
	gatewayOnly bool

	header  *recording.Header
	known   law.Known
	laws    *law.Judge           // nil until known is
	waiting []*trace.Observation // until then
	framer  trace.Framer
	places  places
	ended   bool // the end line was read

	observations, frames int
	violations           []law.Violation
	warnings             []*recording.Problem
}

// mostWaiting is how many observations may pass before it is clear how to judge
// a recording: which revision it is of, and whether turns are in it. A gateway
// says both when it connects.
const mostWaiting = 64

func (j *judge) take(l *recording.Line) {
	switch {
	case l.Header != nil:
		j.header = l.Header
		j.known = law.Known{Whole: true}
		j.known.ScriptedConnector = j.gatewayOnly || l.Header.Connector == ""
		j.known.ScriptedBuffer = j.known.ScriptedConnector
		j.known.ResultsWithheld = j.known.ScriptedConnector
	case l.Ended:
		j.ended = !l.Cut
	default:
		j.places.add(l.Observation.Seq, l.Number)
		j.observe(l.Observation)
	}
}

func (j *judge) observe(o *trace.Observation) {
	j.observations++
	j.framer.Frame(o)
	j.frames += len(o.Frames)
	if j.laws != nil {
		j.laws.Observe(o)
		return
	}
	j.waiting = append(j.waiting, o)
	if len(j.waiting) >= mostWaiting {
		j.begin()
	}
}

// begin judges what waited, now that it is clear how.
func (j *judge) begin() {
	j.known.Revision = replay.RevisionOf(j.header, j.file, j.waiting)
	if unknown := j.header.Revision; j.known.Revision == "" && unknown != "" {
		j.warnings = append(j.warnings, &recording.Problem{File: j.file, Line: 1, Text: fmt.Sprintf("revision %q is not known: only what holds in every one is judged", unknown)})
	}
	for _, o := range j.waiting {
		j.known.TurnsShown = j.known.TurnsShown || o.Kind == trace.Routed || o.Kind == trace.Agent
	}
	j.laws = law.NewJudge(j.known)
	for _, o := range j.waiting {
		j.laws.Observe(o)
	}
	j.waiting = nil
}

func (j *judge) end(warnings []*recording.Problem) {
	j.warnings = append(j.warnings, warnings...)
	if j.header == nil {
		return
	}
	if j.laws == nil {
		j.begin()
	}
	if !j.ended {
		j.laws.Cut()
	}
	j.violations = j.laws.End()
}

// name is the recording's title, else its file's name.
func (j *judge) name() string {
	if j.header.Title != "" {
		return j.header.Title
	}
	return j.file
}
