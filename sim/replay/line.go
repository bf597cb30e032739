package replay

import (
	"time"

	"github.com/relaysim/relaysim/sim/recording"
)

// line is an observation of the recording, or one that is made of what its
// frames show.
type line struct {
	*recording.Line
	made bool  // it is not in the file: nothing is expected of it
	at   place // where it is played
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
