package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/sim/report"
	"github.com/relaysim/relaysim/sim/verdict"
)

// leftOutOf is the text on runs of one folder.
func leftOutOf(o report.TextOptions, list ...*verdict.Result) string {
	var b strings.Builder
	text := report.NewText(&b, o)
	var s report.Summary
	for _, r := range list {
		s.Add(r)
		text.Add(report.Entry{Result: r, Group: "x"})
	}
	_ = text.End(s)
	return b.String()
}

func skipped(reason string) *verdict.Result {
	return &verdict.Result{Name: "n", File: "f", Outcome: verdict.Skipped, Reason: reason}
}

func TestSkippedAreCountedByReason(t *testing.T) {
	list := []*verdict.Result{
		{Name: "ok", Outcome: verdict.Passed}, skipped("no clock"), skipped("it drops (line 3)"), skipped("it drops (line 14)"),
		{Name: "k", Outcome: verdict.Skipped, Reason: "known failure: x", Known: &verdict.Known{Reason: "x"}},
	}
	const want = "skip  k\n      known failure: x\nok    x                        1 passed, 3 skipped, 1 known to fail  0s\n" +
		"skipped (-v names each):\n    2  it drops\n    1  no clock\n1 passed, 0 failed, 3 skipped, 1 known to fail\n"
	if got := leftOutOf(report.TextOptions{}, list...); strings.ReplaceAll(got, "  f\n", "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := leftOutOf(report.TextOptions{Traces: true}, list...); strings.Count(got, "skip  n") != 3 {
		t.Errorf("got\n%s", got)
	}
	for i := range 12 {
		list = append(list, skipped(fmt.Sprintf("reason %02d", i)))
	}
	if got := leftOutOf(report.TextOptions{}, list...); !strings.Contains(got, "    4  for 4 other reasons\n") {
		t.Errorf("got\n%s", got)
	}
}

// TestComparedLittleLooksDifferent from a pass that compared everything.
func TestComparedLittleLooksDifferent(t *testing.T) {
	little := &verdict.Result{Outcome: verdict.Passed, Compared: &verdict.Compared{Fields: 1, Of: 3, Unreported: []string{"event.session", "event.user"}}}
	all := &verdict.Result{Outcome: verdict.Passed, Compared: &verdict.Compared{Fields: 3, Of: 3}}
	const left = "not reported, so not compared, in so many runs: event.session (1), event.user (1)\n"
	got := leftOutOf(report.TextOptions{}, little, all)
	for _, want := range []string{"2 passed, compared 4 of 6 fields  0s\n", left, "2 passed, 0 failed; compared 4 of 6 fields\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	got = leftOutOf(report.TextOptions{}, all)
	if strings.Contains(got, "not reported") || !strings.HasPrefix(got, "ok    x                        1 passed  0s\n") {
		t.Errorf("got\n%s", got)
	}
}
