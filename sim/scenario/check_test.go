package scenario_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/scenario"
)

// Names made while the scenario runs cannot be known before.
func TestNamesMadeAtRunTimeAreNotChecked(t *testing.T) {
	load(t, `
name: x
agent: [{do: [{wait: "door-${user}"}]}]
steps:
  - signal: any door
  - repeat:
      times: 2
      steps:
        - dial: {as: "s${i}"}
        - {raw: x, from: "s${i}"}
  - expect: {event: {}, on: s2}
`)
}

func TestPlacesStayInTheValues(t *testing.T) {
	s := load(t, "name: x\nagent:\n  - do:\n      - reply: é\nsteps:\n  - inbound: {text: é}\n  - {expect: [{event: {}}, {event: {text: ü, user: U1}}]}\n")
	got := []string{
		s.Pos.String(), s.Agent[0].Pos.String(), s.Agent[0].Do[0].Pos.String(), s.Steps[0].Pos.String(),
		s.Steps[1].Expect[1].Pos.String(), s.Steps[1].Expect[1].Event.User.Pos.String(),
	}
	want := []string{"x.yaml:1:1", "x.yaml:3:5", "x.yaml:4:9", "x.yaml:6:5", "x.yaml:7:28", "x.yaml:7:52"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestPosString(t *testing.T) {
	for _, tt := range []struct {
		pos  scenario.Pos
		want string
	}{
		{scenario.Pos{File: "a"}, "a"}, {scenario.Pos{File: "a", Line: 2}, "a:2"}, {scenario.Pos{File: "a", Line: 2, Col: 3}, "a:2:3"},
	} {
		if got := tt.pos.String(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
