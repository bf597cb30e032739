package replay

import (
	"cmp"
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
	lines   []*line      // the observations
	peer    string       // the gateway's name; "" where it is not told
	auth    bool         // the gateway presented a token (AUTH-1)
	as      string       // the gateway id it was authenticated as
	doors   map[int]door // by socket
	first   door         // of the first socket
	dialled bool         // there is a first socket
	// frames are what the gateway sent, by the seq of the message that ended them.
	frames   map[int][]frame
	revision string           // of the contract
	wireOnly bool             // nothing shows what the agent got and did but the frames
	own      map[request]bool // what the gateway asked on its own, where only the wire tells
}

// request names a request: ids are unique per connection (OUT-1).
type request struct {
	conn int
	id   string
}

// readTape reads a recording. With an error of the reader there is a tape all the
// same if the header could be read: what stands before the line.
func readTape(rec *recording.Reader) (*tape, error) {
	t := &tape{file: rec.File(), doors: map[int]door{}, wireOnly: true}
	for {
		l, err := rec.Next()
		switch {
		case errors.Is(err, io.EOF):
			return t, t.complete()
		case err != nil && t.header == nil:
			return nil, err
		case err != nil:
			return t, cmp.Or(t.complete(), err)
		case l.Header != nil:
			t.header = l.Header
		case l.Observation != nil:
			t.lines = append(t.lines, newLine(l))
			t.opened(l.Observation)
			o := l.Observation
			t.wireOnly = t.wireOnly && o.Kind != trace.Routed && o.Kind != trace.Agent
			if err := t.meet(l.Observation); err != nil {
				return nil, t.problemAt(newLine(l), err)
			}
		}
	}
}

// complete finds out what the lines say together.
func (t *tape) complete() (err error) {
	t.frames = joinFrames(t.lines)
	t.revision, err = t.findRevision()
	return err
}

// meet refuses a second gateway, which nothing in a recording tells apart from
// a socket that a scenario opened by hand.
func (t *tape) meet(o *trace.Observation) error {
	switch {
	case t.peer == "":
		t.peer = o.Peer
	case o.Peer != "" && o.Peer != t.peer:
		return fmt.Errorf("not playable yet: %s beside %s, want one gateway and no socket opened by hand", o.Peer, t.peer)
	}
	return nil
}

// pos is the place of a line. It has no column.
func (t *tape) pos(l *line) scenario.Pos {
	return scenario.Pos{File: t.file, Line: l.Number}
}

// problem is something wrong with the recording as a whole, which its first
// line is blamed for.
func (t *tape) problem(format string, args ...any) error {
	return &recording.Problem{File: t.file, Line: 1, Text: fmt.Sprintf(format, args...)}
}

func (t *tape) problemAt(l *line, err error) error {
	return &recording.Problem{File: t.file, Line: l.Number, Text: err.Error()}
}
