package replay

import (
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// cues are the steps that no line stands for but that the lines tell of: what
// the gateway was told, and how the connector must answer the next upgrade.
type cues struct{ before, after map[int][]scenario.Step } // a line, by its seq

func (t *tape) cues() cues {
	c := cues{before: map[int][]scenario.Step{}, after: map[int][]scenario.Step{}}
	lives := t.lives()
	var last *trace.Observation // the open before
	for _, l := range t.lines {
		o := l.Observation
		if o.Kind == trace.Open {
			d := t.doors[o.Conn]
			switch {
			case last != nil:
				c.after[last.Seq] = d.turn(t.doors[last.Conn])
			case d.status != 0:
				c.before[o.Seq] = append(d.turn(door{refused: d.refused}), scenario.Step{Gateway: "connect"})
			}
			last = o
		}
		if step := lives[o.Seq]; step != "" {
			c.before[o.Seq] = append(c.before[o.Seq], scenario.Step{Gateway: step})
		}
	}
	return c
}
