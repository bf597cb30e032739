package drivercheck

import (
	"cmp"
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target"
)

//go:embed probes/*.yaml
var probeFiles embed.FS

// eventTag marks the probe whose event has every field.
const eventTag = "event"

// Who a probe's gateway is: nothing that a driver prints holds this by chance. One
// that is another begins with it.
const (
	gatewayID = "relaysim-driver-check"
	secret    = "relaysim-driver-check-secret-7f3a9c51d2e84b06"
)

// loadProbes loads the probes, in their order. The tags of one are what it needs
// that a driver may not claim, first what it is about: abilities, calls and, behind
// play.OptionPrefix, options. Its about says what a driver must do.
func loadProbes() ([]*scenario.Scenario, error) {
	files, err := probeFiles.ReadDir("probes")
	if err != nil {
		return nil, err
	}
	var list []*scenario.Scenario
	for _, f := range files {
		sc, err := scenario.LoadFile(probeFiles, "probes/"+f.Name())
		if err != nil {
			return nil, err
		}
		if sc.Gateway == nil {
			sc.Gateway = &scenario.Gateway{}
		}
		sc.Gateway.ID, sc.Gateway.Secret = cmp.Or(sc.Gateway.ID, gatewayID), cmp.Or(sc.Gateway.Secret, secret)
		list = append(list, sc)
	}
	return list, nil
}

// costs says, of what a driver does not claim, how many scenarios use it.
func costs(scenarios []*scenario.Scenario) func(what string) string {
	uses := map[string]int{}
	for _, sc := range scenarios {
		used := play.Uses(sc)
		for _, what := range slices.Compact(slices.Sorted(slices.Values(used))) {
			uses[what]++
		}
		for _, rev := range sc.Revisions {
			if len(sc.Revisions) == 1 {
				uses["revision "+rev]++
			}
		}
	}
	return func(what string) string {
		switch what { // what no scenario needs
		case target.Sync:
			return "sync: without it some quiet has to do after each step, which is slower and less sure (--settle)"
		case target.Reset:
			return "reset: without it a program is started for each scenario, which is slower"
		case target.Kill:
			return "kill: without it the program is killed, and started again where a scenario kills its gateway"
		}
		return fmt.Sprintf("%s: %d of %d scenarios use it", strings.TrimPrefix(what, play.OptionPrefix), uses[what], len(scenarios))
	}
}

// unprobed are the items for what no probe is about: rules of the contract that
// a driver does not claim.
func unprobed(about target.Description, scenarios []*scenario.Scenario) (list []Item) {
	covering := 0
	for _, sc := range scenarios {
		if slices.ContainsFunc(sc.Covers, func(rule string) bool {
			area, _, _ := strings.Cut(rule, "-")
			return slices.Contains(about.Lacks, rule) || slices.Contains(about.Lacks, area)
		}) {
			covering++
		}
	}
	if len(about.Lacks) > 0 {
		list = append(list, Item{
			What: "it keeps every rule of the contract", Outcome: NotClaimed,
			Saw: fmt.Sprintf("it lacks %s: %d of %d scenarios cover one", strings.Join(about.Lacks, ", "), covering, len(scenarios)),
		})
	}
	return list
}
