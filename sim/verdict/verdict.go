// Package verdict says how a run ended: one Result for each scenario and
// revision, with every problem found. It imports trace and match, and nothing
// that plays, prints or parses.
package verdict

import (
	"time"

	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/trace"
)

// Outcome is one of four. The zero Outcome is NotJudged, so that forgetting to
// judge is never a pass.
type Outcome int

// The outcomes.
const (
	NotJudged Outcome = iota
	Passed
	Failed
	Skipped
)

func (o Outcome) String() string {
	return [...]string{"not judged", "passed", "failed", "skipped"}[o]
}

// Result is the verdict on one scenario or recording in one revision.
type Result struct {
	Name     string   // the scenario's name
	File     string   // the file it came from
	Line     int      // where it begins in File
	Revision string   // such as 2026-08
	Covers   []string // rule ids it asserts
	Tags     []string
	Outcome  Outcome
	Reason   string // why it was skipped or not judged
	Known    *Known // set where it failed and that is known; its Outcome is Skipped then
	Problems []Problem
	Trace    []*trace.Observation // everything that happened
	Said     []string             // the last that the program under test printed, where it is one
	Compared *Compared            // set where a gateway of somebody else's was played against
	Elapsed  time.Duration        // real time
}

// Compared says how much of what the steps expect was compared. A field of an
// event that the gateway does not report is not.
type Compared struct {
	Fields, Of int      // compared, and expected
	Unreported []string // the paths of those that are left, sorted
	// Settled says that the gateway cannot be asked whether it is done: it counted
	// as done after some quiet.
	Settled bool
}

// Known is where a failure is listed that is known.
type Known struct {
	At     string // file:line:col of its entry
	Reason string // for people
	Link   string // to what is done about it; may be empty
}

// Problem is one thing that was not as it should be.
type Problem struct {
	At      string             // file:line:col or recording:line; empty where no place is to blame
	Rule    string             // the law's rule id; empty for an expectation
	Text    string             // what was wanted and what happened, one sentence
	Nearest *trace.Observation // the candidate that came closest; nil if none
	Diffs   []match.Diff       // how Nearest differs
	Add     string             // the step that would expect it, in YAML; empty where none would
	Seq     int                // the observation it is about, to print the trace around it; 0 if none
}
