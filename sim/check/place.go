package check

import (
	"fmt"
	"slices"
)

// places know the line of each observation. Lines and seqs run side by side but
// for the gaps, so only those are kept.
type places struct{ gaps []gap }

// gap is where the distance between seq and line changes.
type gap struct{ seq, line int }

// mostGaps bounds what a strange file can make it keep. Beyond it lines are not
// known.
const mostGaps = 10_000

func (p *places) add(seq, line int) {
	if n := len(p.gaps); n > 0 && line-seq == p.gaps[n-1].line-p.gaps[n-1].seq || n > mostGaps {
		return
	}
	p.gaps = append(p.gaps, gap{seq, line})
}

// of is where an observation of a file stands; the file's first line for none.
func (p *places) of(file string, seq int) string {
	i, found := slices.BinarySearchFunc(p.gaps, seq, func(g gap, seq int) int { return g.seq - seq })
	if !found {
		i--
	}
	switch {
	case seq == 0, i < 0:
		return file + ":1"
	case i >= mostGaps:
		return file
	}
	return fmt.Sprintf("%s:%d", file, p.gaps[i].line+seq-p.gaps[i].seq)
}
