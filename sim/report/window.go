package report

import (
	"github.com/relaysim/relaysim/sim/trace"
	"github.com/relaysim/relaysim/sim/verdict"
)

// How much of a trace is shown around what a problem is about.
const (
	linesBefore = 8
	linesAfter  = 3
	linesAtEnd  = 14 // where no problem is about anything
)

// shown is one line of a window.
type shown struct {
	o       *trace.Observation
	blamed  bool // a problem is about it
	nearest bool // it came closest to what was wanted
	skipped int  // how many observations were left out before it
}

// window picks what to show of a run: all of it, or what surrounds its
// problems. left is how many observations at the end were left out.
func window(r *verdict.Result, all bool) (lines []shown, left int) {
	blamed, nearest := map[int]bool{}, map[int]bool{}
	keep := map[int]bool{}
	around := func(seq int) {
		for s := seq - linesBefore; s <= seq+linesAfter; s++ {
			keep[s] = true
		}
	}
	for _, p := range r.Problems {
		if p.Seq > 0 {
			blamed[p.Seq] = true
			around(p.Seq)
		}
		if p.Nearest != nil {
			nearest[p.Nearest.Seq] = true
			keep[p.Nearest.Seq] = true
		}
	}
	tail := len(blamed) == 0
	for i, o := range r.Trace {
		inTail := tail && i >= len(r.Trace)-linesAtEnd
		if !all && !inTail && !keep[o.Seq] {
			left++
			continue
		}
		lines = append(lines, shown{o: o, blamed: blamed[o.Seq], nearest: nearest[o.Seq], skipped: left})
		left = 0
	}
	return lines, left
}
