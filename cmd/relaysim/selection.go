package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

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
	round    int // from 1; 0 where there is only one
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
	var all []run
	for _, f := range files {
		if !name.MatchString(f.scenario.Name) || !s.tagged(f.scenario.Tags) {
			continue
		}
		for _, rev := range wire.Revisions() {
			if s.wants(rev, f.scenario.Revisions) {
				all = append(all, run{scenario: f.scenario, revision: rev, source: f.source})
			}
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("nothing matches in %s", count(len(files), "file"))
	}
	part, err := s.part(all)
	if err != nil {
		return nil, err
	}
	return repeated(part, s.repeat), nil
}

func (s selection) tagged(tags []string) bool {
	return len(s.tags) == 0 || slices.ContainsFunc(tags, func(t string) bool { return slices.Contains(s.tags, t) })
}

func (s selection) wants(rev *wire.Revision, of []string) bool {
	return (len(of) == 0 || slices.Contains(of, rev.Name)) && (s.revision == "" || s.revision == rev.Name)
}

// part deals the runs out to the shards in turn, so that each has some of every
// folder.
func (s selection) part(all []run) ([]run, error) {
	i, n, err := s.parseShard()
	if err != nil {
		return nil, err
	}
	var part []run
	for k, r := range all {
		if k%n == i-1 {
			part = append(part, r)
		}
	}
	if len(part) == 0 {
		return nil, errors.New("--shard " + s.shard + " is empty: only " + count(len(all), "run") + " match")
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
