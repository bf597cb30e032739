// Package report turns verdicts into what people and machines read: text for a
// terminal or a pipe, JSON lines, JUnit XML and GitHub annotations. It knows
// neither the player nor the recording format. Start at Reporter.
package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/relaysim/relaysim/sim/verdict"
)

// Entry is one verdict to report.
type Entry struct {
	*verdict.Result
	// Group is what the run is summed up under in text, such as its folder.
	// Empty means a line of its own.
	Group string
	// Saved is where the failed run's trace was written; empty if nowhere.
	Saved string
	// Target is what was under test, where there are several. Empty: there is one.
	Target string
	// Stale says that it is about a known failure that is none any more, and not
	// about a run.
	Stale bool
}

// label names the run in one revision, and on one target where there are several.
func (e Entry) label() string {
	where := e.Revision
	switch {
	case where == "":
		where = e.Target
	case e.Target != "":
		where += ", " + e.Target
	}
	if where == "" {
		return e.Name
	}
	return e.Name + " [" + where + "]"
}

// at is the place of a problem of the run: that of the run where none is to
// blame alone, as for a broken law.
func (e Entry) at(p verdict.Problem) string {
	if p.At == "" {
		return place(e)
	}
	return p.At
}

// Reporter is told of each verdict, in the order to be shown, and of the end.
// Only one goroutine calls it.
type Reporter interface {
	Add(e Entry)
	// End writes what is left and returns the first error of any write.
	End(s Summary) error
}

// Summary counts a run's verdicts. The zero Summary is that of a run that did
// nothing, which is not OK.
type Summary struct {
	Passed, Failed, Skipped, NotJudged int
	// Known counts the failures that are known, which are not among Skipped.
	Known int
	// NotRun counts what was selected and never began: after the first failure
	// with fail-fast, or after an interrupt.
	NotRun int
	// Interrupted says that the run was stopped from outside.
	Interrupted bool
	// Seed made the order in which the runs began; 0 for that of the files.
	Seed uint64
	// Compared and Of count the fields that were compared with a gateway of
	// somebody else's, and that the steps expect of it. Of is 0 for the built-in
	// one.
	Compared, Of int
	// Settled counts the runs that could not ask the gateway whether it was done.
	Settled int
	// Elapsed is the real time of the whole run.
	Elapsed time.Duration
}

// Add counts one verdict.
func (s *Summary) Add(r *verdict.Result) {
	if c := r.Compared; c != nil {
		s.Compared, s.Of = s.Compared+c.Fields, s.Of+c.Of
		if c.Settled {
			s.Settled++
		}
	}
	switch {
	case r.Known != nil:
		s.Known++
	case r.Outcome == verdict.Passed:
		s.Passed++
	case r.Outcome == verdict.Failed:
		s.Failed++
	case r.Outcome == verdict.Skipped:
		s.Skipped++
	default:
		s.NotJudged++
	}
}

// OK reports whether the run is a pass: something passed, or failed as is known,
// nothing else failed, everything was judged and nobody interrupted it.
func (s Summary) OK() bool {
	return s.Passed+s.Known > 0 && s.Failed == 0 && s.NotJudged == 0 && !s.Interrupted
}

// String is the last line of a report, such as "12 passed, 0 failed, 1 skipped".
func (s Summary) String() string {
	line := fmt.Sprintf("%d passed, %d failed", s.Passed, s.Failed)
	if s.Skipped > 0 {
		line += fmt.Sprintf(", %d skipped", s.Skipped)
	}
	if s.Known > 0 {
		line += fmt.Sprintf(", %d known to fail", s.Known)
	}
	if s.Of > 0 {
		line += fmt.Sprintf("; compared %d of %d fields", s.Compared, s.Of)
	}
	if s.Settled > 0 {
		line += fmt.Sprintf("; %d not synced", s.Settled)
	}
	return line
}

// outcome is the worst one counted.
func (s Summary) outcome() verdict.Outcome {
	switch {
	case s.Failed > 0:
		return verdict.Failed
	case s.NotJudged > 0:
		return verdict.NotJudged
	case s.Passed > 0:
		return verdict.Passed
	}
	return verdict.Skipped
}

// counts is what was counted, such as "12 passed, 1 skipped".
func (s Summary) counts() string {
	var parts []string
	for _, c := range []struct {
		n    int
		what string
	}{{s.Passed, "passed"}, {s.Failed, "failed"}, {s.Skipped, "skipped"}, {s.Known, "known to fail"}, {s.NotJudged, "not judged"}} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprint(c.n, " ", c.what))
		}
	}
	if s.Compared < s.Of {
		parts = append(parts, fmt.Sprintf("compared %d of %d fields", s.Compared, s.Of))
	}
	return strings.Join(parts, ", ")
}
