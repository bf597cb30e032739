package replay

import (
	"fmt"
	"slices"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/scenario"
)

// A recording is compiled while it is read. What becomes of a line may depend on
// lines after it: which request a result answers is known when its line is whole,
// which call sent a frame when the call has ended. And a call that ended began
// before. So a line is compiled when so many after it are known, and its steps
// are given out when so many after it are compiled. A recording with fewer lines
// is compiled as a whole.

// window is how many lines a recording is read ahead, and how many a step may
// stand before the line that tells of it. A call or, where only the wire was
// recorded, a turn that takes longer is not recognised.
const window = 8192

// reel is one reading of a tape.
type reel struct {
	tape      *tape
	perform   func(*scenario.Step) error
	compilers map[*actor]*compiler
	changes   *corrections
	ahead     []*line // read and not compiled
	compiled  int     // the seq of the last line that was
	steps     steps   // compiled and not given out
}

// play gives the steps of a tape to perform, in order, and returns the first
// error.
func (t *tape) play(deviations []Deviation, perform func(*scenario.Step) error) error {
	r := &reel{tape: t, perform: perform, compilers: map[*actor]*compiler{}, changes: newCorrections(t, deviations)}
	for i, a := range t.cast.gateways {
		r.compilers[a] = newCompiler(r, a, i)
	}
	lines := 0
	var failed error
	_, err := t.read(func(l *recording.Line) error {
		if l.Observation != nil && lines < t.lines { // what was added since is left out
			lines++
			failed = r.take(newLine(l))
		}
		return failed
	})
	switch {
	case failed != nil:
		return failed
	case err != nil && lines < t.lines: // it could be read before
		return err
	}
	return r.end()
}

// take takes in the next line of the file.
func (r *reel) take(l *line) error {
	c := r.of(l)
	if c == nil {
		return nil
	}
	l.frames = c.joiner.join(l.Observation)
	for _, l := range r.changes.correct(l) {
		c := r.of(l)
		c.lookAhead(l)
		r.ahead = append(r.ahead, l)
	}
	if len(r.ahead) < 2*r.tape.window { // so that moving them costs little
		return nil
	}
	return r.compile(len(r.ahead) - r.tape.window)
}

// of is who compiles a line; nil where it is about no gateway.
func (r *reel) of(l *line) *compiler { return r.compilers[r.tape.cast.of(l.Observation)] }

// compile compiles the next n lines.
func (r *reel) compile(n int) error {
	for _, l := range r.ahead[:n] {
		if err := r.of(l).compile(l); err != nil {
			return r.tape.problemAt(l.Number, err)
		}
		l.past = true
		r.compiled = max(r.compiled, l.Observation.Seq)
	}
	r.ahead = slices.Clone(r.ahead[n:])
	return r.steps.give(r.compiled-r.tape.window, r.perform)
}

// end compiles what is left.
func (r *reel) end() error {
	if err := r.changes.stale(); err != nil {
		return err
	}
	if err := r.compile(len(r.ahead)); err != nil {
		return err
	}
	for _, a := range r.tape.cast.gateways {
		r.compilers[a].end()
	}
	return r.steps.give(never, r.perform)
}

// tooLong is a call that began before what was given out already.
func (t *tape) tooLong(call string) error {
	return fmt.Errorf("not playable: %s began more than %d lines before it ended", call, t.window)
}
