package main

import (
	"fmt"
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
		Long: `Lists the contract's rules by area with the scenarios, recordings and tests
that assert each. A rule is covered when something asserts it in every revision
it holds in. A path is a file or a folder; the default is that of simulate.

Exit status: 0 done, 1 less than --min, 2 the call or a file was wrong, which
includes a rule in covers that the contract does not have.`,
		RunE: func(_ *cobra.Command, args []string) error {
			rules, err := rulesOf(flags.areas)
			if err != nil {
				return err
			}
			claims, err := claims(p, args)
			if err != nil {
				return err
			}
			list := contract.Cover(rules, claims)
			write := writeCoverage
			if flags.json {
				write = writeCoverageJSON
			}
			if err := write(p.stdout, list); err != nil {
				return err
			}
			if got := contract.Percent(list); got < flags.min {
				return failure(fmt.Sprintf("coverage is %.1f%%, less than --min %g", got, flags.min))
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.Float64Var(&flags.min, "min", 0, "fail when less than this many `percent` of the rules are covered")
	f.StringSliceVar(&flags.areas, "area", nil, "only these `areas`, such as FU,SC")
	f.BoolVar(&flags.json, "json", false, "print JSON")
	return cmd
}

// rulesOf lists the rules of these areas, all of them if there are none.
func rulesOf(areas []string) ([]contract.Rule, error) {
	for _, a := range areas {
		if known := contract.Areas(); !slices.Contains(known, a) {
			return nil, fmt.Errorf("--area %s: no such area, want one of %s", a, strings.Join(known, " "))
		}
	}
	rules := contract.Rules()
	if len(areas) > 0 {
		rules = slices.DeleteFunc(rules, func(r contract.Rule) bool { return !slices.Contains(areas, r.Area) })
	}
	return rules, nil
}

// claims lists what the files under paths and the Go tests assert.
func claims(p program, paths []string) ([]contract.Claim, error) {
	sources, err := find(paths)
	if err != nil {
		return nil, err
	}
	files := load(sources)
	checkRules(files)
	if err := refuse(p, files, "nothing was counted"); err != nil {
		return nil, err
	}
	list := contract.Tests()
	for _, f := range files {
		for _, id := range f.scenario.Covers {
			list = append(list, contract.Claim{Rule: id, By: f.name, Revisions: revisionNames(f.scenario.Revisions)})
		}
	}
	return list, nil
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
