// Package known reads and writes the failures that are known: what a program
// under test does wrong today and is not to stop a CI. A file of them is a YAML
// list of Entries. It imports scenario for places and verdict for what became of
// a run, and plays nothing.
//
// Start reading at Read, then at File.Excuse.
package known

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/spell"
	"github.com/relaysim/relaysim/sim/verdict"
)

// Entry is one known failure.
type Entry struct {
	Pos      scenario.Pos
	Scenario string // its name
	Revision string // such as 2026-08; "" for all it runs in
	Target   string // of a matrix, by its name; "" for all, and where there is no matrix
	Reason   string // for people
	Link     string // to what is done about it; may be empty
}

// File is a file of known failures.
type File struct {
	Name    string
	Entries []Entry
	lines   []string // with their ends
}

// Read reads a file; name is what it is called in problems. A file without
// entries is one all the same. The error is a scenario.Errors with everything that
// is wrong.
func Read(name string, data []byte) (*File, error) {
	list, err := scenario.List(name, data)
	if err != nil {
		return nil, err
	}
	f := &File{Name: name, lines: slices.Collect(strings.Lines(string(data)))}
	var problems scenario.Errors
	first := map[Run]int{} // the line of the entry that says the same
	for i, n := range list {
		e, wrong := f.entry(n, fmt.Sprintf("[%d]", i))
		said := Run{Scenario: e.Scenario, Revision: e.Revision, Target: e.Target}
		if line, twice := first[said]; twice && wrong == nil {
			wrong = scenario.Errors{{Pos: e.Pos, Path: fmt.Sprintf("[%d]", i), Text: fmt.Sprintf("this run has an entry already, at line %d", line)}}
		}
		first[said] = n.Line
		problems = append(problems, wrong...)
		f.Entries = append(f.Entries, e)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return f, nil
}

// entry reads one entry.
func (f *File) entry(n *yaml.Node, path string) (e Entry, wrong scenario.Errors) {
	e.Pos = scenario.Pos{File: f.Name, Line: n.Line, Col: n.Column}
	wrong = scenario.Texts(f.Name, n, path, "a known failure", []scenario.Text{
		{Name: "scenario", To: &e.Scenario, Need: true}, {Name: "revision", To: &e.Revision}, {Name: "target", To: &e.Target},
		{Name: "reason", To: &e.Reason, Need: true}, {Name: "link", To: &e.Link},
	})
	return e, wrong
}

// Run is one scenario in one revision, on one target where there are several.
type Run struct {
	File             string // of the scenario; names need not differ between files
	Scenario         string
	Revision, Target string // Target is "" where there is no matrix
}

func (e *Entry) means(r Run) bool {
	return e.Scenario == r.Scenario && (e.Revision == "" || e.Revision == r.Revision) && (e.Target == "" || e.Target == r.Target)
}

// narrower says whether e says more of where a run fails than another entry: its
// target before its revision.
func (e *Entry) narrower(than *Entry) bool {
	if (e.Target == "") != (than.Target == "") {
		return e.Target != ""
	}
	return e.Revision != ""
}

// find finds the entry of a run, the narrowest where there are several; nil where
// there is none.
func (f *File) find(r Run) *Entry {
	var found *Entry
	for i := range f.Entries {
		if e := &f.Entries[i]; e.means(r) && (found == nil || e.narrower(found)) {
			found = e
		}
	}
	return found
}

// Check returns a problem for each entry that means none of the runs. One for a
// target that is not among theirs is about another matrix, unless its name was
// probably meant as one of them.
func (f *File) Check(runs []Run) scenario.Errors {
	var names []string
	targets := targetsOf(runs)
	revisions := map[string][]string{}
	for _, r := range runs { // one may be there twice
		names = append(names, r.Scenario)
		if !slices.Contains(revisions[r.Scenario], r.Revision) {
			revisions[r.Scenario] = append(revisions[r.Scenario], r.Revision)
		}
	}
	var wrong scenario.Errors
	for _, e := range f.Entries {
		in, ok := revisions[e.Scenario]
		text := ""
		switch {
		case !ok:
			text = fmt.Sprintf("no scenario is called %q%s", e.Scenario, spell.DidYouMean(e.Scenario, names))
		case e.Revision != "" && !slices.Contains(in, e.Revision):
			text = fmt.Sprintf("%q does not run in revision %s, but in %s", e.Scenario, e.Revision, strings.Join(in, " and "))
		case e.elsewhere(targets) && spell.Nearest(e.Target, targets) != "":
			text = fmt.Sprintf("no target is called %q%s", e.Target, spell.DidYouMean(e.Target, targets))
		case !e.elsewhere(targets) && !slices.ContainsFunc(runs, e.means):
			text = fmt.Sprintf("%q is not played on %s, which is of another revision", e.Scenario, e.Target)
		default:
			continue
		}
		wrong = append(wrong, scenario.Problem{Pos: e.Pos, Text: text})
	}
	return wrong
}

// targetsOf are the targets of runs, each once; none without a matrix.
func targetsOf(runs []Run) (targets []string) {
	for _, r := range runs {
		if r.Target != "" && !slices.Contains(targets, r.Target) {
			targets = append(targets, r.Target)
		}
	}
	return targets
}

func (e *Entry) elsewhere(targets []string) bool {
	return e.Target != "" && !slices.Contains(targets, e.Target)
}

// Elsewhere counts the entries for targets that are none of the runs'.
func (f *File) Elsewhere(runs []Run) (n int) {
	targets := targetsOf(runs)
	for i := range f.Entries {
		if f.Entries[i].elsewhere(targets) {
			n++
		}
	}
	return n
}

// Excuse makes of the failure of a run a skipped run, where it is known. It may be
// called from many goroutines at once.
func (f *File) Excuse(run Run, r *verdict.Result) {
	if r.Outcome != verdict.Failed {
		return
	}
	if e := f.find(run); e != nil {
		r.Outcome = verdict.Skipped
		r.Reason = "known failure: " + e.Reason
		if e.Link != "" {
			r.Reason += " (" + e.Link + ")"
		}
		r.Known = &verdict.Known{At: e.Pos.String(), Reason: e.Reason, Link: e.Link}
	}
}
