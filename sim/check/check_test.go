package check_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/recordings"
	"github.com/relaysim/relaysim/sim/check"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/verdict"
)

// recorded are the repository's recordings.
func recorded(t *testing.T) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(recordings.FS, ".", func(p string, _ fs.DirEntry, err error) error {
		if path.Ext(p) == ".jsonl" {
			files = append(files, p)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	return files
}

func isFinding(file string) bool { return path.Dir(file) == "findings" }

func deviationsOf(t *testing.T, file string) []replay.Deviation {
	t.Helper()
	name := replay.DeviationsOf(file)
	f, err := recordings.FS.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := replay.ReadDeviations(f, name)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func checkFile(t *testing.T, file string, list []replay.Deviation) *check.Result {
	t.Helper()
	open := func() (io.ReadCloser, error) { return recordings.FS.Open(file) }
	r, err := check.File(open, file, check.Options{Deviations: list, Finding: isFinding(file)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRecordings: what the laws see in each of the repository's recordings is
// listed beside it, and what is listed there they see. Without an entry of those
// the recording fails.
func TestRecordings(t *testing.T) {
	flagged := 0
	for _, file := range recorded(t) {
		t.Run(file, func(t *testing.T) {
			list := deviationsOf(t, file)
			r := checkFile(t, file, list)
			if r.Outcome != verdict.Passed || r.Observations == 0 {
				t.Errorf("%v, %d observations: %v", r.Outcome, r.Observations, r.Problems)
			}
			if len(r.Problems) > 0 {
				flagged++
			}
			for i, d := range list {
				if d.Replayed() && !slices.ContainsFunc(r.Problems, func(p verdict.Problem) bool { return p.Rule == d.Rule && p.Seq == d.Seq }) {
					continue
				}
				if r := checkFile(t, file, slices.Delete(slices.Clone(list), i, i+1)); r.Outcome != verdict.Failed {
					t.Errorf("%s is not needed", d.Pos)
				}
			}
		})
	}
	if want := 24 + 8; flagged != want {
		t.Errorf("%d recordings are flagged, want %d", flagged, want)
	}
}

// TestFindings: a recording whose header says FINDING is among the findings and
// flagged, with the rule that it was found to break. The laws see nothing in
// one, of whose revision the finding is not.
func TestFindings(t *testing.T) {
	rules := map[string]string{
		"array-frame-kills-reader":              "FR-6",
		"exec-approval-press":                   "FR-7",
		"forward-null-kills-reader":             "FR-6",
		"group-per-user-isolation":              "SC-6",
		"long-reply-is-one-send":                "OUT-7",
		"number-chat-id-kills-reader":           "FR-6",
		"poison-buffered-event":                 "IDLE-5",
		"result-not-an-object":                  "OUT-4",
		"send-while-reconnecting":               "OUT-4",
		"server-close-with-pending-send":        "OUT-5",
		"slash-stop-misses-the-message-session": "TURN-3",
		"stop-command-while-busy":               "FR-7",
		"two-guilds-same-channel-id":            "SC-6",
		"unauthorized-4401-before-handshake":    "HS-8",
		"unauthorized-4401-then-accepted":       "HS-8",
	}
	seen := 0
	for _, file := range recorded(t) {
		if found := strings.Contains(about(t, file), "FINDING"); found != isFinding(file) {
			t.Errorf("%s: its header says FINDING: %v", file, found)
		}
		if !isFinding(file) {
			continue
		}
		seen++
		name := strings.TrimSuffix(path.Base(file), ".jsonl")
		rule := rules[name[:len(name)-len("-2026-06")]]
		r := checkFile(t, file, deviationsOf(t, file))
		if name == "group-per-user-isolation-2026-06" {
			if len(r.Problems) != 0 {
				t.Errorf("%s: %v", file, r.Problems)
			}
			continue
		}
		if rule == "" || len(r.Problems) == 0 || r.Problems[0].Rule != rule {
			t.Errorf("%s: %v, want %q", file, r.Problems, rule)
		}
	}
	if seen != 25 {
		t.Errorf("%d findings", seen)
	}
}

func about(t *testing.T, file string) string {
	t.Helper()
	f, err := recordings.FS.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	l, err := recording.NewReader(f, file).Next()
	if err != nil {
		t.Fatal(err)
	}
	return l.Header.About
}

// opener opens a text, again and again.
func opener(text string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
}

const (
	head  = `{"kind":"header","recording":1,"title":"x","revision":"2026-08"%s}` + "\n"
	open1 = `{"seq":1,"at":0,"conn":1,"kind":"open","path":"/relay","auth":"absent"}` + "\n"
	hello = `{"seq":2,"at":0,"conn":1,"kind":"frame","from":"gateway","frame":{"type":"hello","platform":"discord","botId":"B1"}}` + "\n"
	odd   = `{"seq":5,"at":1,"conn":1,"kind":"frame","from":"%s","frame":{"type":"odd"}}` + "\n"
	end   = `{"kind":"end","events":3}` + "\n"

	descriptor = `{"seq":3,"at":0,"conn":1,"kind":"frame","from":"connector","frame":{"type":"descriptor","descriptor":{"platform":"discord"}}}` + "\n"
	request    = `{"seq":4,"at":0,"conn":1,"kind":"frame","from":"gateway","frame":{"type":"outbound","requestId":"r1","action":{"op":"typing","chat_id":"C1"}}}` + "\n"
	binary     = `{"seq":4,"at":0,"conn":1,"kind":"frame","from":"connector","base64":"/wo="}` + "\n"
)

// TestFile judges small recordings.
func TestFile(t *testing.T) {
	entry := func(rule string, seq int) replay.Deviation { return replay.Deviation{Rule: rule, Seq: seq} }
	plain := fmt.Sprintf(head, "") + open1 + hello
	named := fmt.Sprintf(head, `,"connector":"wss://relay.example"`) + open1 + hello
	gateway, connector := fmt.Sprintf(odd, "gateway"), fmt.Sprintf(odd, "connector")
	for _, tt := range []struct {
		name, text string
		o          check.Options
		want       string // outcome and problems
		err        string
	}{
		{"good", plain + end, check.Options{}, "passed", ""},
		{"bad", plain + gateway + end, check.Options{}, `failed; x.jsonl:4: FR-5: the gateway sent a frame of type "odd", which is not one of its own`, ""},
		{"listed", plain + gateway + end, check.Options{Deviations: []replay.Deviation{entry("FR-5", 5)}},
			`passed; x.jsonl:4: FR-5: the gateway sent a frame of type "odd", which is not one of its own; listed at `, ""},
		{"listed elsewhere", plain + gateway + end, check.Options{Deviations: []replay.Deviation{entry("FR-5", 2)}},
			`failed; x.jsonl:4: FR-5: the gateway sent a frame of type "odd", which is not one of its own; : stale: no law sees FR-5 broken at seq 2`, ""},
		{"said not to be seen", plain + gateway + end, check.Options{Deviations: []replay.Deviation{entry("FR-5", 5), entry("FR-5", 0)}},
			`failed; x.jsonl:4: FR-5: the gateway sent a frame of type "odd", which is not one of its own; listed at ; : stale: a law sees FR-5 broken, at seq 5`, ""},
		{"not seen, as said", plain + end, check.Options{Deviations: []replay.Deviation{entry("SC-6", 0)}, Finding: true}, "passed", ""},
		{"a finding of nothing", plain + end, check.Options{Finding: true},
			"failed; x.jsonl:1: it is kept among the findings: want in x.deviations.yaml which rule it breaks and where", ""},
		{"a connector nobody knows", plain + connector + end, check.Options{}, "passed", ""},
		{"a connector that is named", named + connector + end, check.Options{},
			`failed; x.jsonl:4: FR-5: the connector sent a frame of type "odd", which is not one of its own`, ""},
		{"and left out", named + connector + end, check.Options{GatewayOnly: true}, "passed", ""},
		{"a request without a result", named + descriptor + request + end, check.Options{},
			`failed; x.jsonl:5: OUT-1: request "r1" has no result, although the connection stayed up`, ""},
		{"and with the end of a recording that its session outlives", named + descriptor + request + strings.Replace(end, "}", `,"cut":true}`, 1), check.Options{}, "passed", ""},
		{"and without an end", named + descriptor + request, check.Options{}, "passed", ""},
		{"a binary message", named + descriptor + binary + end, check.Options{},
			"failed; x.jsonl:5: FR-1: the connector sent a line that is no JSON object: \xff; x.jsonl:5: FR-1: the connector sent a binary message, want text", ""},
		{"cut short", plain + gateway, check.Options{}, `failed; x.jsonl:4: FR-5: the gateway sent a frame of type "odd", which is not one of its own`, ""},
		{"broken, as far as it goes", plain + gateway + "{\n" + end, check.Options{},
			`failed; x.jsonl:4: FR-5: the gateway sent a frame of type "odd", which is not one of its own`,
			"x.jsonl:5: not JSON (unexpected end of JSON input): every line is one JSON object"},
		{"no recording", "hello\n", check.Options{}, "", `x.jsonl:1: not a header line: a recording begins with {"kind":"header","recording":1,…}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := check.File(opener(tt.text), "x.jsonl", tt.o)
			if got := text(err); got != tt.err {
				t.Errorf("error %q, want %q", got, tt.err)
			}
			got := ""
			if r != nil {
				got = r.Outcome.String()
				for _, p := range r.Problems {
					got += "; " + p.At + ": "
					if p.Rule != "" {
						got += p.Rule + ": "
					}
					got += p.Text
				}
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestAround shows what happened around a problem, and not the rest.
func TestAround(t *testing.T) {
	var b bytes.Buffer
	fmt.Fprintf(&b, head, "")
	b.WriteString(open1 + hello)
	for seq := 3; seq <= 60; seq++ {
		typ := "going_idle"
		if seq == 40 {
			typ = "odd"
		}
		fmt.Fprintf(&b, `{"seq":%d,"at":1,"conn":1,"kind":"frame","from":"gateway","frame":{"type":%q}}`+"\n", seq, typ)
	}
	r, err := check.File(opener(b.String()), "x.jsonl", check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Trace) != 12 || r.Trace[0].Seq != 32 || r.Trace[11].Seq != 43 {
		t.Errorf("%d observations: %+v", len(r.Trace), r.Trace)
	}
}

// FuzzFile judges anything. Every error and every problem has a place.
func FuzzFile(f *testing.F) {
	f.Add(fmt.Sprintf(head, "") + open1 + hello + descriptor + request + end)
	f.Add(fmt.Sprintf(head, `,"connector":"x"`) + open1 + binary)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := check.File(opener(text), "x.jsonl", check.Options{})
		var problem *recording.Problem
		if err != nil && (!errors.As(err, &problem) || problem.Line < 1) {
			t.Fatalf("an error without a place: %v", err)
		}
		if err == nil && r == nil {
			t.Fatal("neither a verdict nor an error")
		}
		if r != nil && r.Outcome == verdict.Failed && len(r.Problems) == 0 {
			t.Fatal("failed for nothing")
		}
	})
}

// TestUnknownRevisionIsSaid: what is not judged is not passed in silence.
func TestUnknownRevisionIsSaid(t *testing.T) {
	t.Parallel()
	text := `{"kind":"header","recording":1,"title":"x","revision":"2031-01"}` + "\n" + `{"kind":"end","events":0}` + "\n"
	r, err := check.File(opener(text), "x.jsonl", check.Options{})
	if err != nil || len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0].Error(), `x.jsonl:1: revision "2031-01" is not known`) {
		t.Errorf("%v, %v", r.Warnings, err)
	}
}
