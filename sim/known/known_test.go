package known_test

import (
	"strings"
	"testing"

	"github.com/relaysim/relaysim/sim/known"
	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/trace"
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
		{"on the other target", "- {scenario: a, target: ours, reason: x}", func(y *known.Tally) {
			y.Add(on(r8, "ours"), result(verdict.Failed))
			y.Add(on(r8, "theirs"), result(verdict.Passed))
		}, 0, nil},
		{"on its own target", "- {scenario: a, target: ours, reason: x}", func(y *known.Tally) {
			y.Add(on(r8, "ours"), result(verdict.Passed))
			y.Add(on(r8, "theirs"), result(verdict.Failed))
		}, 1, []known.Run{on(r8, "ours"), on(r8, "theirs")}},
		{"on one of two targets", "- {scenario: a, reason: x}", func(y *known.Tally) {
			y.Add(on(r8, "ours"), result(verdict.Passed))
			y.Add(on(r8, "theirs"), result(verdict.Failed))
		}, 0, nil},
		{"covered by a narrower one", "- {scenario: a, reason: x}\n- {scenario: a, target: theirs, reason: x}", func(y *known.Tally) {
			y.Add(on(r8, "ours"), result(verdict.Passed))
			y.Add(on(r8, "theirs"), result(verdict.Failed))
		}, 1, nil},
		{"of another file", "- {scenario: a, reason: x}", func(y *known.Tally) {
			y.Add(known.Run{File: "one", Scenario: "a"}, result(verdict.Passed))
		}, 0, []known.Run{{File: "one", Scenario: "a"}, {File: "two", Scenario: "a"}}},
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

func on(r known.Run, target string) known.Run {
	r.Target = target
	return r
}

// TestNewReason is a line to edit, in which nothing differs from run to run.
func TestNewReason(t *testing.T) {
	hello := &trace.Observation{Seq: 10}
	for _, tt := range []struct {
		name    string
		problem verdict.Problem
		want    string
	}{
		{"a near miss", verdict.Problem{
			Text: "expect.send: nothing matches; the nearest gateway frame is #10", Nearest: hello,
			Diffs: []match.Diff{{Path: "content", Want: `"a"`, Got: `"b\nc"`}, {Path: "chat", Want: "x", Got: "y"}},
		}, `expect.send: nothing matches (content: want "a", got "b\nc")`},
		{"an observation", verdict.Problem{Text: "send at #12 that no step expects"}, "send at … that no step expects"},
		{"a law", verdict.Problem{Rule: "OUT-1", Text: "request \"req-17\" has a second result"}, `OUT-1: request "req-17" has a second result`},
		{"ids that are made up", verdict.Problem{
			Text: "request 3fa85f64-5717-4562-b3fc-2c963f66afa6 of 1718034455123 and a1b2c3d4e5 to C1 in 2026-08",
		}, "request … of … and … to C1 in 2026-08"},
		{"a token", verdict.Problem{Text: "got Bearer Z3ctMToxNzE4MDM0NDU1OmFiYzEyMw"}, "got Bearer …"},
		{"a port", verdict.Problem{Text: "dial ws://127.0.0.1:43017/relay and [::1]:9 and localhost:80: refused"}, "dial ws://127.0.0.1/relay and [::1] and localhost: refused"},
		{"a time that was measured", verdict.Problem{Text: "it came after 1.234567s, want 2s"}, "it came after …, want 2s"},
		{"several lines", verdict.Problem{Text: "want\n  this"}, "want"},
		{"a long one", verdict.Problem{Text: strings.Repeat("long ", 100)}, strings.Repeat("long ", 39) + "long…"},
		{"none", verdict.Problem{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tally := known.NewTally(read(t, ""), nil)
			tally.Add(known.Run{Scenario: "a"}, &verdict.Result{Outcome: verdict.Failed, Problems: []verdict.Problem{tt.problem}})
			if got := tally.New(); len(got) != 1 || got[0].Reason != tt.want {
				t.Errorf("got %v, want %q", got, tt.want)
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
