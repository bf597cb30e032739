package convert_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/relaysim/relaysim/scenarios"
	"github.com/relaysim/relaysim/sim/convert"
	"github.com/relaysim/relaysim/sim/scenario"
)

var anywhere = cmpopts.IgnoreTypes(scenario.Pos{}, struct{}{})

// TestWriteIsReadAgain writes every scenario of the repository and reads that.
func TestWriteIsReadAgain(t *testing.T) {
	t.Parallel()
	n := 0
	err := fs.WalkDir(scenarios.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		n++
		want, err := scenario.LoadFile(scenarios.FS, path)
		if err != nil {
			return err
		}
		text := convert.Write(want, nil)
		got, err := scenario.Load(path, text)
		if err != nil {
			t.Errorf("%v\n%s", err, text)
			return nil
		}
		if d := cmp.Diff(want, got, anywhere, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s (-want +got)\n%s\n%s", path, d, text)
		}
		for line := range strings.Lines(string(text)) {
			if strings.TrimRight(line, " \n")+"\n" != line {
				t.Errorf("%s: space at the end of %q", path, line)
			}
		}
		return nil
	})
	if err != nil || n == 0 {
		t.Errorf("%d written, %v", n, err)
	}
}

// FuzzWriteText: any text is read again as it was.
func FuzzWriteText(f *testing.F) {
	for _, s := range []string{"", "a", "yes", "1", "- x", "a: b", "a #b", "'", `"`, "\n", "\x00\x7f\u0085", "${x}", "$${x}", "null", "😀", "a,b", "[", "{}", "@x", "2024-01-01", " a ", "0x1f", "\ufeff", "\u2028", "\ue000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "")
		if len(s) > 200 { // a key of YAML has at most 1024 characters, escapes included
			s = strings.ToValidUTF8(s[:200], "")
		}
		want := &scenario.Scenario{
			Name:  "x",
			Agent: []scenario.Rule{{Do: []scenario.Act{{Call: scenario.Call{Send: &scenario.Args{Content: &s}}}}}},
			Steps: []scenario.Step{
				{Frame: &scenario.Pattern{Set: true, Value: map[string]any{"v": s, "k" + s: []any{s}}}},
				{Expect: []scenario.Expectation{{Nothing: &scenario.Nothing{}}}},
			},
		}
		text := convert.Write(want, nil)
		got, err := scenario.Load("x.yaml", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		step, err := got.Steps[0].Resolve(func(string) (any, bool) { return nil, false })
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want.Steps[0].Frame.Value, step.Frame.Value); d != "" {
			t.Errorf("(-want +got)\n%s\n%s", d, text)
		}
		act, err := got.Agent[0].Do[0].Resolve(func(string) (any, bool) { return nil, false })
		if err != nil {
			t.Fatal(err)
		}
		if *act.Send.Content != s {
			t.Errorf("got %q, want %q\n%s", *act.Send.Content, s, text)
		}
	})
}
