package replay_test

import (
	"bufio"
	"bytes"
	"regexp"
	"slices"
	"testing"

	"github.com/relaysim/relaysim/recordings"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/verdict"
)

// notWire are the lines of a recording that no proxy in the middle sees.
var notWire = regexp.MustCompile(`^\{[^{]*"kind": ?"(routed|agent|interrupted|state|note)"`)

// wireOnly strips a recording of what its wire did not show.
func wireOnly(t *testing.T, name string) (text []byte, stripped map[int]bool) {
	t.Helper()
	whole, err := recordings.FS.ReadFile(name + ".jsonl")
	if err != nil {
		t.Fatal(err)
	}
	stripped = map[int]bool{}
	var b bytes.Buffer
	seq := 0
	lines := bufio.NewScanner(bytes.NewReader(whole))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		seq++ // of the next line: the header has none
		if notWire.Match(lines.Bytes()) {
			stripped[seq-1] = true
			continue
		}
		b.Write(lines.Bytes())
		b.WriteByte('\n')
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), stripped
}

// TestWireOnlyRecordingsPlay plays each recording without the lines that say
// what the agent got and did.
func TestWireOnlyRecordingsPlay(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	for _, name := range recorded(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, stripped := wireOnly(t, name)
			if bytes.Contains(text, []byte(`"routed"`)) || len(stripped) == 0 {
				t.Fatal("nothing was stripped")
			}
			list := slices.DeleteFunc(deviationsOf(t, name), func(d replay.Deviation) bool { return stripped[d.Seq] })
			s, _, err := replay.Compile(opener(text), name+".jsonl", list)
			if err != nil {
				t.Fatal(err)
			}
			r := playOn(t, stage, s)
			if r.Outcome != verdict.Passed {
				for _, p := range r.Problems {
					t.Errorf("%s: %s %v", p.At, p.Text, p.Diffs)
				}
			}
		})
	}
}
