package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/verdict"
)

// TextOptions says how text looks.
type TextOptions struct {
	// Colour paints for a terminal.
	Colour bool
	// Traces shows every run with the whole of its trace, whatever its outcome.
	Traces bool
	// Width is the columns of a terminal, beyond which what happened is cut. Zero
	// cuts nothing.
	Width int
}

// Text reports for people: each group on one line, and whatever did not pass
// with its reasons.
type Text struct {
	w *bufio.Writer
	o TextOptions
	palette
	group string  // the group that is being counted; empty for none
	count Summary // of group
	spent time.Duration
	left  leftOut // of all
}

// NewText returns a Reporter that writes text to w. What a verdict says is
// written before Add returns.
func NewText(w io.Writer, o TextOptions) *Text {
	return &Text{w: bufio.NewWriter(w), o: o, palette: palette{o.Colour}}
}

// Add writes one verdict or counts it to its group.
func (t *Text) Add(e Entry) {
	if e.Group != t.group {
		t.closeGroup()
		t.group = e.Group
	}
	t.count.Add(e.Result)
	t.spent += e.Elapsed
	t.left.add(e.Result)
	if e.Group == "" || t.o.Traces || !unremarkable(e.Result) {
		t.run(e)
	}
	t.w.Flush()
}

// unremarkable says whether a run of a group is only counted.
func unremarkable(r *verdict.Result) bool {
	return len(r.Problems) == 0 && (r.Outcome == verdict.Passed || r.Outcome == verdict.Skipped && r.Known == nil)
}

// End writes the last group, what is worth knowing of the run, and as the last
// line the summary.
func (t *Text) End(s Summary) error {
	t.closeGroup()
	if lines := t.left.reasons(); len(lines) > 0 {
		t.print("%s%s:\n", t.yellow("skipped"), t.hint())
		for _, line := range lines {
			t.print("%s\n", line)
		}
	}
	if paths := t.left.paths(); paths != "" {
		t.print("%s, in so many runs: %s\n", t.yellow("not reported, so not compared"), paths)
	}
	if s.NotJudged > 0 {
		t.print("%s\n", t.yellow(fmt.Sprintf("%d not judged", s.NotJudged)))
	}
	if s.NotRun > 0 {
		t.print("%s\n", t.yellow(fmt.Sprintf("%d not run", s.NotRun)))
	}
	last := t.green
	if !s.OK() {
		last = t.red
	}
	t.print("%s\n", last(s.String()))
	return t.w.Flush()
}

// hint says how the runs are named that are only counted.
func (t *Text) hint() string {
	if t.o.Traces {
		return ""
	}
	return " (-v names each)"
}

// run writes the verdict on one run.
func (t *Text) run(e Entry) {
	head := fmt.Sprintf("%s  %s  %s", t.mark(e.Outcome), t.bold(plain(e.label())), t.faint(place(e)))
	if e.Outcome == verdict.NotJudged && len(e.Problems) == 0 { // it was cut off: what it did until then says nothing
		head, e.Reason = head+"  "+plain(e.Reason), ""
	}
	t.print("%s\n", strings.TrimRight(head, " "))
	if e.Reason != "" {
		t.print("      %s\n", plain(e.Reason))
	}
	if e.Outcome == verdict.Failed && len(e.Covers) > 0 {
		t.print("      it asserts %s\n", plain(strings.Join(e.Covers, ", ")))
	}
	if e.Known == nil || t.o.Traces { // what is known need not be read again
		for _, p := range e.Problems {
			t.problem(e, p)
		}
	}
	if e.Compared != nil && (e.Outcome == verdict.Failed || t.o.Traces) {
		t.print("      %s\n", plain(compared(e.Compared)))
	}
	if !e.Stale && (e.Outcome == verdict.Failed || t.o.Traces) {
		t.trace(e)
		t.said(e.Said)
	}
	if e.Saved != "" {
		t.print("      saved in %s\n", e.Saved)
	}
}

func (t *Text) problem(e Entry, p verdict.Problem) {
	where := ""
	if at := e.at(p); at != "" {
		where = escape(at) + ": "
	}
	if p.Rule != "" {
		where += p.Rule + ": "
	}
	text := strings.TrimRight(cutSecrets(p.Text), "\n")
	for i, l := range strings.Split(text, "\n") {
		if i == 0 {
			t.print("      %s%s\n", t.bold(where), escape(l))
			continue
		}
		t.print("        %s\n", escape(l))
	}
	if p.Nearest != nil {
		t.print("        %s\n", t.fit(fmt.Sprintf("nearest is %d: %s", p.Nearest.Seq, happened(p.Nearest))))
	}
	for _, d := range p.Diffs {
		t.print("          %swant %s, got %s\n", at(d), t.green(plain(d.Want)), t.red(plain(d.Got)))
	}
	if p.Add != "" {
		t.print("        to expect it, add: %s\n", escape(cutSecrets(p.Add)))
	}
}

// margin is what stands before each line of a trace.
const margin = 8

// fit cuts a line that stands behind the margin to the terminal.
func (t *Text) fit(line string) string {
	if t.o.Width == 0 {
		return line
	}
	return cutOff(line, t.o.Width-margin)
}

// at introduces a diff. It is empty where the value as a whole differs.
func at(d match.Diff) string {
	if d.Path == "" {
		return ""
	}
	return escape(d.Path) + ": "
}

func (t *Text) trace(e Entry) {
	lines, left := window(e.Result, t.o.Traces)
	if len(lines) == 0 {
		t.print("      nothing happened\n")
		return
	}
	t.print("      trace%s:\n", legend(lines))
	for _, l := range lines {
		if l.skipped > 0 {
			t.print("        %s\n", t.faint(fmt.Sprintf("… %d more", l.skipped)))
		}
		switch {
		case l.blamed:
			t.print("      > %s\n", t.red(t.fit(line(l.o))))
		case l.nearest:
			t.print("      ~ %s\n", t.yellow(t.fit(line(l.o))))
		default:
			t.print("        %s\n", t.faint(t.fit(line(l.o))))
		}
	}
	if left > 0 {
		t.print("        %s\n", t.faint(fmt.Sprintf("… %d more", left)))
	}
}

// legend explains the marks that are there.
func legend(lines []shown) string {
	if slices.ContainsFunc(lines, func(l shown) bool { return l.blamed || l.nearest }) {
		return " (> went wrong, ~ came nearest)"
	}
	return ""
}

// closeGroup writes the line of the group that ends.
func (t *Text) closeGroup() {
	if t.group != "" {
		t.print("%s  %-24s %s  %s\n", t.mark(t.count.outcome()), t.group, t.count.counts(), t.faint(t.spent.Round(time.Millisecond).String()))
	}
	t.group, t.count, t.spent = "", Summary{}, 0
}

func (t *Text) mark(o verdict.Outcome) string {
	switch o {
	case verdict.Passed:
		return t.green("ok  ")
	case verdict.Failed:
		return t.red("FAIL")
	case verdict.Skipped:
		return t.yellow("skip")
	}
	return t.yellow("????")
}

// print keeps the first error of w for End's Flush, as bufio does.
func (t *Text) print(format string, args ...any) { fmt.Fprintf(t.w, format, args...) }

func place(e Entry) string {
	if e.Line == 0 {
		return escape(e.File)
	}
	return fmt.Sprintf("%s:%d", escape(e.File), e.Line)
}
