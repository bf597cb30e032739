package replay_test

import (
	"bytes"
	"testing"

	"github.com/relaysim/relaysim/recordings"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/verdict"
)

// TestCutRecordingsPlay: a recorder may be killed after any line. What it wrote
// plays, and what the gateway does beyond it is no difference.
func TestCutRecordingsPlay(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	for _, name := range []string{
		"discord-guild-reply-2026-08", "component-press-2026-06", "busy-session-queues-2026-08",
		"interrupt-during-turn-2026-08", "edit-streaming-2026-08",
		"going-idle-drain-replay-2026-08", "clarify-other-then-typed-2026-08", "clarify-press-2026-08",
	} {
		text, err := recordings.FS.ReadFile(name + ".jsonl")
		if err != nil {
			t.Fatal(err)
		}
		deviations := deviationsOf(t, name)
		lines := bytes.SplitAfter(text, []byte("\n"))
		for n := 2; n < len(lines)-1; n++ {
			if name == "going-idle-drain-replay-2026-08" && (n == 41 || n == 42) {
				continue // replies of different sessions come in another order, and the last is cut off
			}
			s, _, err := replay.Compile(opener(bytes.Join(lines[:n], nil)), name+".jsonl", deviations)
			if err != nil {
				t.Errorf("%s up to line %d: %v", name, n, err)
				continue
			}
			if r := playOn(t, stage, s); r.Outcome != verdict.Passed {
				t.Errorf("%s up to line %d: %v %s", name, n, r.Outcome, r.Reason)
				for _, p := range r.Problems {
					t.Errorf("%s: %s %s %v", p.At, p.Rule, p.Text, p.Diffs)
				}
			}
		}
	}
}
