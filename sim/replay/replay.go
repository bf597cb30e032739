// Package replay compiles a recording into the steps of a scenario, so that one
// player plays both. The recorded connector's messages become stimuli, byte by
// byte; what the recorded gateway did becomes expectations; the agent repeats
// what the recorded agent did. It plays nothing itself.
//
// Start reading at Compile, then at compiler.observation, which says for each
// kind of line what becomes of it.
package replay

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// Compile reads rec to its end and returns it as a scenario of one revision,
// every value of which has its line of the recording as its place. Where the
// recorded gateway deviated from a rule, what the rule wants is expected.
//
// A recording that cannot be read, or holds something that cannot be played
// yet, is a *recording.Problem, which names the line. If it can be read up to a
// line, what stands before that is returned beside the problem, as a recording
// that was cut short. Deviations that no longer apply are a scenario.Errors.
// Warnings are in rec.
func Compile(rec *recording.Reader, deviations []Deviation) (*scenario.Scenario, error) {
	t, broken := readTape(rec)
	if t == nil || t.revision == "" {
		return nil, broken
	}
	if broken != nil { // the entries may be about what cannot be read
		deviations = slices.DeleteFunc(slices.Clone(deviations), func(d Deviation) bool { return t.index(d.Seq) < 0 })
	}
	s, err := t.compile(deviations)
	if err != nil {
		return nil, cmp.Or(broken, err)
	}
	return s, broken
}

func (t *tape) compile(deviations []Deviation) (*scenario.Scenario, error) {
	if err := t.correct(deviations); err != nil {
		return nil, err
	}
	answers := bindRequests(t)
	if t.wireOnly {
		t.makeTurns()
	}
	c := &compiler{tape: t, answers: answers.bound, cues: t.cues(), derived: t.derive(answers.answered), unplayed: map[string]int{}}
	var err error
	if c.turns, err = pairTurns(t, c.derived); err != nil {
		return nil, err
	}
	for _, l := range t.lines {
		if err := c.line(l); err != nil {
			return nil, t.problemAt(l, err)
		}
	}
	s, err := head(t)
	if err != nil {
		return nil, err
	}
	s.Agent = c.turns.rules
	s.Steps = inTime(c.steps)
	s.Notes = c.notes()
	return s, nil
}

// compiler puts the steps of one recording together.
type compiler struct {
	tape      *tape
	answers   map[int]string // the connector's messages that answer a request, by seq
	turns     turns
	cues      cues
	derived   map[int][]*derived // calls that no line tells of, by the seq of their frame
	connected bool               // the first connect was seen, which a gateway does on its own
	unplayed  map[string]int     // lines of calls that are not played, by the call
	steps     []placed
}

// line adds what becomes of one line and what stands around it.
func (c *compiler) line(l *line) error {
	if l.made {
		return c.observation(l)
	}
	seq := l.Observation.Seq
	c.doAll(l, c.cues.before[seq])
	for _, d := range c.derived[seq] {
		step := scenario.Step{Agent: d.call}
		if d.signal != "" {
			step = scenario.Step{Signal: d.signal}
		}
		c.do(l, step)
	}
	if err := c.observation(l); err != nil {
		return err
	}
	c.doAll(l, c.cues.after[seq])
	return nil
}

// notes says what of the recording is not played.
func (c *compiler) notes() []string {
	var calls []string
	for _, name := range slices.Sorted(maps.Keys(c.unplayed)) {
		calls = append(calls, fmt.Sprintf("%s (%d)", name, c.unplayed[name]))
	}
	if calls == nil {
		return nil
	}
	return []string{"calls that are not played but for the frames that show them: " + strings.Join(calls, ", ")}
}

// observation adds what becomes of one line.
func (c *compiler) observation(l *line) error {
	o, pos := l.Observation, c.tape.pos(l)
	switch o.Kind {
	case trace.Open:
		c.expect(l, scenario.Expectation{Open: opened(o, pos)})
	case trace.Frame:
		if o.From == trace.Connector {
			c.say(l)
			return nil
		}
		return c.expectFrames(l)
	case trace.Close:
		c.closed(l)
	case trace.Routed:
		if l.made {
			return nil
		}
		e, err := c.routed(l)
		if err != nil {
			return err
		}
		c.expect(l, scenario.Expectation{Event: e})
	case trace.Interrupted:
		c.expect(l, scenario.Expectation{Interrupted: &scenario.Interrupted{
			Session: text(o.SessionKey, pos), Chat: text(o.ChatID, pos), Active: value(o.ActiveTurn, pos),
		}})
	case trace.Agent:
		return c.call(l)
	case trace.State, trace.Note, trace.Answer, trace.Buffered, trace.Wake:
		// What a gateway called its state and what a connector did inside is
		// not between the two.
	}
	return nil
}

// do adds a stimulus where its line stands.
func (c *compiler) do(l *line, s scenario.Step) {
	c.place(l, s, placed{place: l.at})
}

func (c *compiler) doAll(l *line, steps []scenario.Step) {
	for _, s := range steps {
		c.do(l, s)
	}
}

// begin adds a stimulus where the call of its line began.
func (c *compiler) begin(l *line, s scenario.Step) {
	o := l.Observation
	if o.After == 0 && o.CalledAt == 0 {
		c.do(l, s)
		return
	}
	c.place(l, s, placed{place: place{o.After, o.CalledAt}, call: true})
}

// expect adds expectations where their line stands.
func (c *compiler) expect(l *line, list ...scenario.Expectation) {
	for i := range list {
		list[i].Pos = c.tape.pos(l)
	}
	c.do(l, scenario.Step{Expect: list})
}

func (c *compiler) place(l *line, s scenario.Step, p placed) {
	s.Pos = c.tape.pos(l)
	p.step = s
	c.steps = append(c.steps, p)
}

// placed is a step and where it stands.
type placed struct {
	place
	call bool // after the observation, not in its place
	step scenario.Step
}
