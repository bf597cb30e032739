package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/contract"
)

func newCoverage(p program) *cobra.Command {
	var flags struct {
		min   float64
		areas []string
		json  bool
	}
	cmd := &cobra.Command{
		Use:   "coverage [path…]",
		Short: "Say which rules of the contract are asserted, and by what",
		Long: `Lists the contract's rules by area with the scenarios and recordings that assert
each. A rule is covered when something asserts it in every revision it holds in.
A path is a file or a folder; the default is that of simulate. relaysim's own Go
tests count only with its own scenarios: the built-in ones, or those of its
repository. What was counted is said before the last line.

Exit status: 0 done, 1 less than --min, 2 the call or a file was wrong, which
includes a rule in covers that the contract does not have.`,
		RunE: func(_ *cobra.Command, args []string) error {
			if !(flags.min >= 0 && flags.min <= 100) { // NaN is neither
				return fmt.Errorf("--min %g: want a percentage from 0 to 100", flags.min)
			}
			rules, err := rulesOf(flags.areas)
			if err != nil {
				return err
			}
			claims, counted, err := claims(p, args)
			if err != nil {
				return err
			}
			list := contract.Cover(rules, claims)
			write := writeCoverage
			if flags.json {
				write = writeCoverageJSON
			}
			if err := write(p.stdout, list, counted); err != nil {
				return err
			}
			return atLeast(p, contract.Percent(list), flags.min)
		},
	}
	f := cmd.Flags()
	f.Float64Var(&flags.min, "min", 0, "fail when less than this many `percent` of the rules are covered")
	f.StringSliceVar(&flags.areas, "area", nil, "only these `areas`, such as FU,SC")
	f.BoolVar(&flags.json, "json", false, "print JSON")
	return cmd
}

// atLeast is the gate. GitHub is told when that is where it runs.
func atLeast(p program, got, least float64) error {
	if got >= least {
		return nil
	}
	text := fmt.Sprintf("coverage is %.1f%%, less than --min %g", got, least)
	if p.onGitHub() {
		annotations(p, p.stderr).Problem("", "", text)
	}
	return failure(text)
}

// rulesOf lists the rules of these areas, in any case; all of them if there are
// none.
func rulesOf(names []string) ([]contract.Rule, error) {
	var areas []string
	for _, name := range names {
		area := strings.ToUpper(name)
		if known := contract.Areas(); !slices.Contains(known, area) {
			return nil, fmt.Errorf("--area %s: no such area, want one of %s", name, strings.Join(known, " "))
		}
		areas = append(areas, area)
	}
	rules := contract.Rules()
	if len(areas) > 0 {
		rules = slices.DeleteFunc(rules, func(r contract.Rule) bool { return !slices.Contains(areas, r.Area) })
	}
	return rules, nil
}

// counted says what claims were taken from.
type counted struct {
	Scenarios  int `json:"scenarios"` // files
	Recordings int `json:"recordings"`
	Tests      int `json:"tests"` // relaysim's own, in Go
}

func (c counted) String() string {
	text := count(c.Scenarios, "scenario") + " and " + count(c.Recordings, "recording")
	if c.Tests > 0 {
		text += ", and " + count(c.Tests, "Go test") + " of relaysim"
	}
	return text
}

// claims lists what the files under paths assert. Those of relaysim itself have
// its Go tests beside them.
func claims(p program, paths []string) ([]contract.Claim, counted, error) {
	var n counted
	sources, err := p.find(paths)
	if err != nil {
		return nil, n, err
	}
	files := load(sources)
	if err := refuse(p, files, "nothing was counted"); err != nil {
		return nil, n, err
	}
	var list []contract.Claim
	if len(paths) == 0 && (sources[0].fsys != nil || isRepository("go.mod")) {
		list = contract.Tests()
		n.Tests = testsIn(list)
	}
	for _, f := range files {
		if f.recorded() {
			n.Recordings++
		} else {
			n.Scenarios++
		}
		for _, id := range f.scenario.Covers {
			list = append(list, contract.Claim{Rule: id, By: f.name, Revisions: revisionNames(f.scenario.Revisions)})
		}
	}
	return list, n, nil
}

// testsIn counts the tests that make claims, each once.
func testsIn(list []contract.Claim) int {
	names := map[string]bool{}
	for _, c := range list {
		names[c.By] = true
	}
	return len(names)
}

// isRepository says whether a go.mod is that of relaysim itself.
func isRepository(file string) bool {
	data, err := os.ReadFile(file)
	return err == nil && slices.Contains(strings.Split(string(data), "\n"), "module github.com/relaysim/relaysim")
}

func revisionNames(names []string) []string {
	if len(names) > 0 {
		return names
	}
	for _, r := range wire.Revisions() {
		names = append(names, r.Name)
	}
	return names
}
