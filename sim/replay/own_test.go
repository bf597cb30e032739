package replay_test

import (
	"bytes"
	"io/fs"
	"slices"
	"testing"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/scenarios"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
	"github.com/relaysim/relaysim/sim/verdict"
)

// TestOwnRecordingsPlay plays each scenario, writes its trace down and plays
// that, which must pass. So must what a run that failed half-way leaves behind,
// and what a proxy in the middle would have written down.
func TestOwnRecordingsPlay(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	played := 0
	err := fs.WalkDir(scenarios.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		s, err := scenario.LoadFile(scenarios.FS, path)
		if err != nil {
			return err
		}
		for _, rev := range wire.Revisions() {
			if len(s.Revisions) > 0 && !slices.Contains(s.Revisions, rev.Name) {
				continue
			}
			played++
			t.Run(path+" "+rev.Name, func(t *testing.T) {
				t.Parallel()
				if why := unplayable(s); why != "" {
					t.Skip(why)
				}
				whole := stage.Run(t.Context(), s, rev, play.Options{})
				replayOwn(t, stage, s, rev, whole, everything)
				if !retries(s) {
					replayOwn(t, stage, s, rev, whole, onWire)
				}
				if rev != wire.R8 && (len(s.Revisions) == 0 || slices.Contains(s.Revisions, wire.R8.Name)) {
					return // half of a run ends alike in either
				}
				half := *s
				half.Steps = s.Steps[:(len(s.Steps)+1)/2]
				replayOwn(t, stage, &half, rev, stage.Run(t.Context(), &half, rev, play.Options{}), everything)
			})
		}
		return nil
	})
	if err != nil || played == 0 {
		t.Errorf("%d played, %v", played, err)
	}
}

// unplayable says why the recording of a scenario cannot be played, or "".
func unplayable(s *scenario.Scenario) string {
	byHand := slices.ContainsFunc(s.Steps, func(st scenario.Step) bool {
		return st.Dial != nil || st.Repeat != nil && slices.ContainsFunc(st.Repeat.Steps, func(st scenario.Step) bool { return st.Dial != nil })
	})
	if byHand {
		return "a socket opened by hand: the recording does not say which frames the scenario wrote in a gateway's place"
	}
	return ""
}

// retries says whether a user lets a turn run again: frames alone do not show
// which turn that was.
func retries(s *scenario.Scenario) bool {
	return slices.ContainsFunc(s.Steps, func(st scenario.Step) bool { return st.Inbound != nil && st.Inbound.Text == "/retry" })
}

func everything(*trace.Observation) bool { return true }

func onWire(o *trace.Observation) bool {
	return o.Kind == trace.Open || o.Kind == trace.Close || o.Kind == trace.Frame
}

// replayOwn plays what of a run of s was written down.
func replayOwn(t *testing.T, stage *play.Stage, s *scenario.Scenario, rev *wire.Revision, played *verdict.Result, written func(*trace.Observation) bool) {
	t.Helper()
	known := *played
	known.Trace = slices.DeleteFunc(slices.Clone(played.Trace), func(o *trace.Observation) bool { return !written(o) })
	text := record(t, s, rev, &known)
	compiled, warnings, err := replay.Compile(opener(text), "own.jsonl", nil)
	if err != nil || len(warnings) > 0 && written(&trace.Observation{}) {
		t.Fatalf("%v %v\n%s", err, warnings, text)
	}
	r := playOn(t, stage, compiled)
	if r.Outcome != verdict.Passed {
		t.Errorf("%v: the recording of the first %d steps", r.Outcome, len(s.Steps))
		for _, p := range r.Problems {
			t.Errorf("%s: %s %v", p.At, p.Text, p.Diffs)
		}
		t.Logf("%s", text)
	}
}

// record is a run's trace as a recording.
func record(t *testing.T, s *scenario.Scenario, rev *wire.Revision, r *verdict.Result) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := recording.NewWriter(&b, recording.Header{Title: s.Name, Revision: rev.Name, Config: replay.ConfigOf(s)})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range r.Trace {
		if err := w.Write(o); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestReplaysReplay plays what a replay leaves behind.
func TestReplaysReplay(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	for _, name := range recorded(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := compile(t, name)
			rev, err := wire.ParseRevision(s.Revisions[0])
			if err != nil {
				t.Fatal(err)
			}
			replayOwn(t, stage, s, rev, stage.Run(t.Context(), s, rev, play.Options{}), everything)
		})
	}
}
