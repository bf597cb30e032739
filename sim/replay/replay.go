// Package replay compiles a recording into the steps of a scenario, so that one
// player plays both. The recorded connector's messages become stimuli, byte by
// byte; what a recorded gateway did becomes expectations; its agent repeats what
// the recorded agent did. It plays nothing itself.
//
// Start reading at Compile, then at compiler.observation, which says for each
// kind of line what becomes of it, and at reel, which says when.
package replay

import (
	"cmp"
	"slices"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/scenario"
)

// Compile reads the recording that open opens, as often as it needs to, and
// returns it as a scenario of one revision, every value of which has its line of
// the recording as its place. file is its name. Where the recorded gateway
// deviated from a rule, what the rule wants is expected. The steps of a long
// recording are not kept: the scenario has a Tape in their place, which reads it
// again.
//
// A recording that cannot be read, or holds something that cannot be played, is a
// *recording.Problem, which names the line; any other error is that of open. If
// it can be read up to a line, what stands before that is returned beside the
// problem, as a recording that was cut short. Deviations that no longer apply are
// a scenario.Errors. Warnings are the reader's.
func Compile(open Opener, file string, deviations []Deviation) (_ *scenario.Scenario, warnings []*recording.Problem, _ error) {
	return compileIn(window, open, file, deviations)
}

// compileIn is Compile within a window of so many lines.
func compileIn(window int, open Opener, file string, deviations []Deviation) (_ *scenario.Scenario, warnings []*recording.Problem, _ error) {
	t, warnings, broken := newTape(open, file)
	if t == nil || t.revision == "" {
		return nil, warnings, broken
	}
	if !t.whole {
		deviations = before(deviations, t.lastSeq)
	}
	t.window = window
	s, err := t.compile(deviations)
	if err != nil {
		return nil, warnings, cmp.Or(broken, err)
	}
	return s, warnings, broken
}

// compile goes through the steps once, to be sure that there is nothing which
// cannot be played, and keeps those of a short recording.
func (t *tape) compile(deviations []Deviation) (*scenario.Scenario, error) {
	long := t.lines > 2*t.window
	var steps []scenario.Step
	err := t.play(deviations, func(s *scenario.Step) error {
		if !long {
			steps = append(steps, *s)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s, err := t.head()
	if err != nil {
		return nil, err
	}
	s.Steps = steps
	if long {
		s.Recorded.Tape = &scenario.Tape{
			Lines: t.lines, Lasts: t.last - t.first, Window: t.window,
			Play: func(perform func(*scenario.Step) error) error { return t.play(deviations, perform) },
		}
	}
	return s, nil
}

// before is what the entries say of a recording that was cut short after the
// observation last. What belongs after a line that was cut off belongs to that.
func before(deviations []Deviation, last int) []Deviation {
	list := slices.DeleteFunc(slices.Clone(deviations), func(d Deviation) bool { return d.Seq == 0 || d.Seq > last })
	for i := range list {
		if d := &list[i]; d.After > last {
			d.After, d.Absent = 0, true
		}
	}
	return list
}
