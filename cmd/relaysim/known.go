package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/known"
	"github.com/relaysim/relaysim/sim/report"
	"github.com/relaysim/relaysim/sim/verdict"
)

// knownFailures are those of --known while a run is played. The nil one knows
// none.
type knownFailures struct {
	file   *known.File
	tally  *known.Tally // once the files are loaded
	update bool
}

// loadKnown reads the file of --known. With --update-known there need not be one
// yet.
func loadKnown(p program, path string, update bool) (*knownFailures, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil && (!update || !errors.Is(err, fs.ErrNotExist)) {
		return nil, fmt.Errorf("--known: %s: %w", path, reason(err))
	}
	if update {
		if err := creatable(path); err != nil {
			return nil, fmt.Errorf("--update-known: %w", err)
		}
	}
	file, err := known.Read(path, data)
	if err != nil {
		return nil, refuseFile(p, path, problemsOf(path, err))
	}
	return &knownFailures{file: file, update: update}, nil
}

// beside checks the entries against what could be played, on each column where
// there are some.
func (k *knownFailures) beside(p program, files []loaded, columns []*column) error {
	if k == nil {
		return nil
	}
	all := everyRun(files, columns)
	wrong, there := k.file.Check(all), files
	for _, paths := range around(files, k.file.Name) { // it may be about other files than these
		if len(wrong) == 0 {
			break
		}
		there = slices.Concat(there, playable(paths))
		wrong = k.file.Check(everyRun(there, columns))
	}
	if len(wrong) > 0 {
		return refuseFile(p, k.file.Name, problemsOf(k.file.Name, wrong))
	}
	if n := k.file.Elsewhere(all); n > 0 {
		fmt.Fprintf(p.stderr, "%s: left alone: %s for targets that are not played\n", k.file.Name, entries(n))
	}
	k.tally = known.NewTally(k.file, all)
	return nil
}

func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

// around is where else there may be what a list is about, the nearest first: what
// is played by default, nil, then beside the list, and then the folders of the
// files. Below the list's own folder, which may be a home directory, only the two
// that are played by default are looked through.
func around(files []loaded, list string) [][]string {
	places := [][]string{nil}
	if beside := filepath.Dir(list); beside != "." {
		own, _ := filepath.Glob(filepath.Join(beside, "*.*")) // what cannot be read is not there
		own = slices.DeleteFunc(own, func(name string) bool { return !isSource(name) || isFolder(name) })
		if len(own) > 0 {
			places = append(places, own)
		}
		places = append(places, []string{filepath.Join(beside, "scenarios")}, []string{filepath.Join(beside, "recordings")})
	}
	seen := map[string]bool{".": true}
	for _, f := range files {
		if folder := filepath.Dir(f.path); f.fsys == nil && !seen[folder] {
			seen[folder] = true
			places = append(places, []string{folder})
		}
	}
	return places
}

// playable is what could be played of some paths; what cannot be read is not there.
func playable(paths []string) []loaded {
	sources, _ := find(paths)
	return slices.DeleteFunc(load(sources), func(f loaded) bool { return f.scenario == nil })
}

// everyRun is what could be played of the files, whatever is selected.
func everyRun(files []loaded, columns []*column) []known.Run {
	var list []known.Run
	for _, f := range files {
		for _, rev := range wire.Revisions() {
			if !(selection{}).wants(rev, f.scenario.Revisions) {
				continue
			}
			r := run{scenario: f.scenario, revision: rev, source: f.source}
			if columns == nil {
				list = append(list, r.known())
			}
			for _, r.on = range columns {
				if r.on.plays(rev) {
					list = append(list, r.known())
				}
			}
		}
	}
	return list
}

func (r run) known() known.Run {
	return known.Run{File: r.source.name, Scenario: r.scenario.Name, Revision: r.revision.Name, Target: r.target()}
}

// excuse makes of a failure that is known a skipped run. Any goroutine may call it.
func (k *knownFailures) excuse(r run, v *verdict.Result) *verdict.Result {
	if k != nil {
		k.file.Excuse(r.known(), v)
	}
	return v
}

// add takes in a verdict.
func (k *knownFailures) add(r run, v *verdict.Result) {
	if k != nil {
		k.tally.Add(r.known(), v)
	}
}

// stale are verdicts on the entries whose runs pass now, unless the file is to be
// updated, or not everything was played.
func (k *knownFailures) stale(s report.Summary) []report.Entry {
	if k == nil || k.update || s.Interrupted || s.NotRun > 0 {
		return nil
	}
	var list []report.Entry
	for _, e := range k.tally.Stale() {
		list = append(list, report.Entry{Stale: true, Target: e.Target, Result: &verdict.Result{
			Name: e.Scenario, Revision: e.Revision, File: e.Pos.File, Line: e.Pos.Line, Outcome: verdict.Failed,
			Problems: []verdict.Problem{{
				At: e.Pos.String(), Text: "stale: it passes now, so take the entry away (--update-known does)",
			}},
		}})
	}
	return list
}

// end updates the file, where that is wanted and everything was judged. It says
// whether it did: then the failures are known.
func (k *knownFailures) end(p program, s report.Summary) (updated bool, _ error) {
	switch {
	case k == nil || !k.update:
		return false, nil
	case s.Interrupted || s.NotRun > 0:
		fmt.Fprintf(p.stderr, "%s was not updated: not everything was played\n", k.file.Name)
		return false, nil
	}
	gone, added := k.tally.Stale(), k.tally.New()
	text, err := k.file.Updated(gone, added)
	if err != nil {
		return false, fmt.Errorf("--update-known: %w", err)
	}
	f, err := createFile(k.file.Name)
	if err != nil {
		return false, fmt.Errorf("--update-known: %w", err)
	}
	if _, err := f.Write(text); err != nil {
		f.discard()
		return false, fmt.Errorf("--update-known: %w", reason(err))
	}
	fmt.Fprintf(p.stderr, "%s: %d new, %d kept, %d dropped\n", k.file.Name, len(added), len(k.file.Entries)-len(gone), len(gone))
	return true, f.commit()
}
