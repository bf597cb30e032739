package convert

import (
	"fmt"

	"github.com/relaysim/relaysim/sim/scenario"
)

// goOn is a signal that nobody gives.
const goOn = "never"

// retold is a compiled recording with what its agent is told step by step as a
// person writes it: rules, in which a signal comes before everything it does.
func retold(compiled *scenario.Scenario) *scenario.Scenario {
	s := *compiled
	s.Steps = nil
	turns := map[string]int{} // their rules
	for _, step := range compiled.Steps {
		tell := step.Tell
		switch {
		case tell == nil:
			s.Steps = append(s.Steps, step)
		case tell.Rule != nil:
			turns[tell.Rule.Told] = len(s.Agent)
			s.Agent = append(s.Agent, *tell.Rule)
		default:
			rule := &s.Agent[turns[tell.Turn]]
			if tell.Act.Reply != nil && tell.Act.Pos == rule.Pos { // the turn did no more than that
				rule.Do = append(rule.Do, *tell.Act)
				continue
			}
			signal := fmt.Sprintf("%s, %d", tell.Turn, len(rule.Do))
			rule.Do = append(rule.Do, scenario.Act{Pos: tell.Act.Pos, Wait: signal}, *tell.Act)
			s.Steps = append(s.Steps, scenario.Step{Pos: step.Pos, To: step.To, Signal: signal})
		}
	}
	for i := range s.Agent {
		rule := &s.Agent[i]
		rule.Told = ""
		if n := len(rule.Do); n == 0 || !rule.Do[n-1].Ends() {
			rule.Do = append(rule.Do, scenario.Act{Pos: rule.Pos, Wait: goOn})
		}
	}
	return &s
}
