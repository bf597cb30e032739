package replay

import (
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// compiler makes steps of the lines that are about one gateway.
type compiler struct {
	tape  *tape
	reel  *reel
	actor *actor

	// What looks ahead.
	joiner   joiner
	requests *requests
	cues     *cues
	told     *told
	wire     *wire       // nil where lines tell of turns
	opens    int         // sockets so far
	sockets  map[int]int // which a connection is, from 1

	// What follows.
	own       *own
	knows     *known
	turns     *turns
	connected bool            // the first connect was seen, which a gateway does on its own
	late      []scenario.Step // that should have stood before lines which are compiled already
}

func newCompiler(r *reel, a *actor, number int) *compiler {
	c := &compiler{tape: r.tape, reel: r, actor: a, joiner: joiner{}, sockets: map[int]int{}, requests: newRequests(remembered * r.tape.window), told: newTold(r.tape.window)}
	c.cues = newCues(c)
	if c.tape.wireOnly {
		c.wire = newWire(c)
	}
	c.own, c.knows, c.turns = newOwn(c), newKnown(c.tape), newTurns(c, number)
	return c
}

// lookAhead takes in a line that will be compiled later.
func (c *compiler) lookAhead(l *line) {
	if l.Observation.Kind == trace.Open {
		c.opens++
		c.sockets[l.Observation.Conn] = c.opens
	}
	l.socket = c.sockets[l.Observation.Conn]
	c.requests.lookAhead(l)
	c.cues.lookAhead(l)
	c.told.lookAhead(l)
	if c.wire != nil {
		c.wire.lookAhead(l)
	}
}

// compile adds what becomes of a line, and of those that are made of it.
func (c *compiler) compile(l *line) error {
	c.requests.settle(l)
	c.told.forget(l)
	lines := []*line{l}
	if c.wire != nil {
		lines = c.wire.lines(l)
	}
	for _, l := range lines {
		if err := c.line(l); err != nil {
			return err
		}
	}
	return nil
}

// end says that there are no more lines.
func (c *compiler) end() { c.turns.end() }

// line adds what becomes of one line and what stands around it.
func (c *compiler) line(l *line) error {
	calls := c.derive(l)
	done, err := c.turns.take(l, calls)
	switch {
	case err != nil:
		return err
	case l.made:
		return c.observation(l, done)
	}
	c.doAll(l, c.late)
	c.late = nil
	c.doAll(l, l.before)
	if l.life != "" {
		c.do(l, scenario.Step{Gateway: l.life})
	}
	for _, d := range calls {
		step := scenario.Step{Agent: d.call}
		if d.done != nil {
			step = scenario.Step{Tell: d.done}
		}
		c.do(l, step)
	}
	if err := c.observation(l, done); err != nil {
		return err
	}
	c.doAll(l, l.after)
	return nil
}

// observation adds what becomes of one line. done is what the agent is told to
// do in its turn, where the line tells of that.
func (c *compiler) observation(l *line, done *scenario.Telling) error {
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
		return c.call(l, done)
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
func (c *compiler) begin(l *line, s scenario.Step) error {
	o := l.Observation
	if o.After == 0 && o.CalledAt == 0 {
		c.do(l, s)
		return nil
	}
	if o.After < c.reel.steps.given {
		return c.tape.tooLong(o.Call)
	}
	c.place(l, s, placed{place: place{o.After, o.CalledAt}, call: true})
	return nil
}

// expect adds expectations where their line stands.
func (c *compiler) expect(l *line, list ...scenario.Expectation) {
	for i := range list {
		list[i].Pos = c.tape.pos(l)
		list[i].On, list[i].Socket = c.actor.name, l.socket
	}
	c.place(l, scenario.Step{Expect: list}, placed{place: l.at})
}

func (c *compiler) place(l *line, s scenario.Step, p placed) {
	s.Pos = c.tape.pos(l)
	if s.Expect == nil {
		s.To = c.actor.name
	}
	p.step = s
	c.reel.steps.add(p)
}

// early adds a step before all others that are still to be given out.
func (c *compiler) early(s scenario.Step, pos scenario.Pos) {
	s.Pos, s.To = pos, c.actor.name
	c.reel.steps.early = append(c.reel.steps.early, s)
}
