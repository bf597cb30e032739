package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/scenario"
)

// selection says which runs are wanted. Empty fields want all of them.
type selection struct {
	run      string   // regexp on the name
	tags     []string // one of them
	revision string
	shard    string // i/n
	repeat   int    // at least 1
}

// run is one scenario in one revision, one time.
type run struct {
	scenario *scenario.Scenario
	revision *wire.Revision
	source   source
	round    int     // from 1; 0 where there is only one
	on       *column // of --matrix; nil without
}

// name is what the run is called in reports.
func (r run) name() string {
	if r.round == 0 {
		return r.scenario.Name
	}
	return fmt.Sprintf("%s (round %d)", r.scenario.Name, r.round)
}

func (s selection) check() error {
	if _, err := regexp.Compile(s.run); err != nil {
		return fmt.Errorf("--run: %w", err)
	}
	if s.revision != "" {
		if _, err := wire.ParseRevision(s.revision); err != nil {
			return fmt.Errorf("--revision: %w", err)
		}
	}
	if s.repeat < 1 {
		return fmt.Errorf("--repeat %d: want at least 1", s.repeat)
	}
	_, _, err := s.parseShard()
	return err
}

// parseShard returns 1 of 1 where no shard is wanted.
func (s selection) parseShard() (i, n int, err error) {
	if s.shard == "" {
		return 1, 1, nil
	}
	var rest string
	fields, _ := fmt.Sscanf(s.shard+" ", "%d/%d%s", &i, &n, &rest)
	if fields != 2 || i < 1 || i > n {
		return 0, 0, fmt.Errorf("--shard %s: want i/n with i from 1 to n, such as 1/4", s.shard)
	}
	return i, n, nil
}

// runs lists what to play, in the order of the files. The error says why there
// is nothing.
func (s selection) runs(files []loaded) ([]run, error) {
	name, err := regexp.Compile(s.run)
	if err != nil {
		return nil, err
	}
	if err := s.knownTags(files); err != nil {
		return nil, err
	}
	named := slices.DeleteFunc(slices.Clone(files), func(f loaded) bool { return !name.MatchString(f.scenario.Name) })
	tagged := slices.DeleteFunc(slices.Clone(named), func(f loaded) bool { return !s.tagged(f.scenario.Tags) })
	var all []run
	for _, f := range tagged {
		for _, rev := range wire.Revisions() {
			if s.wants(rev, f.scenario.Revisions) {
				all = append(all, run{scenario: f.scenario, revision: rev, source: f.source})
			}
		}
	}
	if len(all) == 0 {
		return nil, errors.New("nothing matches: " + s.excluded(len(files), len(named), len(tagged)))
	}
	part, err := s.part(all)
	if err != nil {
		return nil, err
	}
	return repeated(part, s.repeat), nil
}

// excluded says which filter left nothing of so many files, of which so many
// have a name and so many a tag that is wanted.
func (s selection) excluded(files, named, tagged int) string {
	said := "of " + count(files, "file")
	for _, f := range []struct {
		flag   string
		given  bool
		passes int
	}{
		{fmt.Sprintf("--run %q", s.run), s.run != "", named},
		{"--tags " + strings.Join(s.tags, ","), s.tags != nil, tagged},
		{"--revision " + s.revision, s.revision != "", 0},
	} {
		switch {
		case !f.given:
		case f.passes == 0:
			return said + ", " + f.flag + " leaves none"
		default:
			said += fmt.Sprintf(", %s leaves %d", f.flag, f.passes)
		}
	}
	return said
}

// knownTags refuses a tag that no file has.
func (s selection) knownTags(files []loaded) error {
	var known []string
	for _, f := range files {
		known = append(known, f.scenario.Tags...)
	}
	slices.Sort(known)
	known = slices.Compact(known)
	for _, tag := range s.tags {
		switch {
		case slices.Contains(known, tag):
		case len(known) == 0:
			return fmt.Errorf("--tags %s: nothing has tags", tag)
		default:
			return fmt.Errorf("--tags %s: nothing has this tag, known are %s", tag, strings.Join(known, ", "))
		}
	}
	return nil
}

func (s selection) tagged(tags []string) bool {
	return len(s.tags) == 0 || slices.ContainsFunc(tags, func(t string) bool { return slices.Contains(s.tags, t) })
}

func (s selection) wants(rev *wire.Revision, of []string) bool {
	return (len(of) == 0 || slices.Contains(of, rev.Name)) && (s.revision == "" || s.revision == rev.Name)
}

// part deals the files out to the shards in turn, so that each has some of every
// folder, and all revisions of one: what is known of a file is judged there.
func (s selection) part(all []run) ([]run, error) {
	i, n, err := s.parseShard()
	if err != nil {
		return nil, err
	}
	var part []run
	files := 0
	for k, r := range all {
		if k == 0 || r.scenario != all[k-1].scenario {
			files++
		}
		if (files-1)%n == i-1 {
			part = append(part, r)
		}
	}
	if len(part) == 0 {
		return nil, errors.New("--shard " + s.shard + " is empty: only " + count(files, "file") + " match")
	}
	return part, nil
}

// repeated puts the rounds of a run one after the other, so that reports stay
// in the order of the files.
func repeated(list []run, times int) []run {
	if times == 1 {
		return list
	}
	var all []run
	for _, r := range list {
		for round := range times {
			r.round = round + 1
			all = append(all, r)
		}
	}
	return all
}
