package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/matrix"
	"github.com/relaysim/relaysim/sim/report"
	"github.com/relaysim/relaysim/sim/target/driver"
)

// column is one target of --matrix, and what became of it.
type column struct {
	matrix.Target
	driver *driver.Driver // while it is played; nil for the built-in gateway
	sum    report.Summary // of what was reported
}

// loadMatrix reads the file of --matrix; nil where there is none.
func loadMatrix(p program, file string) ([]*column, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--matrix: %s: %w", file, reason(err))
	}
	targets, err := matrix.Read(file, data)
	var problems []problem
	if err != nil {
		problems = problemsOf(file, err)
	}
	var columns []*column
	for _, t := range targets {
		if t.Dir != "" && !isFolder(t.Dir) {
			problems = append(problems, problem{t.Pos.String(), "dir: " + t.Dir + " is no folder"})
		}
		columns = append(columns, &column{Target: t})
	}
	if len(problems) > 0 {
		return nil, refuseFile(p, file, problems)
	}
	return columns, nil
}

func columnNames(columns []*column) (names []string) {
	for _, c := range columns {
		names = append(names, c.Name)
	}
	return names
}

// spread gives each run to every target that it is played on. Without targets the
// runs stay as they are.
func spread(runs []run, columns []*column) ([]run, error) {
	if columns == nil {
		return runs, nil
	}
	var all []run
	for _, r := range runs {
		for _, c := range columns {
			if c.plays(r.revision) {
				r.on = c
				all = append(all, r)
			}
		}
	}
	if len(all) == 0 {
		return nil, errors.New("nothing matches: no target is played in the revisions that are left")
	}
	return all, nil
}

// plays says whether anything is played on it in a revision.
func (c *column) plays(rev *wire.Revision) bool {
	return c.Revision == "" || c.Revision == rev.Name
}

// target names what a run is played on; empty where there is no matrix.
func (r run) target() string {
	if r.on == nil {
		return ""
	}
	return r.on.Name
}

// performOnEach is perform against every target of a matrix.
func performOnEach(ctx context.Context, p program, st stage, runs []run, flags simulateFlags) (s report.Summary, err error) {
	var started []*driver.Driver
	defer func() {
		for _, d := range started {
			if closed := d.Close(); err == nil && closed != nil {
				err = failure(closed.Error())
			}
		}
	}()
	for _, c := range flags.columns {
		if c.Gateway == matrix.BuiltIn {
			continue
		}
		d, err := driver.New(ctx, driver.Options{Command: c.Gateway, Dir: c.Dir, Stderr: p.stderr})
		if err != nil {
			return s, fmt.Errorf("%s: %s: %w", c.Pos, c.Name, err)
		}
		c.driver, started = d, append(started, d)
	}
	return perform(ctx, p, st, runs, flags)
}

// untested names the targets on which everything was skipped; empty where there
// are none.
func untested(columns []*column) string {
	idle := slices.DeleteFunc(slices.Clone(columns), func(c *column) bool {
		return c.sum.Skipped == 0 || c.sum.Passed+c.sum.Known+c.sum.Failed+c.sum.NotJudged > 0
	})
	return strings.Join(columnNames(idle), " and ")
}
