package replay_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/recordings"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/verdict"
)

// deviationsOf reads those of a recording of the repository, if it has any.
func deviationsOf(t *testing.T, name string) []replay.Deviation {
	t.Helper()
	file := replay.DeviationsOf(name + ".jsonl")
	f, err := recordings.FS.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := replay.ReadDeviations(f, file)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestDeviationsAreNeeded leaves out each entry in turn. A replay that passes
// without it says that the entry is stale.
func TestDeviationsAreNeeded(t *testing.T) {
	files, err := fs.Glob(recordings.FS, "*"+replay.DeviationsEnding)
	if err != nil || len(files) == 0 {
		t.Fatalf("no deviations: %v", err)
	}
	stage := newStage(t)
	names := recorded(t)
	for _, file := range files {
		name := strings.TrimSuffix(file, replay.DeviationsEnding)
		if !slices.Contains(names, name) {
			t.Errorf("%s: there is no recording %s.jsonl", file, name)
			continue
		}
		all := deviationsOf(t, name)
		for i, d := range all {
			if !d.Replayed() {
				continue // a check of the laws looks after it
			}
			others := slices.Delete(slices.Clone(all), i, i+1)
			if r := playOn(t, stage, compileWith(t, name, others)); r.Outcome != verdict.Failed {
				t.Errorf("%s: stale: the replay passes with the recorded value too (%v)", d.Pos, r.Outcome)
			}
		}
	}
}

const says = `"kind":"frame","from":"gateway","text":%q`

// deviating is a message of two frames, one of the connector's, one more of the
// gateway's.
var deviating = tape(
	fmt.Sprintf(says, `{"type":"x","n":1}`+"\n"+`{"type":"outbound","requestId":"a","action":{"op":"typing","chat_id":"C","list":[1],"metadata":{"user_id":"U2"}}}`+"\n"),
	tell("{}\n"),
	fmt.Sprintf(says, `{"type":"hello","platform":"discord","botId":"B1","command_manifest":[]}`+"\n"),
	`"kind":"agent","call":"connect"`,
)

func entry(seq int, field, recorded, want string) string {
	return fmt.Sprintf("- {rule: SC-6, seq: %d, field: %s, recorded: %s, want: %s, reason: because}\n", seq, field, recorded, want)
}

func compileDeviating(text string) (*scenario.Scenario, error) {
	list, err := replay.ReadDeviations(strings.NewReader(text), "x.deviations.yaml")
	if err != nil {
		return nil, err
	}
	s, _, err := replay.Compile(opener([]byte(deviating)), "x.jsonl", list)
	return s, err
}

// TestDeviation expects what the rule wants in place of what was recorded.
func TestDeviation(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"a text", entry(1, "action.metadata.user_id", "U2", "U1"), `"metadata":{"$exact":{"user_id":"U1"}}`},
		{"null", entry(1, "action.chat_id", "C", "null"), `"chat_id":null`},
		{"a list", entry(1, "action.list", "[1]", `[1, "2", true]`), `"list":[1,"2",true]`},
		{"an object", entry(1, "action.metadata", "{user_id: U2}", "{}"), `"metadata":{"$exact":{}}`},
		{"the first frame that has the field", entry(1, "n", "1", "2"), `"n":2`},
		{"an operator is text", entry(1, "action.chat_id", "C", `{$any: true}`), `"chat_id":{"$exact":{"$any":true}}`},
		{"a field too many", "- {rule: SC-6, seq: 1, field: action.metadata.user_id, recorded: U2, absent: true, reason: because}\n", `"metadata":{"$exact":{}}`},
		{"two", entry(1, "n", "1", "2") + entry(1, "action.chat_id", "C", `"${D}"`), `"chat_id":"$${D}"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := compileDeviating(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := show(s.Steps[0]); !strings.Contains(got, tt.want) {
				t.Errorf("got %s, want %s in it", got, tt.want)
			}
		})
	}
}

// TestDeviationOfALine takes a line away, puts it elsewhere, or changes a close.
func TestDeviationOfALine(t *testing.T) {
	text := tape(
		ask("a"), `"kind":"close","from":"gateway","code":1000,"reason":"bye"`, `"kind":"state","state":"x"`,
		`"kind":"interrupted","session_key":"s"`, `"kind":"state","state":"y"`, `"kind":"agent","call":"disconnect"`,
	)
	for _, tt := range []struct{ name, entry, want string }{
		{"as it is", "rule: SC-6, reason: no line is meant", "frame close interrupted disconnect"},
		{"a law sees it", "rule: SC-6, seq: 1", "frame close interrupted disconnect"},
		{"a frame away", "rule: SC-6, seq: 1, absent: true", "close interrupted disconnect"},
		{"a close away", "rule: SC-6, seq: 2, absent: true", "frame interrupted disconnect"},
		{"later", "rule: SC-6, seq: 2, after: 4", "frame interrupted close disconnect"},
		{"a code", "rule: SC-6, seq: 2, field: code, recorded: 1000, want: -1", "frame close -1 interrupted disconnect"},
		{"a reason", `rule: SC-6, seq: 2, field: reason, recorded: bye, want: ""`, "frame close  interrupted disconnect"},
		{"another code", "rule: SC-6, seq: 2, field: code, recorded: 1001, want: -1", `x.deviations.yaml:1:3: stale: x-2026-06.jsonl:3 has 1000 in code, the entry says 1001`},
		{"the same code", "rule: SC-6, seq: 2, field: code, recorded: 1000, want: 1000", "x.deviations.yaml:1:3: stale: the replay passes with the recorded value of code too"},
		{"no field of a close", "rule: SC-6, seq: 2, field: from, recorded: gateway, want: connector", "x.deviations.yaml:1:3: stale: x-2026-06.jsonl:3 is a close, which has code and reason"},
		{"no line away", "rule: SC-6, seq: 9, absent: true", "x.deviations.yaml:1:3: stale: the recording has no seq 9"},
		{"behind no line", "rule: SC-6, seq: 2, after: 9", "x.deviations.yaml:1:3: stale: the recording has no seq 9"},
		{"not later", "rule: SC-6, seq: 2, after: 1", "x.deviations.yaml:1:3: stale: x-2026-06.jsonl:3 comes after seq 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			list, err := replay.ReadDeviations(strings.NewReader("- {"+strings.TrimSuffix(tt.entry, ", reason: no line is meant")+", reason: because}"), "x.deviations.yaml")
			if err != nil {
				t.Fatal(err)
			}
			s, _, err := replay.Compile(opener([]byte(text)), "x-2026-06.jsonl", list)
			got := fmt.Sprint(err)
			if err == nil {
				got = expected(s)
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// expected names what the steps of deviating lines want, in order.
func expected(s *scenario.Scenario) string {
	var names []string
	for _, st := range s.Steps {
		switch {
		case st.Gateway != "":
			names = append(names, st.Gateway)
		case len(st.Expect) == 0:
		case st.Expect[0].Frame != nil:
			names = append(names, "frame")
		case st.Expect[0].Interrupted != nil:
			names = append(names, "interrupted")
		case st.Expect[0].Close != nil:
			name := "close"
			if c := st.Expect[0].Close; fmt.Sprint(c.Code.Value) != "1000" {
				name += fmt.Sprint(" ", c.Code.Value)
			} else if c.Reason.Value != "bye" {
				name += fmt.Sprint(" ", c.Reason.Value)
			}
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// TestStaleDeviation says of each entry why it no longer applies.
func TestStaleDeviation(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"no such line", entry(9, "n", "1", "2"), "x.deviations.yaml:1:3: stale: the recording has no seq 9"},
		{"no frame of the gateway's", entry(2, "n", "1", "2"), "x.deviations.yaml:1:3: stale: x.jsonl:3 ends no frame of the gateway's"},
		{"no such field", entry(1, "action.metadata.scope_id", "G1", "G2"), "x.deviations.yaml:1:3: stale: x.jsonl:2 has no action.metadata.scope_id"},
		{"no such object", entry(1, "action.chat_id.x", "1", "2"), "x.deviations.yaml:1:3: stale: x.jsonl:2 has no action.chat_id.x"},
		{"another value", entry(1, "action.metadata.user_id", "U3", "U1"), `x.deviations.yaml:1:3: stale: x.jsonl:2 has "U2" in action.metadata.user_id, the entry says "U3"`},
		{"a value of another kind", entry(1, "n", `"1"`, "2"), `x.deviations.yaml:1:3: stale: x.jsonl:2 has 1 in n, the entry says "1"`},
		{"nothing differs", entry(1, "n", "1", "1"), "x.deviations.yaml:1:3: stale: the replay passes with the recorded value of n too"},
		{"nothing that is compared differs", entry(3, "command_manifest", "[]", "[1]"), "x.deviations.yaml:1:3: stale: the replay passes with the recorded value of command_manifest too"},
		{
			"each of several", entry(9, "n", "1", "2") + entry(1, "n", "1", "2") + entry(1, "m", "1", "2"),
			"x.deviations.yaml:1:3: stale: the recording has no seq 9\nx.deviations.yaml:3:3: stale: x.jsonl:2 has no m",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := compileDeviating(tt.text); err == nil || err.Error() != tt.want {
				t.Errorf("got\n%v\nwant\n%s", err, tt.want)
			}
		})
	}
}

// TestReadDeviationsBadInput reads each bad file and compares what is said of it.
func TestReadDeviationsBadInput(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in testdata/bad: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = replay.ReadDeviations(bytes.NewReader(data), filepath.Base(file))
			if err == nil {
				t.Fatal("nothing is wrong with it")
			}
			got := err.Error() + "\n"
			golden := strings.TrimSuffix(file, ".yaml") + ".want"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func TestReadDeviationsTooLarge(t *testing.T) {
	_, err := replay.ReadDeviations(strings.NewReader(strings.Repeat("#", 1<<21)), "x.deviations.yaml")
	if want := "x.deviations.yaml:1: more than 1048576 bytes: this is no file of deviations"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// FuzzReadDeviations reads anything. Every error has a place.
func FuzzReadDeviations(f *testing.F) {
	f.Add(entry(1, "action.metadata.user_id", "U2", "[1, {a: .5}]"))
	f.Add("- &a {rule: SC-6, want: *a}\n---\n- x")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := replay.ReadDeviations(strings.NewReader(text), "x")
		var problems scenario.Errors
		if err != nil && !errors.As(err, &problems) {
			t.Fatalf("an error without a place: %#v", err)
		}
		for _, p := range problems {
			if p.Pos.Line < 1 {
				t.Fatalf("a problem without a line: %s", p)
			}
		}
		if err == nil && len(list) == 0 {
			t.Fatal("neither deviations nor an error")
		}
	})
}
