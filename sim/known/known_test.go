package known_test

import (
	"strings"
	"testing"

	"github.com/relaysim/relaysim/sim/known"
	"github.com/relaysim/relaysim/sim/verdict"
)

const file = `# ours

  # the first
  - scenario: "a: b"
    revision: 2026-06
    reason: |
      it does

      not

  # the second
  - reason: x # why
    scenario: c
# the end
`

func read(t *testing.T, text string) *known.File {
	t.Helper()
	f, err := known.Read("k.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func result(o verdict.Outcome) *verdict.Result {
	return &verdict.Result{Outcome: o, Problems: []verdict.Problem{{Text: "want: 'x'\nmore"}}}
}

// TestUpdatedKeepsTheRest: what stays is as it was, and what is added is read
// again as it was written.
func TestUpdatedKeepsTheRest(t *testing.T) {
	f := read(t, file)
	added := known.Entry{Scenario: "- it's: new #1", Revision: "2026-08", Reason: "a\nb: \"c\""}
	for _, tt := range []struct {
		name          string
		without, with []known.Entry
		want          string
	}{
		{"nothing", nil, nil, file},
		{"the first", f.Entries[:1], nil, "# ours\n\n\n  # the second\n  - reason: x # why\n    scenario: c\n# the end\n"},
		{"the second", f.Entries[1:], nil, file[:strings.Index(file, "  # the second")] + "# the end\n"},
		{"one more", f.Entries, []known.Entry{added}, "# ours\n\n\n# the end\n  - scenario: '- it''s: new #1'\n    revision: 2026-08\n    reason: 'a b: \"c\"'\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := f.Updated(tt.without, tt.with)
			if err != nil || string(got) != tt.want {
				t.Errorf("%v\ngot\n%s\nwant\n%s", err, got, tt.want)
			}
			read(t, string(got))
		})
	}
}

func TestOneLineIsNoPlaceToUpdate(t *testing.T) {
	f := read(t, "[{scenario: a, reason: x}]")
	if _, err := f.Updated(f.Entries, nil); err == nil || !strings.HasPrefix(err.Error(), "k.yaml:1:2: write each entry") {
		t.Errorf("got %v", err)
	}
}

// TestStale is an entry all of whose runs passed: not one that was not played, or
// that failed in one of its rounds or revisions.
func TestStale(t *testing.T) {
	r6, r8 := known.Run{Scenario: "a", Revision: "2026-06"}, known.Run{Scenario: "a", Revision: "2026-08"}
	for _, tt := range []struct {
		name    string
		entries string
		add     func(*known.Tally)
		want    int
		all     []known.Run
	}{
		{"not played", "- {scenario: a, reason: x}", func(*known.Tally) {}, 0, nil},
		{"passed", "- {scenario: a, reason: x}", func(y *known.Tally) { y.Add(r6, result(verdict.Passed)) }, 1, nil},
		{"skipped", "- {scenario: a, reason: x}", func(y *known.Tally) { y.Add(r6, result(verdict.Skipped)) }, 0, nil},
		{"in one revision", "- {scenario: a, reason: x}", func(y *known.Tally) {
			y.Add(r6, result(verdict.Passed))
			y.Add(r8, result(verdict.Failed))
		}, 0, nil},
		{"in one round", "- {scenario: a, reason: x}", func(y *known.Tally) {
			y.Add(r8, result(verdict.Passed))
			y.Add(r8, result(verdict.Failed))
		}, 0, nil},
		{"of the other revision", "- {scenario: a, revision: 2026-08, reason: x}", func(y *known.Tally) { y.Add(r6, result(verdict.Passed)) }, 0, nil},
		{"cut off", "- {scenario: a, reason: x}", func(y *known.Tally) {
			y.Add(r6, result(verdict.Passed))
			y.Add(r8, result(verdict.NotJudged))
		}, 0, nil},
		{"skipped in one revision", "- {scenario: a, reason: x}", func(y *known.Tally) {
			y.Add(r6, result(verdict.Skipped))
			y.Add(r8, result(verdict.Passed))
		}, 1, []known.Run{r6, r8}},
		{"not selected in one revision", "- {scenario: a, reason: x}", func(y *known.Tally) { y.Add(r8, result(verdict.Passed)) }, 0, []known.Run{r6, r8}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tally := known.NewTally(read(t, tt.entries), tt.all)
			tt.add(tally)
			if got := tally.Stale(); len(got) != tt.want {
				t.Errorf("got %v, want %d", got, tt.want)
			}
		})
	}
}

// TestExcuse leaves alone what is not known, and what did not fail.
func TestExcuse(t *testing.T) {
	f := read(t, "- {scenario: a, revision: 2026-08, reason: x}")
	for _, tt := range []struct {
		run           known.Run
		outcome, want verdict.Outcome
	}{
		{known.Run{Scenario: "a", Revision: "2026-08"}, verdict.Failed, verdict.Skipped},
		{known.Run{Scenario: "a", Revision: "2026-06"}, verdict.Failed, verdict.Failed},
		{known.Run{Scenario: "b", Revision: "2026-08"}, verdict.Failed, verdict.Failed},
		{known.Run{Scenario: "a", Revision: "2026-08"}, verdict.Passed, verdict.Passed},
		{known.Run{Scenario: "a", Revision: "2026-08"}, verdict.NotJudged, verdict.NotJudged},
	} {
		r := result(tt.outcome)
		f.Excuse(tt.run, r)
		if r.Outcome != tt.want || (r.Known != nil) != (tt.want != tt.outcome) {
			t.Errorf("%v %v: got %v, %v", tt.run, tt.outcome, r.Outcome, r.Known)
		}
	}
}

// FuzzRead: whatever is read can be written again, and every error has a place.
func FuzzRead(f *testing.F) {
	f.Add(file)
	f.Add("- {scenario: a, reason: x}\n")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := known.Read("k.yaml", []byte(text))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "k.yaml:") {
				t.Fatalf("an error without a place: %v", err)
			}
			return
		}
		out, err := k.Updated(nil, []known.Entry{{Scenario: "s", Reason: "r"}})
		if err == nil && !strings.Contains(string(out), "- scenario: s") {
			t.Errorf("nothing was added: %q", out)
		}
		if len(k.Entries) > 0 {
			k.Updated(k.Entries, nil)
		}
	})
}
