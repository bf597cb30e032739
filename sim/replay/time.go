package replay

import (
	"cmp"
	"slices"
	"time"

	"github.com/relaysim/relaysim/sim/scenario"
)

// tick is the smallest gap that is played. The clock of a replay is at most
// this far behind the recorded one, and never ahead of it.
const tick = time.Millisecond

// inTime puts steps in their order, with the recorded time passing between
// them: a timeout, a back-off or a typing that fell into a gap falls into it
// again.
func inTime(list []placed) []scenario.Step {
	slices.SortStableFunc(list, func(a, b placed) int {
		switch {
		case a.seq != b.seq:
			return cmp.Compare(a.seq, b.seq)
		case a.call && b.call:
			return cmp.Compare(a.at, b.at)
		case a.call:
			return 1
		case b.call:
			return -1
		}
		return 0
	})
	var steps []scenario.Step
	var now time.Duration
	for i, p := range list {
		if i == 0 {
			now = p.at
		}
		if gap := p.at - now; gap >= tick {
			steps = append(steps, scenario.Step{Pos: p.step.Pos, Advance: gap})
			now = p.at
		}
		steps = append(steps, p.step)
	}
	return steps
}
