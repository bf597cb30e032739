package replay

import (
	"errors"
	"fmt"
	"io"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// tape is a whole recording. It must be whole: what the agent does with an
// event stands after it, and how the gateway was set up shows in its frames.
type tape struct {
	file    string
	header  *recording.Header
	lines   []*recording.Line // the observations
	auth    bool              // the gateway presented a token (AUTH-1)
	as      string            // the gateway id it was authenticated as
	refused map[int]bool      // sockets whose token was refused (AUTH-4)
	// frames are what the gateway sent, by the seq of the message that ended them.
	frames   map[int][]frame
	revision string // of the contract
}

func readTape(rec *recording.Reader) (*tape, error) {
	t := &tape{file: rec.File(), refused: map[int]bool{}}
	for {
		l, err := rec.Next()
		switch {
		case errors.Is(err, io.EOF):
			t.frames = joinFrames(t.lines)
			t.revision, err = t.findRevision()
			return t, err
		case err != nil:
			return nil, err
		case l.Header != nil:
			t.header = l.Header
		case l.Observation != nil:
			t.lines = append(t.lines, l)
			t.opened(l.Observation)
		}
	}
}

// opened learns how the gateway authenticated.
func (t *tape) opened(o *trace.Observation) {
	if o.Kind != trace.Open || o.Auth != "present" {
		return
	}
	t.auth = true
	if o.AuthenticatedAs == "" {
		t.refused[o.Conn] = true
		return
	}
	t.as = o.AuthenticatedAs
}

// pos is the place of a line. It has no column.
func (t *tape) pos(l *recording.Line) scenario.Pos {
	return scenario.Pos{File: t.file, Line: l.Number}
}

// problem is something wrong with the recording as a whole, which its first
// line is blamed for.
func (t *tape) problem(format string, args ...any) error {
	return &recording.Problem{File: t.file, Line: 1, Text: fmt.Sprintf(format, args...)}
}

func (t *tape) problemAt(l *recording.Line, err error) error {
	return &recording.Problem{File: t.file, Line: l.Number, Text: err.Error()}
}
