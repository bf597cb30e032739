package convert_test

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/recordings"
	"github.com/relaysim/relaysim/sim/convert"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/verdict"
)

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

// player plays a scenario in its revision.
func player(t *testing.T, stage *play.Stage) convert.Player {
	return func(s *scenario.Scenario) string {
		rev, err := wire.ParseRevision(s.Revisions[0])
		if err != nil {
			t.Fatal(err)
		}
		r := stage.Run(t.Context(), s, rev, play.Options{})
		if r.Outcome == verdict.Passed {
			return ""
		}
		why := r.Outcome.String() + " " + r.Reason
		for _, p := range r.Problems {
			why += fmt.Sprintf("\n%s: %s %s %v", p.At, p.Rule, p.Text, p.Diffs)
		}
		return why
	}
}

// compile is a recording of the repository as replay has it.
func compile(t *testing.T, name string) *scenario.Scenario {
	t.Helper()
	text, err := recordings.FS.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var deviations []replay.Deviation
	if beside, err := recordings.FS.ReadFile(replay.DeviationsOf(name)); err == nil {
		if deviations, err = replay.ReadDeviations(bytes.NewReader(beside), name); err != nil {
			t.Fatal(err)
		}
	}
	s, _, err := replay.Compile(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }, name, deviations)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// unlike are the recordings of gateways that do what ours does not: the scenario
// fails, and this is why. An entry that no longer fails is stale.
var unlike = map[string]string{
	"findings/array-frame-kills-reader-2026-06.jsonl":              "SC-1: it replies without the scope",
	"findings/array-frame-kills-reader-2026-08.jsonl":              "FR-6: it lets the socket go after a bad frame",
	"findings/forward-null-kills-reader-2026-06.jsonl":             "SC-1: it replies without the scope",
	"findings/forward-null-kills-reader-2026-08.jsonl":             "SC-1: it replies without the scope",
	"findings/group-per-user-isolation-2026-08.jsonl":              "SC-6: it replies in another author's name",
	"findings/long-reply-is-one-send-2026-06.jsonl":                "OUT-7: it does not split a long reply",
	"findings/long-reply-is-one-send-2026-08.jsonl":                "OUT-7: it does not split a long reply",
	"findings/number-chat-id-kills-reader-2026-06.jsonl":           "FR-6: it routes nothing after a bad event",
	"findings/poison-buffered-event-2026-08.jsonl":                 "IDLE-5: it does not acknowledge a bad entry, and dials again",
	"findings/server-close-with-pending-send-2026-06.jsonl":        "OUT-5: it lets a call wait for its timeout",
	"findings/server-close-with-pending-send-2026-08.jsonl":        "OUT-5: it lets a call wait for its timeout",
	"findings/slash-stop-misses-the-message-session-2026-06.jsonl": "TURN-3: its /stop stops nothing",
	"findings/slash-stop-misses-the-message-session-2026-08.jsonl": "TURN-3: its /stop stops nothing",
	"findings/two-guilds-same-channel-id-2026-06.jsonl":            "SC-6: it replies to another guild",
	"findings/two-guilds-same-channel-id-2026-08.jsonl":            "SC-6: it replies to another guild",
}

// golden are the recordings whose scenarios are looked at by people.
var golden = []string{"slash-command-follow-up-2026-08", "interrupt-during-turn-2026-08", "edit-streaming-2026-08", "failed-result-2026-06"}

var update = flag.Bool("update", false, "write the golden files")

func TestRecordingsConvert(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	files, err := fs.Glob(recordings.FS, "*.jsonl")
	findings, err2 := fs.Glob(recordings.FS, "findings/*.jsonl")
	if err != nil || err2 != nil || len(files) == 0 {
		t.Fatal(len(files), err, err2)
	}
	for name := range unlike {
		if !slices.Contains(findings, name) {
			t.Errorf("%s is listed, and is no recording", name)
		}
	}
	for _, name := range golden {
		if !slices.Contains(files, name+".jsonl") {
			t.Errorf("%s has a golden file, and is no recording", name)
		}
	}
	for _, name := range slices.Concat(files, findings) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			short := strings.TrimSuffix(name, ".jsonl")
			r, err := convert.Convert(compile(t, name), short+".yaml", player(t, stage))
			switch why, listed := unlike[name]; {
			case err != nil:
				t.Error(err)
			case listed && r.Fails == "":
				t.Errorf("it is listed (%s), and passes", why)
			case !listed && (r.Fails != "" || r.Plain || r.Replay != ""):
				t.Errorf("plain %v, fails %s, replay %s", r.Plain, r.Fails, r.Replay)
			case slices.Contains(golden, short):
				compareGolden(t, "testdata/"+short+".yaml", r.Text)
			}
		})
	}
}

func compareGolden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got)\n%s", path, d)
	}
}

// TestTooLong: nobody edits a scenario of a million steps. It says how much of the
// recording would do, kept or not.
func TestTooLong(t *testing.T) {
	t.Parallel()
	steps := make([]scenario.Step, 10_000)
	for i := range steps {
		steps[i].Pos.Line = i/2 + 2
	}
	play := func(perform func(*scenario.Step) error) error {
		for i := range steps {
			if err := perform(&steps[i]); err != nil {
				return err
			}
		}
		return nil
	}
	for _, s := range []*scenario.Scenario{
		{Name: "kept", Steps: steps},
		{Name: "on a tape", Recorded: &scenario.Recorded{Tape: &scenario.Tape{Play: play}}},
	} {
		s.Revisions = []string{"2026-08"}
		_, err := convert.Convert(s, "x.yaml", func(*scenario.Scenario) string { return "" })
		want := "it has more than 5000 steps, and nobody edits more: its first 2501 lines are a recording too (head -n 2501)"
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", s.Name, err, want)
		}
	}
}

// TestSeveralGateways are told apart by their names.
func TestSeveralGateways(t *testing.T) {
	t.Parallel()
	s, err := scenario.Load("two.yaml", []byte(`
name: two gateways
strict: none
revisions: ["2026-08"]
gateways:
  a: {users: [U1], typing: false}
  b: {users: [U2], connect: false}
agent:
  - do: [{reply: hello}]
steps:
  - to: b
    gateway: connect
  - to: a
    inbound: {text: hi, message_id: m1}
  - to: b
    inbound: {text: hi, message_id: m2, user: {id: U2}}
  - to: b
    agent: {send: {chat: C1, content: news}}
  - expect: {send: {content: news}, on: b}
  - to: b
    connector: {drop: true}
  - advance: 1s
  - to: a
    gateway: disconnect
  - to: b
    gateway: disconnect
`))
	if err != nil {
		t.Fatal(err)
	}
	stage := newStage(t)
	r, err := convert.Convert(record(t, stage, s, wire.R8), "two.yaml", player(t, stage))
	if err != nil || r.Fails != "" || r.Plain || r.Replay != "" {
		t.Fatalf("%v %+v", err, r)
	}
	compareGolden(t, "testdata/two-gateways.yaml", r.Text)
}
