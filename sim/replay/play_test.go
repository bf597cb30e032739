package replay_test

import (
	"testing"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/verdict"
)

func playOn(t *testing.T, stage *play.Stage, s *scenario.Scenario) *verdict.Result {
	t.Helper()
	rev, err := wire.ParseRevision(s.Revisions[0])
	if err != nil {
		t.Fatal(err)
	}
	return stage.Run(t.Context(), s, rev, play.Options{})
}

func newStage(t *testing.T) *play.Stage {
	t.Helper()
	stage, err := play.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
	})
	return stage
}

// TestRecordingsPlay plays the recordings to the gateway, which passes.
func TestRecordingsPlay(t *testing.T) {
	stage := newStage(t)
	for _, file := range recorded(t) {
		r := playOn(t, stage, compile(t, file))
		if r.Outcome != verdict.Passed {
			t.Errorf("%s: %v %s", file, r.Outcome, r.Reason)
			for _, p := range r.Problems {
				t.Errorf("%s: %s %v", p.At, p.Text, p.Diffs)
			}
		}
	}
}

// TestARecordingOfNothing: nobody dialled, so nobody does.
func TestARecordingOfNothing(t *testing.T) {
	t.Parallel()
	s, err := compileText(tape())
	if err != nil {
		t.Fatal(err)
	}
	if r := playOn(t, newStage(t), s); r.Outcome != verdict.Passed || len(r.Trace) > 0 {
		t.Errorf("%v %+v, %d observations", r.Outcome, r.Problems, len(r.Trace))
	}
}
