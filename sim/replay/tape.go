package replay

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// tape is what must be known of a whole recording before its first line can be
// compiled. It is found by reading all of it once and keeping no line.
type tape struct {
	open      Opener
	file      string
	header    *recording.Header
	revision  string // of the contract
	window    int    // see window
	lines     int    // observations that can be read
	lastSeq   int
	first     time.Duration // of the first observation, since the start
	last      time.Duration // of the last
	whole     bool          // it has its end line
	ends      bool          // a line says how a socket ended
	wireOnly  bool          // nothing shows what the agent got and did but the frames
	connected bool          // a line says that a gateway was told to connect
	told      bool          // lines say when a gateway was told to connect and to disconnect
	toldUntil int           // the seq of the last that does; of a recording cut short the next may be missing
	unplayed  map[string]int
	cast      *cast
	spares    spares
}

// Opener opens a recording, which is read several times.
type Opener func() (io.ReadCloser, error)

// newTape surveys a recording. With an error of the reader there is a tape all
// the same if the header could be read: of what stands before the line.
func newTape(open Opener, file string) (t *tape, warnings []*recording.Problem, err error) {
	t = &tape{open: open, file: file, wireOnly: true, unplayed: map[string]int{}, cast: newCast(), spares: newSpares()}
	var later bool // it shows what only the later revision has
	warnings, err = t.read(func(l *recording.Line) error {
		switch o := l.Observation; {
		case l.Header != nil:
			t.header = l.Header
		case o != nil:
			later = later || o.Kind == trace.Frame && showsR8(o)
			t.survey(l)
		case l.Ended:
			t.whole = !l.Cut
		}
		return nil
	})
	if t.header == nil {
		return nil, warnings, err
	}
	t.whole = t.whole && err == nil
	var unread *recording.Problem
	if err != nil && !errors.As(err, &unread) {
		return nil, warnings, err
	}
	return t, warnings, cmp.Or(t.complete(later), err)
}

// read reads the lines, and returns the reader's warnings.
func (t *tape) read(take func(*recording.Line) error) ([]*recording.Problem, error) {
	f, err := t.open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rec := recording.NewReader(f, t.file)
	for {
		l, err := rec.Next()
		if errors.Is(err, io.EOF) {
			return rec.Warnings(), nil
		}
		if err == nil {
			err = take(l)
		}
		if err != nil {
			return rec.Warnings(), err
		}
	}
}

// survey takes in an observation.
func (t *tape) survey(l *recording.Line) {
	o := l.Observation
	if t.lines == 0 {
		t.first = o.At
	}
	t.lines++
	t.lastSeq, t.last = o.Seq, o.At
	switch o.Kind {
	case trace.Close:
		t.ends = true
	case trace.Routed:
		t.wireOnly = false
	case trace.Agent:
		t.wireOnly = false
		switch o.Call {
		case "connect":
			t.told, t.connected = t.told || t.connected, true // the first it does on its own
			t.toldUntil = o.Seq
		case "disconnect":
			t.told, t.toldUntil = true, o.Seq
		}
		if _, ok := ops[o.Call]; !ok && !lifeCalls[o.Call] {
			t.unplayed[o.Call]++
		}
	}
	t.cast.meet(l)
	t.spares.survey(o)
}

// lifeCalls are those that are no action of the contract's.
var lifeCalls = map[string]bool{"connect": true, "disconnect": true, "return": true, "raise": true}

// complete finds out what the lines say together.
func (t *tape) complete(later bool) error {
	t.revision = t.header.Revision
	switch known := scopeKeys[t.revision] != ""; {
	case t.revision != "" && !known:
		bad := t.revision
		t.revision = ""
		return t.problem("revision: %q is not known, want %s or %s", bad, r6, r8)
	case t.revision == "":
		t.revision = RevisionOf(t.header, t.file, nil)
		if later && namedRevision(t.file) == "" {
			t.revision = r8
		}
	}
	return t.cast.complete(t)
}

// notes says what of the recording is not played.
func (t *tape) notes() []string {
	var calls []string
	for _, name := range slices.Sorted(maps.Keys(t.unplayed)) {
		calls = append(calls, fmt.Sprintf("%s (%d)", name, t.unplayed[name]))
	}
	if calls == nil {
		return nil
	}
	return []string{"calls that are not played but for the frames that show them: " + strings.Join(calls, ", ")}
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

func (t *tape) problemAt(number int, err error) error {
	return &recording.Problem{File: t.file, Line: number, Text: err.Error()}
}
