package report

import (
	"slices"

	"github.com/relaysim/relaysim/sim/verdict"
)

// grid is what became of every run on every target. The zero grid takes none; see
// newGrid. One goroutine uses it.
type grid struct {
	targets int
	byRun   map[gridRun]*row
	rows    []*row // in the order in which they came
}

type gridRun struct{ file, name, revision string }

// row is one run.
type row struct {
	Name, Revision, File string
	Line                 int
	// On has the verdict of each target, by its number; nil where it was not
	// played, such as in another revision.
	On []*verdict.Result
}

// newGrid returns a grid of so many targets.
func newGrid(targets int) *grid { return &grid{targets: targets, byRun: map[gridRun]*row{}} }

// add takes in a verdict on the target with this number. It keeps the result
// without its trace.
func (g *grid) add(target int, r *verdict.Result) {
	key := gridRun{r.File, r.Name, r.Revision}
	to := g.byRun[key]
	if to == nil {
		to = &row{Name: r.Name, Revision: r.Revision, File: r.File, Line: r.Line, On: make([]*verdict.Result, g.targets)}
		g.byRun[key] = to
		g.rows = append(g.rows, to)
	}
	kept := *r
	kept.Trace = nil
	to.On[target] = &kept
}

// differ are the rows whose targets do not all end in the same way: those that
// fail on some, or the others.
func (g *grid) differ(fails bool) []*row {
	return g.where(func(r *row) bool { return !r.same() && r.fails() == fails })
}

// alike are the other rows, where what they all end in is this.
func (g *grid) alike(o verdict.Outcome) []*row {
	return g.where(func(r *row) bool { return r.same() && r.first().Outcome == o })
}

func (g *grid) where(want func(*row) bool) (list []*row) {
	for _, r := range g.rows {
		if want(r) {
			list = append(list, r)
		}
	}
	return list
}

// same says whether all targets that it was played on ended in the same way. What
// is known to fail is not what is skipped.
func (r *row) same() bool {
	first := r.first()
	for _, on := range r.On {
		if on != nil && (on.Outcome != first.Outcome || (on.Known == nil) != (first.Known == nil)) {
			return false
		}
	}
	return true
}

// fails says whether a target fails, or was not judged.
func (r *row) fails() bool {
	return slices.ContainsFunc(r.On, func(on *verdict.Result) bool {
		return on != nil && (on.Outcome == verdict.Failed || on.Outcome == verdict.NotJudged)
	})
}

func (r *row) first() *verdict.Result {
	for _, on := range r.On {
		if on != nil {
			return on
		}
	}
	return &verdict.Result{}
}
