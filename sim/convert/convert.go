// Package convert makes a scenario of a recording as a person would have
// written it: stimuli in the language's own terms, expectations in the
// contract's, names for what differs in every run, and nothing that is so
// anyway. It begins with what replay compiles, tries the shortest way to write
// it first, and takes the first that passes when it is played.
//
// Start reading at Convert, then at story.draft, which writes one way.
package convert

import (
	"errors"
	"fmt"
	"slices"

	"github.com/relaysim/relaysim/sim/scenario"
)

// Player plays a scenario in its only revision and says why it did not pass; ""
// where it did.
type Player func(*scenario.Scenario) string

// Result is a scenario made of a recording.
type Result struct {
	Text     []byte             // of its file
	Scenario *scenario.Scenario // what Text is when it is loaded
	// Fails says why it does not pass; "" where it does. Then the gateway does not
	// do what was recorded, and the scenario is for a person to mend.
	Fails string
	// Plain says that it is written as frames, since no shorter way passes.
	Plain bool
	// Replay says why the recording itself does not pass when it is replayed; ""
	// where it does. A scenario that passes all the same expects less.
	Replay string

	answers bool // it fails only where the connector's answers are expected
}

// fewWays are tried, and the plain one, where the gateway does not do what was
// recorded.
const fewWays = 6

// maxSteps bounds a recording that is converted, in steps as replay has them:
// nobody edits more.
const maxSteps = 5000

// Convert makes a scenario of a compiled recording. file is the name it is
// loaded under. The error says that it cannot be written as a scenario.
func Convert(compiled *scenario.Scenario, file string, play Player) (*Result, error) {
	if n := len(compiled.Steps); n > maxSteps || compiled.Tape() != nil {
		return nil, tooLong(compiled)
	}
	s := read(retold(compiled))
	stories := []*story{s}
	if inside := s.inside(); inside != nil {
		stories = []*story{inside, s}
	}
	list, replay := ways(stories), play(compiled)
	if replay != "" {
		list = slices.Delete(list, min(len(list)-1, fewWays), len(list)-1) // hardly any will pass
	}
	var last *Result
	var problem error
	manual := false // the fake connector answers in another way
	for _, w := range list {
		if manual && !w.manual {
			continue
		}
		r, err := try(w, file, play)
		switch {
		case err != nil:
			problem = err
		case r.Fails == "":
			r.Replay = replay
			return r, nil
		case r.answers:
			manual = true
		case last == nil:
			last = r
		}
	}
	if last != nil {
		last.Replay = replay
		return last, nil
	}
	return nil, fmt.Errorf("it cannot be written as a scenario: %w", problem)
}

// tooLong says how many of a recording's lines would do. A recording may end
// after any.
func tooLong(compiled *scenario.Scenario) error {
	lines := 0
	if tape := compiled.Tape(); tape == nil {
		lines = compiled.Steps[maxSteps].Pos.Line - 1
	} else {
		err := tape.Play(func(step *scenario.Step) error {
			if lines++; lines > maxSteps {
				lines = step.Pos.Line - 1
				return errFound
			}
			return nil
		})
		if err != nil && !errors.Is(err, errFound) {
			return err
		}
	}
	return fmt.Errorf("it has more than %d steps, and nobody edits more: its first %d lines are a recording too (head -n %d)", maxSteps, lines, lines)
}

// errFound ends the reading of a tape.
var errFound = errors.New("found")

// try writes the story one way and plays it. Where it passes, it is played once
// more with what the connector answered expected as well, so that the fake one
// answers the same in kind.
func try(w way, file string, play Player) (*Result, error) {
	r, err := write(w, file)
	if err != nil {
		return nil, err
	}
	if r.Fails = play(r.Scenario); r.Fails != "" || w.manual {
		return r, nil
	}
	w.probe = true
	probe, err := write(w, file)
	if err != nil {
		return nil, err
	}
	r.Fails = play(probe.Scenario)
	r.answers = r.Fails != ""
	return r, nil
}

func write(w way, file string) (*Result, error) {
	d := w.story.draft(w)
	text := Write(d.scenario, d.notes)
	loaded, err := scenario.Load(file, text)
	return &Result{Text: text, Scenario: loaded, Plain: w.plain}, err
}

// way is a way to write a story.
type way struct {
	story   *story
	clock   clock
	waits   bool // the agent waits for a signal before everything it does
	manual  bool // results are those that were recorded
	grouped bool // what nothing came between holds in any order
	loose   bool // and so does what only results came between
	config  bool // the gateway has the recorded timeouts and back-off
	plain   bool // everything as it crossed
	probe   bool // expect what the connector answered
}

// clock says how much of the recorded time passes.
type clock int

const (
	still  clock = iota // none
	halves              // to half a second
	tenths              // to a tenth
	exact               // all of it
)

// ways are the ways to write some stories, the shortest first.
func ways(stories []*story) []way {
	var list []way
	for _, manual := range []bool{false, true} {
		for _, s := range stories {
			if !manual && !s.answersItself() {
				continue
			}
			for _, w := range []way{
				{clock: still},
				{clock: still, grouped: true},
				{clock: still, waits: true},
				{clock: still, waits: true, grouped: true},
				{clock: halves},
				{clock: halves, config: true},
				{clock: tenths, config: true},
				{clock: tenths, config: true, grouped: true},
				{clock: tenths, config: true, waits: true},
				{clock: tenths, config: true, waits: true, grouped: true},
				{clock: exact, config: true, waits: true},
				{clock: exact, config: true, waits: true, grouped: true},
				{clock: still, waits: true, grouped: true, loose: true},
				{clock: exact, config: true, waits: true, grouped: true, loose: true},
			} {
				switch {
				case s.slow && (w.clock == still || !w.config): // it is about the time
					continue
				case w.loose && !manual: // it is about results
					continue
				case len(s.in.Gateways) > 0 && !w.grouped: // what two gateways do at once has no order
					continue
				}
				w.story, w.manual = s, manual
				list = append(list, w)
			}
		}
	}
	last := stories[len(stories)-1]
	return append(list, way{story: last, clock: exact, config: true, waits: true, manual: true, grouped: true, loose: true, plain: true})
}
