package replay_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/recordings"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/verdict"
)

// TestCutRecordingsPlay: a recorder may be killed or stopped after any line. What it wrote
// plays, and what the gateway does beyond it is no difference.
func TestCutRecordingsPlay(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	for _, name := range []string{
		"discord-guild-reply-2026-08", "component-press-2026-06", "busy-session-queues-2026-08",
		"interrupt-during-turn-2026-08", "edit-streaming-2026-08",
		"going-idle-drain-replay-2026-08", "clarify-other-then-typed-2026-08", "clarify-press-2026-08",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := recordings.FS.ReadFile(name + ".jsonl")
			if err != nil {
				t.Fatal(err)
			}
			deviations := deviationsOf(t, name)
			lines := bytes.SplitAfter(text, []byte("\n"))
			for n := 2; n < len(lines)-1; n++ {
				text := bytes.Join(lines[:n], nil)
				if n%2 == 0 { // or it was stopped there
					text = fmt.Appendf(text, "{\"kind\":\"end\",\"events\":%d,\"cut\":true}\n", n-1)
				}
				s, _, err := replay.Compile(opener(text), name+".jsonl", deviations)
				if err != nil {
					t.Errorf("up to line %d: %v", n, err)
					continue
				}
				if r := playOn(t, stage, s); r.Outcome != verdict.Passed {
					t.Errorf("up to line %d: %v %s", n, r.Outcome, r.Reason)
					for _, p := range r.Problems {
						t.Errorf("%s: %s %s %v", p.At, p.Rule, p.Text, p.Diffs)
					}
				}
			}
		})
	}
}

// TestACutForgivesOnlyItsEnd: of a recording that was cut short, what stands in
// its middle and was not recorded is a difference all the same.
func TestACutForgivesOnlyItsEnd(t *testing.T) {
	t.Parallel()
	const name, answer = "auto-thread-continuity-2026-08", `\"reply_to\": \"m2\"`
	text, err := recordings.FS.ReadFile(name + ".jsonl")
	if err != nil {
		t.Fatal(err)
	}
	whole := bytes.SplitAfter(text[:bytes.LastIndex(text, []byte(`{"kind": "end"`))], []byte("\n"))
	i := slices.IndexFunc(whole, func(line []byte) bool {
		return bytes.Contains(line, []byte(`"from": "gateway"`)) && bytes.Contains(line, []byte(answer))
	})
	if i < 0 {
		t.Fatal("it has no such answer")
	}
	lines := slices.Delete(slices.Clone(whole), i, i+1)
	s, _, err := replay.Compile(opener(bytes.Join(lines, nil)), name+".jsonl", deviationsOf(t, name))
	if err != nil {
		t.Fatal(err)
	}
	r := playOn(t, newStage(t), s)
	if r.Outcome != verdict.Failed || len(r.Problems) == 0 || !strings.Contains(r.Problems[0].Text, "that the recording does not have") {
		t.Errorf("%v %s %+v", r.Outcome, r.Reason, r.Problems)
	}
}
