package replay

import (
	"time"

	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// cues are the steps that no line stands for but that the lines tell of: what
// the gateway was told, and how the connector must answer the next upgrade.
type cues struct {
	compiler *compiler
	doors    map[int]door // by socket
	last     *line        // the open before
	life     life
	ends     map[time.Duration]bool // when the gateway was told to end its life
}

func newCues(c *compiler) *cues {
	return &cues{compiler: c, doors: map[int]door{}, life: newLife(c), ends: map[time.Duration]bool{}}
}

// lookAhead takes in a line.
func (c *cues) lookAhead(l *line) {
	o := l.Observation
	if o.Kind == trace.Open {
		d := doorOf(o)
		c.doors[o.Conn] = d
		switch {
		case c.last != nil:
			c.after(c.last, d.turn(c.doors[c.last.Observation.Conn]))
		case d.status != 0:
			l.before = append(d.turn(door{refused: d.refused}), scenario.Step{Gateway: "connect"})
		}
		c.last = l
	}
	step, at := c.life.after(l, c.doors[o.Conn])
	if t := c.compiler.tape; step == "" || t.told && (t.whole || at.Observation.Seq <= t.toldUntil) {
		return
	}
	if step != "connect" {
		c.ends[at.Observation.At] = true
	}
	at.life = step
}

// after puts steps behind a line; or before the next one, if it was compiled
// already.
func (c *cues) after(l *line, steps []scenario.Step) {
	if l.past {
		c.compiler.late = append(c.compiler.late, steps...)
		return
	}
	l.after = append(l.after, steps...)
}
