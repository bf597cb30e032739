package replay_test

import (
	"bytes"
	"flag"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/recordings"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/scenario"
)

var update = flag.Bool("update", false, "write the golden files")

// opener opens a text, again and again.
func opener(text []byte) replay.Opener {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
}

// compile compiles a recording of the repository with its deviations.
func compile(t *testing.T, name string) *scenario.Scenario {
	t.Helper()
	return compileWith(t, name, deviationsOf(t, name))
}

func compileWith(t *testing.T, name string, deviations []replay.Deviation) *scenario.Scenario {
	t.Helper()
	open := func() (io.ReadCloser, error) { return recordings.FS.Open(name + ".jsonl") }
	s, warnings, err := replay.Compile(open, name+".jsonl", deviations)
	if err != nil {
		t.Fatal(err)
	}
	if len(warnings) > 0 {
		t.Fatal(warnings)
	}
	return s
}

// TestCompileGolden compares the steps of two recordings with how they should read.
func TestCompileGolden(t *testing.T) {
	for _, name := range []string{"telegram-forum-topic-2026-06", "token-upgrade-2026-08"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := dump(compile(t, name))
			golden := filepath.Join("testdata", name+".steps")
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// TestEveryRecordingCompiles and says its revision, which its name ends with.
func TestEveryRecordingCompiles(t *testing.T) {
	for _, name := range recorded(t) {
		s := compile(t, name)
		if len(s.Revisions) != 1 || !strings.HasSuffix(name, s.Revisions[0]) {
			t.Errorf("%s: revisions %v", name, s.Revisions)
		}
		if s.Recorded == nil || len(s.Steps) == 0 || s.Name == "" {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// recorded are the names of the repository's recordings.
func recorded(t *testing.T) []string {
	t.Helper()
	files, err := fs.Glob(recordings.FS, "*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(f, ".jsonl")
	}
	return files
}
