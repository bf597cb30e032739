package replay

import (
	"time"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/scenario"
)

// line is an observation of the recording, or one that is made of what its
// frames show, with what is found out about it before it is compiled.
type line struct {
	*recording.Line
	made    bool  // it is not in the file: nothing is expected of it
	retries bool  // it is made of a /retry, whose turn has the text of the one before (SES-12)
	at      place // where it is played
	socket  int   // which of its gateway's it is about, from 1; 0: none, or it was open before

	frames []frame // what the gateway's message ended

	bound   string // the connector's message, with a variable for each id in it
	answers bool   // it names a request, so that bound is set

	before, after []scenario.Step // steps that no line stands for but that the lines tell of
	life          string          // what its gateway was told before it; "" for nothing
	past          bool            // it was compiled
}

// place is where something is played: at the observation seq, so long after the
// start.
type place struct {
	seq int
	at  time.Duration
}

func newLine(l *recording.Line) *line {
	return &line{Line: l, at: place{l.Observation.Seq, l.Observation.At}}
}
