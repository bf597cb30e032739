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

// never is after every line.
const never = int(^uint(0) >> 1)

// steps puts steps in their order, with the recorded time passing between them:
// a timeout, a back-off or a typing that fell into a gap falls into it again.
type steps struct {
	early []scenario.Step // before all others
	list  []placed        // in order
	given int             // up to this seq
	began bool
	now   time.Duration
}

// placed is a step and where it stands.
type placed struct {
	place
	call bool // after the observation, not in its place
	step scenario.Step
}

func (a placed) compare(b placed) int {
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
}

// add puts a step behind those that stand at the same place. It nearly always
// is the last one.
func (s *steps) add(p placed) {
	i := len(s.list)
	for i > 0 && s.list[i-1].compare(p) > 0 {
		i--
	}
	s.list = slices.Insert(s.list, i, p)
}

// give gives out the steps that stand before the observation seq.
func (s *steps) give(seq int, perform func(*scenario.Step) error) error {
	for i := range s.early {
		if err := perform(&s.early[i]); err != nil {
			return err
		}
	}
	s.early = nil
	n := 0
	for ; n < len(s.list) && s.list[n].seq < seq; n++ {
		p := &s.list[n]
		if !s.began {
			s.began, s.now = true, p.at
		}
		if gap := p.at - s.now; gap >= tick {
			if err := perform(&scenario.Step{Pos: p.step.Pos, Advance: gap}); err != nil {
				return err
			}
			s.now = p.at
		}
		if err := perform(&p.step); err != nil {
			return err
		}
	}
	s.list = slices.Clone(s.list[n:])
	s.given = max(s.given, seq)
	return nil
}
