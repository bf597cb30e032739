package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/relaysim/relaysim/sim/verdict"
)

// Matrix reports several targets for people: a column each. First the runs that
// end differently, those that fail before those that are skipped, then those that fail on all, then what each target came to.
type Matrix struct {
	Text    // how it looks
	targets []string
	grid    *grid
	sums    []Summary
}

// NewMatrix returns a Reporter of targets with these names. It writes to w, all of
// it in End.
func NewMatrix(w io.Writer, o TextOptions, targets []string) *Matrix {
	return &Matrix{
		Text:    Text{w: bufio.NewWriter(w), o: o, palette: palette{o.Colour}},
		targets: targets, grid: newGrid(len(targets)), sums: make([]Summary, len(targets)),
	}
}

// Add keeps one verdict. One that is of no run, a known failure that is stale, is
// written at once.
func (m *Matrix) Add(e Entry) {
	for i, name := range m.targets {
		if name == e.Target && !e.Stale {
			m.grid.add(i, e.Result)
			m.sums[i].Add(e.Result)
			return
		}
	}
	m.run(e)
}

// End writes everything, and as the last line the summary of all targets.
func (m *Matrix) End(s Summary) error {
	m.rows("fail on some", m.grid.differ(true))
	m.rows("skipped on some", m.grid.differ(false))
	m.rows("failed on all", m.grid.alike(verdict.Failed))
	if n := len(m.grid.alike(verdict.Passed)); n > 0 {
		m.print("passed on all: %d\n", n)
	}
	if n := len(m.grid.alike(verdict.Skipped)); n > 0 {
		m.print("skipped on all, or known to fail: %d\n", n)
	}
	m.summaries(s.Known > 0)
	return m.Text.End(s)
}

// summaries writes a line for each target.
func (m *Matrix) summaries(known bool) {
	width, head := 6, ""
	for _, name := range m.targets {
		width = max(width, len([]rune(plain(name))))
	}
	if known {
		head = "  known"
	}
	m.print("\n%-*s  passed  failed  skipped%s\n", width, "target", head)
	for i, name := range m.targets {
		t, last := m.sums[i], ""
		if known {
			last = fmt.Sprintf("  %5d", t.Known)
		}
		m.print("%-*s  %6d  %6d  %7d%s\n", width, plain(name), t.Passed, t.Failed, t.Skipped, last)
	}
}

// rows writes runs with a mark for each target and why it did not pass.
func (m *Matrix) rows(head string, rows []*row) {
	if len(rows) == 0 {
		return
	}
	m.print("%s: %d\n", head, len(rows))
	m.print("  %s\n", strings.TrimRight(strings.Join(m.columns(), "  "), " "))
	for _, r := range rows {
		var marks []string
		for i, on := range r.On {
			marks = append(marks, m.cell(on)+strings.Repeat(" ", m.width(i)-4))
		}
		e := Entry{Result: &verdict.Result{Name: r.Name, Revision: r.Revision, File: r.File, Line: r.Line}}
		m.print("  %s  %s  %s\n", strings.Join(marks, "  "), m.bold(plain(e.label())), m.faint(place(e)))
		for i, on := range r.On {
			if on != nil && on.Outcome != verdict.Passed {
				m.print("      %s: %s\n", plain(m.targets[i]), plain(why(on)))
			}
		}
	}
	m.print("\n")
}

func (m *Matrix) columns() (heads []string) {
	for i, name := range m.targets {
		heads = append(heads, fmt.Sprintf("%-*s", m.width(i), plain(name)))
	}
	return heads
}

// width is that of a column, in characters: a mark has four.
func (m *Matrix) width(i int) int { return max(4, len([]rune(plain(m.targets[i])))) }

func (m *Matrix) cell(on *verdict.Result) string {
	if on == nil {
		return "-   "
	}
	return m.mark(on.Outcome)
}

// why says in one line why a run did not pass, and where.
func why(r *verdict.Result) string {
	if r.Outcome != verdict.Failed || len(r.Problems) == 0 {
		return r.Reason
	}
	p, e := r.Problems[0], Entry{Result: r}
	text := headline(e)
	if len(p.Diffs) > 0 {
		text += fmt.Sprintf(" (%swant %s, got %s)", at(p.Diffs[0]), p.Diffs[0].Want, p.Diffs[0].Got)
	}
	if p.Rule != "" {
		text = p.Rule + ": " + text
	}
	return e.at(p) + ": " + text
}
