package report_test

import (
	"strings"
	"testing"

	"github.com/relaysim/relaysim/sim/report"
	"github.com/relaysim/relaysim/sim/verdict"
)

// How much was compared with somebody else's gateway stands in every report,
// and what its program printed where it failed.
func TestCompared(t *testing.T) {
	e := report.Entry{Result: &verdict.Result{
		Name: "n", File: "a.yaml", Revision: "2026-08", Outcome: verdict.Failed,
		Problems: []verdict.Problem{{Text: "wrong"}}, Said: []string{"Traceback", "x\x1b[2J"},
		Compared: &verdict.Compared{Fields: 3, Of: 4, Unreported: []string{"event.source.chat_topic"}, Settled: true},
	}}
	var s report.Summary
	s.Add(e.Result)
	if got, want := s.String(), "0 passed, 1 failed; compared 3 of 4 fields; 1 not synced"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	var text, lines, xml strings.Builder
	for _, r := range []report.Reporter{report.NewText(&text, report.TextOptions{}), report.NewJSON(&lines), report.NewJUnit(&xml)} {
		r.Add(e)
		if err := r.End(s); err != nil {
			t.Fatal(err)
		}
	}
	for got, wants := range map[string][]string{
		text.String():  {"compared 3 of 4 fields; not reported: event.source.chat_topic; it cannot sync", "it printed, last:\n        Traceback\n"},
		lines.String(): {`"compared":{"fields":3,"of":4,"unreported":["event.source.chat_topic"],"synced":false}`, `"said":["Traceback"`, `"compared_fields":3,"expected_fields":4,"not_synced":1`},
		xml.String():   {`<property name="compared" value="compared 3 of 4 fields; not reported`, "Traceback"},
	} {
		for _, want := range wants {
			if !strings.Contains(got, want) {
				t.Errorf("no %q in\n%s", want, got)
			}
		}
		if strings.Contains(got, "\x1b") {
			t.Errorf("what the program printed can move the cursor:\n%q", got)
		}
	}
}
