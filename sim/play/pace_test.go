package play_test

import (
	"testing"
	"time"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/verdict"
)

// TestPace: virtual time takes as long as it is told to. No timeout of the run
// does: see TestThePaceIsBesideTheTimeout.
func TestPace(t *testing.T) {
	stage, err := play.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stage.Close() })
	s, err := scenario.Load("x.yaml", []byte("name: x\nsteps:\n- advance: 2s\n- repeat: {times: 2, steps: [{advance: 1s}]}\n- expect: {state: connected}\n"))
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	r := stage.Run(t.Context(), s, wire.R8, play.Options{Pace: 20})
	if took := time.Since(began); r.Outcome != verdict.Passed || took < 200*time.Millisecond {
		t.Errorf("%v in %v, want 200ms at least: %v", r.Outcome, took, r.Problems)
	}
}
