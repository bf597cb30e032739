package play_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/verdict"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// run plays a scenario in a revision on a stage of its own.
func run(t *testing.T, rev *wire.Revision, yaml string) *verdict.Result {
	t.Helper()
	sc, err := scenario.Load("x.yaml", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	stage, err := play.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
	}()
	return stage.Run(t.Context(), sc, rev, play.Options{})
}

func TestQuick(t *testing.T) {
	b, err := os.ReadFile(os.Getenv("SC"))
	if err != nil {
		t.Skip()
	}
	for _, rev := range wire.Revisions() {
		r := run(t, rev, string(b))
		t.Log(r.Revision, r.Outcome, r.Reason, r.Elapsed)
		for _, p := range r.Problems {
			t.Log(p.At, p.Rule, p.Text, p.Diffs)
		}
		for _, o := range r.Trace {
			t.Log(o.Seq, o.At, o.Kind, o.From, o.Peer, string(o.Data), o.SessionKey, o.Call, string(o.Args.JSON()), string(o.Result.JSON()), o.State, o.Reason, o.Code)
		}
	}
}
