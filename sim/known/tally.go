package known

import "github.com/relaysim/relaysim/sim/verdict"

// Tally is what became of the runs that were played, beside the entries of a
// file. One goroutine uses it.
type Tally struct {
	file    *File
	all     []Run
	passed  map[Run]bool   // in one round at least
	failed  map[Run]string // why, in one line
	order   []Run          // those that failed
	skipped map[Run]bool   // on one target at least, which cannot do it
	undone  map[Run]bool   // that were not judged
}

// NewTally returns a tally of no runs. An entry is not stale before each run of
// all that it means has been added.
func NewTally(f *File, all []Run) *Tally {
	return &Tally{
		file: f, all: all,
		passed: map[Run]bool{}, failed: map[Run]string{}, skipped: map[Run]bool{}, undone: map[Run]bool{},
	}
}

// Add takes in the verdict on one round of a run, excused or not.
func (t *Tally) Add(run Run, r *verdict.Result) {
	switch {
	case r.Outcome == verdict.Failed || r.Known != nil:
		if _, again := t.failed[run]; !again {
			t.order = append(t.order, run)
			t.failed[run] = reason(r)
		}
	case r.Outcome == verdict.Passed:
		t.passed[run] = true
	case r.Outcome == verdict.Skipped:
		t.skipped[run] = true
	default:
		t.undone[run] = true
	}
}

// stale says whether an entry has no failure any more: of the runs that it means
// all were played, and have passed in all their rounds where they could be.
func (t *Tally) stale(e *Entry) bool {
	if t.means(e, t.undone) {
		return false
	}
	for _, run := range t.all {
		if t.file.find(run) == e && !t.passed[run] && !t.skipped[run] {
			return false
		}
	}
	for run := range t.failed {
		if t.file.find(run) == e {
			return false
		}
	}
	return t.means(e, t.passed)
}

func (t *Tally) means(e *Entry, runs map[Run]bool) bool {
	for run := range runs {
		if t.file.find(run) == e {
			return true
		}
	}
	return false
}

// Stale are the entries whose runs pass now. An entry none of whose runs
// passed is not stale.
func (t *Tally) Stale() []Entry {
	var list []Entry
	for i := range t.file.Entries {
		if e := &t.file.Entries[i]; t.stale(e) {
			list = append(list, *e)
		}
	}
	return list
}

// New are entries for the failures that are not known.
func (t *Tally) New() []Entry {
	var list []Entry
	listed := map[Run]bool{}
	for _, run := range t.order {
		said := Run{Scenario: run.Scenario, Revision: run.Revision, Target: run.Target} // in whichever file
		if t.file.find(run) == nil && !listed[said] {
			listed[said] = true
			list = append(list, Entry{Scenario: run.Scenario, Revision: run.Revision, Target: run.Target, Reason: t.failed[run]})
		}
	}
	return list
}
