package play

import (
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target"
)

// Uses are the abilities and calls that a scenario uses of a gateway, and the
// options that it sets with OptionPrefix before them. Whether it needs a clock or
// an option is found out when it is played.
func Uses(sc *scenario.Scenario) []string {
	list := callsOf(sc)
	for _, what := range []string{target.States, target.Interrupts} {
		if reports(sc, what) {
			list = append(list, what)
		}
	}
	if passes(sc.Steps) || dials(sc.Steps) {
		list = append(list, target.Clock)
	}
	for _, o := range optionsOf(sc) {
		list = append(list, OptionPrefix+o)
	}
	return list
}

// OptionPrefix stands before an option where calls have names too.
const OptionPrefix = "option."
