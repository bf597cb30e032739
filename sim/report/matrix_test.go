package report_test

import (
	"strings"
	"testing"

	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/report"
	"github.com/relaysim/relaysim/sim/verdict"
)

// What differs comes first, with the first reason of each target.
func TestMatrixShowsWhatDiffersFirst(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	m := report.NewMatrix(&out, report.TextOptions{}, []string{"built-in", "go"})
	var s report.Summary
	add := func(name, target string, r verdict.Result) {
		r.Name, r.File, r.Line, r.Revision = name, name+".yaml", 1, "2026-08"
		s.Add(&r)
		m.Add(report.Entry{Result: &r, Target: target})
	}
	bad := verdict.Result{Outcome: verdict.Failed, Problems: []verdict.Problem{
		{At: "x.yaml:3:5", Text: "nothing matches", Diffs: []match.Diff{{Path: "content", Want: `"a"`, Got: `"b"`}}}, {Text: "and more"},
	}}
	good := verdict.Result{Outcome: verdict.Passed}
	add("alike", "built-in", good)
	add("alike", "go", good)
	add("wrong", "built-in", bad)
	add("wrong", "go", bad)
	add("unlike", "built-in", good)
	add("unlike", "go", bad)
	add("not there", "built-in", good)
	add("not there", "go", verdict.Result{Outcome: verdict.Skipped, Reason: "it has no MED"})
	add("known", "built-in", good)
	add("known", "go", verdict.Result{Outcome: verdict.Skipped, Reason: "known failure: later", Known: &verdict.Known{}})
	add("of one only", "go", good)
	if err := m.End(s); err != nil {
		t.Fatal(err)
	}
	want := `fail on some: 1
  built-in  go
  ok        FAIL  unlike [2026-08]  unlike.yaml:1
      go: x.yaml:3:5: nothing matches (and 1 more) (content: want "a", got "b")

skipped on some: 2
  built-in  go
  ok        skip  not there [2026-08]  not there.yaml:1
      go: it has no MED
  ok        skip  known [2026-08]  known.yaml:1
      go: known failure: later

failed on all: 1
  built-in  go
  FAIL      FAIL  wrong [2026-08]  wrong.yaml:1
      built-in: x.yaml:3:5: nothing matches (and 1 more) (content: want "a", got "b")
      go: x.yaml:3:5: nothing matches (and 1 more) (content: want "a", got "b")

passed on all: 2

target    passed  failed  skipped  known
built-in       4       1        0      0
go             2       2        1      1
6 passed, 3 failed, 1 skipped, 1 known to fail
`
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
