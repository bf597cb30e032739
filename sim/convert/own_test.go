package convert_test

import (
	"bytes"
	"flag"
	"io"
	"io/fs"
	"slices"
	"testing"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/scenarios"
	"github.com/relaysim/relaysim/sim/convert"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/scenario"
)

// record plays a scenario and compiles what is written down of it.
func record(t *testing.T, stage *play.Stage, s *scenario.Scenario, rev *wire.Revision) *scenario.Scenario {
	t.Helper()
	r := stage.Run(t.Context(), s, rev, play.Options{})
	var b bytes.Buffer
	w, err := recording.NewWriter(&b, recording.Header{Title: s.Name, Revision: rev.Name, Config: replay.ConfigOf(s)})
	for _, o := range r.Trace {
		if err == nil {
			err = w.Write(o)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil }
	compiled, _, err := replay.Compile(open, "own.jsonl", nil)
	if err != nil {
		t.Fatal(s.Name, err)
	}
	return compiled
}

// byHand says whether a socket was dialled by hand, which no recording tells
// from a gateway's, or an event written as a frame that the connector itself
// would not send.
func byHand(steps []scenario.Step) bool {
	return slices.ContainsFunc(steps, func(s scenario.Step) bool {
		if s.Frame != nil {
			if fields, _ := s.Frame.Value.(map[string]any); fields["type"] == "inbound" {
				return true
			}
		}
		return s.Dial != nil || s.Repeat != nil && byHand(s.Repeat.Steps)
	})
}

// greetsByHand says whether a step takes the handshake and the goodbye away from
// the connector.
func greetsByHand(steps []scenario.Step) bool {
	return slices.ContainsFunc(steps, func(s scenario.Step) bool { return s.Connector != nil && s.Connector.Handshake != "" })
}

var all = flag.Bool("all", false, "convert the recordings of all scenarios, in place of one in ten")

// TestOwnRecordingsConvert plays scenarios, and converts what is written down
// of them: what a person wrote becomes a scenario again, and mere frames only
// where the person took the handshake into their own hands.
func TestOwnRecordingsConvert(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	n := 0
	err := fs.WalkDir(scenarios.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if n++; n%10 != 0 && !*all {
			return nil
		}
		s, err := scenario.LoadFile(scenarios.FS, path)
		if err != nil || byHand(s.Steps) {
			return err
		}
		for _, rev := range wire.Revisions() {
			if len(s.Revisions) > 0 && !slices.Contains(s.Revisions, rev.Name) {
				continue
			}
			t.Run(path+" "+rev.Name, func(t *testing.T) {
				t.Parallel()
				r, err := convert.Convert(record(t, stage, s, rev), "own.yaml", player(t, stage))
				if err != nil {
					t.Fatal(err)
				}
				if r.Fails != "" || r.Plain && !greetsByHand(s.Steps) || r.Replay != "" {
					t.Errorf("plain %v, fails %s, replay %s\n%s", r.Plain, r.Fails, r.Replay, r.Text)
				}
			})
		}
		return nil
	})
	if err != nil || n == 0 {
		t.Errorf("%d, %v", n, err)
	}
}
