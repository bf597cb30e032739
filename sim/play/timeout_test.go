package play_test

import (
	"strings"
	"testing"
	"time"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/verdict"
)

// TestTheTimeoutEndsWhatIsAlwaysBusy plays scenarios that are quiet after every
// step and have far too many of them, or of timers.
func TestTheTimeoutEndsWhatIsAlwaysBusy(t *testing.T) {
	for name, yaml := range map[string]string{
		"steps": `
name: x
steps:
  - repeat: {times: 10, steps: [{repeat: {times: 100000, steps: [{expect: {state: connected}}]}}]}
`,
		"timers": `
name: x
agent: [{do: [{wait: go}]}]
steps:
  - inbound: {text: hi}
  - expect: {event: {text: hi}}
  - advance: 1000000h
  - signal: go
`,
	} {
		t.Run(name, func(t *testing.T) {
			stage, err := play.NewStage()
			if err != nil {
				t.Fatal(err)
			}
			defer stage.Close()
			r := stage.Run(t.Context(), load(t, yaml), wire.R8, play.Options{Timeout: 50 * time.Millisecond})
			if r.Outcome != verdict.Failed || len(r.Problems) == 0 || !strings.Contains(r.Problems[0].Text, "within 50ms of real time") {
				t.Errorf("got %v, problems %v, want a failure that names the timeout", r.Outcome, r.Problems)
			}
		})
	}
}
