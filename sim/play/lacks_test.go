package play_test

import (
	"io"
	"testing"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/recordings"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target"
	"github.com/relaysim/relaysim/sim/verdict"
)

// modest is a gateway that does not claim to keep some rules.
type modest struct {
	target.BuiltIn
	lacks []string
}

func (m modest) Describe() target.Description {
	return target.Description{
		Name: "modest", Revisions: []string{wire.R8.Name}, Options: target.Options(),
		Can: append(target.Abilities(), target.Calls()...), Lacks: m.lacks,
	}
}

// What covers a rule that the gateway lacks is skipped, and so is a recording that
// may need one.
func TestWhatTheGatewayLacksIsSkipped(t *testing.T) {
	t.Parallel()
	scenarioOf := func(covers string) *scenario.Scenario {
		return load(t, "name: x\ncovers: ["+covers+"]\nsteps:\n  - inbound: {text: hi}\n  - expect: {event: {text: hi}}\n")
	}
	open := func() (io.ReadCloser, error) { return recordings.FS.Open("get-chat-info-2026-08.jsonl") }
	recorded, _, err := replay.Compile(open, "get-chat-info-2026-08.jsonl", nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		lacks []string
		sc    *scenario.Scenario
		want  string // why it is skipped
	}{
		"another rule":                  {[]string{"MED-1", "SC"}, scenarioOf("IN-1, MED-2"), ""},
		"a rule":                        {[]string{"MED-2"}, scenarioOf("IN-1, MED-2"), "it does not claim to keep MED-2"},
		"an area":                       {[]string{"MED"}, scenarioOf("IN-1, MED-2"), "it does not claim to keep MED-2"},
		"a recording":                   {nil, recorded, ""},
		"a recording without the area":  {[]string{"MED", "MED-2"}, recorded, ""},
		"a recording without the rule":  {[]string{"TURN-3"}, recorded, ""},
		"a recording and another rule":  {[]string{"MED", "OUT-3"}, recorded, "it does not claim to keep OUT-3, which the recorded session may need"},
		"a recording and a wide area":   {[]string{"TURN"}, recorded, "it does not claim to keep TURN, which the recorded session may need"},
		"a recording and a common area": {[]string{"SC"}, recorded, "it does not claim to keep SC, which the recorded session may need"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage, err := play.NewStage()
			if err != nil {
				t.Fatal(err)
			}
			defer stage.Close()
			r := stage.Run(t.Context(), c.sc, wire.R8, play.Options{Target: modest{lacks: c.lacks}})
			outcome := verdict.Passed
			if c.want != "" {
				outcome = verdict.Skipped
			}
			if r.Outcome != outcome || r.Reason != c.want {
				t.Errorf("got %v %q %+v, want %v %q", r.Outcome, r.Reason, r.Problems, outcome, c.want)
			}
		})
	}
}
