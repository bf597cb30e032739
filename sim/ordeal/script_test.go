package ordeal_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newStage(t testing.TB) *play.Stage {
	t.Helper()
	stage, err := play.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stage.Close() })
	return stage
}

// script is a scenario in the making, as its YAML.
type script struct{ text strings.Builder }

func newScript(name, head string) *script {
	s := &script{}
	fmt.Fprintf(&s.text, "name: %s\nrevisions: [\"2026-08\"]\n%ssteps:\n", name, head)
	return s
}

// steps adds steps, each a line of YAML.
func (s *script) steps(list ...string) {
	for _, step := range list {
		s.text.WriteString("  - " + step + "\n")
	}
}

// play plays the script and returns what it left behind and what is wrong with
// it, or "".
func (s *script) play(ctx context.Context, stage *play.Stage) (list []*trace.Observation, wrong string) {
	sc, err := scenario.Load("ordeal.yaml", []byte(s.text.String()))
	if err != nil {
		return nil, fmt.Sprintf("no scenario: %v\n", err)
	}
	r := stage.Run(ctx, sc, wire.R8, play.Options{})
	for _, p := range r.Problems {
		wrong += fmt.Sprintf("%s: %s %s %v\n", p.At, p.Rule, p.Text, p.Diffs)
	}
	return r.Trace, wrong + r.Reason
}

// fail fails a test with a script that simulate can play again.
func (s *script) fail(t interface{ Fatalf(string, ...any) }, wrong string) {
	t.Fatalf("%s\n%s", wrong, &s.text)
}
