package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/report"
	"github.com/relaysim/relaysim/sim/trace"
	"github.com/relaysim/relaysim/sim/verdict"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// observations is a trace with one of each kind.
func observations() []*trace.Observation {
	raw := func(s string) trace.Value { return trace.Value{Raw: json.RawMessage(s)} }
	frame := func(from trace.Side, text string) *trace.Observation {
		return &trace.Observation{Kind: trace.Frame, Conn: 1, From: from, Data: []byte(text)}
	}
	list := []*trace.Observation{
		{Kind: trace.State, State: "disconnected"},
		{Kind: trace.Open, Conn: 1, Peer: "left", Path: "/relay", Auth: "present", AuthenticatedAs: "gw-1"},
		frame(trace.Gateway, `{"type":"hello","platform":"discord","botId":"B1"}`+"\n"),
		frame(trace.Connector, `{"type":"descriptor","descriptor":{"platform":"discord"}}`+"\n"),
		{Kind: trace.State, State: "connected"},
		{Kind: trace.Answer, Path: "/interactions", Code: 200, Data: []byte(`{"type":5}`)},
		frame(trace.Connector, `{"type":"inbound","event":{"text":"`+strings.Repeat("long ", 80)+`"}}`+"\n"),
		{Kind: trace.Routed, SessionKey: "agent:main:discord:group:C1:U1", Event: raw(`{"text":"ping","message_id":null,"source":{"chat_id":"C1","thread_id":null}}`)},
		{Kind: trace.Note, Reason: "dropped: author U9 is not bound"},
		frame(trace.Gateway, `{"type":"outbound","requestId":"r1","action":{"op":"send","content":"pong","metadata":{}}}`+"\n"),
		frame(trace.Connector, `{"type":"outbound_result","requestId":"r1","result":{"success":true}}`+"\n"),
		{Kind: trace.Agent, Call: "send", Args: raw(`{"content":"pong"}`), Result: raw(`{"success":true}`)},
		{Kind: trace.Interrupted, SessionKey: "agent:main:discord:group:C1:U1", ChatID: "C1", ActiveTurn: true},
		{Kind: trace.Interrupted, SessionKey: "agent:main:discord:group:C2:U1"},
		frame(trace.Connector, "{\"a\":1}\n{\"b\""),
		frame(trace.Connector, ":\x1b[31m\xff\r\n"),
		{Kind: trace.Frame, Conn: 1, From: trace.Connector, Binary: true},
		{Kind: trace.Close, Conn: 1, From: trace.Connector, Code: 4401, Reason: "revoked"},
		{Kind: trace.Close, Conn: 2, From: trace.Connector, Code: -1, Reason: "does not take what it is sent"},
	}
	for i, o := range list {
		o.Seq, o.At = i+1, time.Duration(i)*1500*time.Microsecond
	}
	return list
}

// entries is a run with every outcome.
func entries() []report.Entry {
	list := observations()
	passed := func(name string) *verdict.Result {
		return &verdict.Result{Name: name, File: "scenarios/out/a.yaml", Line: 1, Revision: "2026-08", Outcome: verdict.Passed, Trace: list[:3], Elapsed: 2 * time.Millisecond}
	}
	failed := &verdict.Result{
		Name: "a reply carries its scope", File: "scenarios/out/b.yaml", Line: 1, Revision: "2026-08",
		Covers: []string{"SC-1"}, Outcome: verdict.Failed, Trace: list, Elapsed: 3 * time.Millisecond,
		Problems: []verdict.Problem{
			{
				At: "scenarios/out/b.yaml:17:9", Text: `want a send with metadata.scope_id "G1", there was none`,
				Nearest: list[9], Seq: 10,
				Diffs: []match.Diff{{Path: "metadata.scope_id", Want: `"G1"`, Got: "nothing"}},
			},
			{At: "scenarios/out/b.yaml:9:5", Text: "a send at #10 that no step expects", Nearest: list[9], Add: "- expect: {send: {content: pong}}", Seq: 10},
			{Rule: "FU-4", Text: "frame 16 holds a secret:\nthe token of interaction 7", Seq: 16, Diffs: []match.Diff{{Want: "no secret", Got: "one"}}},
		},
	}
	return []report.Entry{
		{Result: passed("a message is answered"), Group: "scenarios/out"},
		{Result: failed, Group: "scenarios/out", Saved: "traces/b-2026-08.jsonl"},
		{Result: passed("a reply is split"), Group: "scenarios/out"},
		{Result: &verdict.Result{Name: "a wake poke", File: "scenarios/wake/a.yaml", Line: 1, Revision: "2026-06", Outcome: verdict.Skipped, Reason: "2026-06 has no wake pokes"}, Group: "scenarios/wake"},
		{Result: &verdict.Result{Name: "nobody looked", File: "x.yaml", Line: 1, Reason: "interrupted", Trace: list[:2]}},
		{Result: passed("a file that was named")},
	}
}

func summary() report.Summary {
	s := report.Summary{NotRun: 4, Seed: 7, Elapsed: 10 * time.Millisecond}
	for _, e := range entries() {
		s.Add(e.Result)
	}
	return s
}

func play(t *testing.T, r report.Reporter) {
	t.Helper()
	for _, e := range entries() {
		r.Add(e)
	}
	if err := r.End(summary()); err != nil {
		t.Fatal(err)
	}
}

func TestGolden(t *testing.T) {
	for name, reporter := range map[string]func(io.Writer) report.Reporter{
		"plain.txt":       func(w io.Writer) report.Reporter { return report.NewText(w, report.TextOptions{}) },
		"colour.txt":      func(w io.Writer) report.Reporter { return report.NewText(w, report.TextOptions{Colour: true}) },
		"narrow.txt":      func(w io.Writer) report.Reporter { return report.NewText(w, report.TextOptions{Width: 80}) },
		"traces.txt":      func(w io.Writer) report.Reporter { return report.NewText(w, report.TextOptions{Traces: true}) },
		"result.jsonl":    func(w io.Writer) report.Reporter { return report.NewJSON(w) },
		"junit.xml":       func(w io.Writer) report.Reporter { return report.NewJUnit(w) },
		"annotations.txt": func(w io.Writer) report.Reporter { return report.NewAnnotations(w, asItIs) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			play(t, reporter(&b))
			golden(t, name, b.Bytes())
		})
	}
}

func TestLastLineIsTheSummary(t *testing.T) {
	for _, c := range []struct {
		s    report.Summary
		want string
	}{
		{report.Summary{Passed: 212}, "212 passed, 0 failed"},
		{report.Summary{Passed: 1, Failed: 2, Skipped: 3, NotJudged: 4, NotRun: 5}, "1 passed, 2 failed, 3 skipped"},
		{report.Summary{}, "0 passed, 0 failed"},
	} {
		var b bytes.Buffer
		if err := report.NewText(&b, report.TextOptions{}).End(c.s); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		if got := lines[len(lines)-1]; got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestOnlyARunThatWasJudgedAndPassedIsOK(t *testing.T) {
	for _, c := range []struct {
		name string
		s    report.Summary
		want bool
	}{
		{"passed", report.Summary{Passed: 1}, true},
		{"passed and skipped", report.Summary{Passed: 1, Skipped: 1}, true},
		{"nothing", report.Summary{}, false},
		{"all skipped", report.Summary{Skipped: 3}, false},
		{"failed", report.Summary{Passed: 1, Failed: 1}, false},
		{"not judged", report.Summary{Passed: 1, NotJudged: 1}, false},
		{"interrupted", report.Summary{Passed: 1, Interrupted: true}, false},
	} {
		if got := c.s.OK(); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestTheZeroOutcomeIsNotAPass(t *testing.T) {
	var s report.Summary
	s.Add(&verdict.Result{})
	if s.Passed != 0 || s.NotJudged != 1 {
		t.Errorf("got %+v, want one not judged", s)
	}
}

// everyByte is what a hostile peer could put into a frame or a name.
func everyByte() string {
	var b []byte
	for i := range 256 {
		b = append(b, byte(i))
	}
	return string(b) + "\ufffe\uffff\u2028]]>--"
}

func hostile() report.Entry {
	return report.Entry{Result: &verdict.Result{
		Name: everyByte(), File: "a\x01b.yaml", Outcome: verdict.Failed, Reason: everyByte(),
		Problems: []verdict.Problem{{Text: everyByte(), Diffs: []match.Diff{{Path: everyByte(), Want: everyByte(), Got: everyByte()}}}},
		Trace:    []*trace.Observation{{Seq: 1, Kind: trace.Frame, From: trace.Gateway, Data: []byte(everyByte())}},
	}}
}

func TestJUnitIsWellFormedWhateverIsInIt(t *testing.T) {
	var b bytes.Buffer
	j := report.NewJUnit(&b)
	j.Add(hostile())
	if err := j.End(report.Summary{Failed: 1}); err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(&b); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if bytes.ContainsRune(b.Bytes(), '\ufffd') {
		t.Error("a character was lost")
	}
}

func TestTextNeverMovesTheCursor(t *testing.T) {
	var b bytes.Buffer
	report.NewText(&b, report.TextOptions{}).Add(hostile())
	if i := strings.IndexFunc(b.String(), func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f || r == 0x9b }); i >= 0 {
		t.Errorf("got a control character at %q", b.String()[i:])
	}
}

// asItIs is where GitHub knows a file when the job is at the top of its
// workspace.
func asItIs(file string) string { return file }

func TestAnnotationsAreWhereGitHubKnowsTheFile(t *testing.T) {
	var b bytes.Buffer
	a := report.NewAnnotations(&b, func(file string) string { return "below/" + file })
	a.Problem("a.yaml:3:5", "", "x")
	if got, want := b.String(), "::error file=below/a.yaml,line=3,col=5::x\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAnnotationIsOneLineWithEscapedProperties(t *testing.T) {
	for _, c := range []struct{ name, at, title, text, want string }{
		{"place", "a.yaml:3:5", "", "x", "::error file=a.yaml,line=3,col=5::x"},
		{"no column", "a.jsonl:3", "", "x", "::error file=a.jsonl,line=3::x"},
		{"no line", "a.yaml", "", "x", "::error file=a.yaml::x"},
		{"no place", "", "", "x", "::error::x"},
		{"colons in a file", `C:\a,b.yaml:3:5`, "", "x", `::error file=C%3A\a%2Cb.yaml,line=3,col=5::x`},
		{"lines and percent", "a:1", "50%, a: b", "100%\r\nnext: a, b", "::error file=a,line=1,title=50%25%2C a%3A b::100%25%0D%0Anext: a, b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			report.NewAnnotations(&b, asItIs).Problem(c.at, c.title, c.text)
			if got := strings.TrimSuffix(b.String(), "\n"); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestNoReporterShowsASecret(t *testing.T) {
	const secret = "s3cr3t-value"
	for _, text := range []string{
		`{"token":"` + secret + `"}`,
		`{"interaction_token" : "` + secret + `\n"}`,
		`{"body":"{\"token\":\"` + secret + `\"}"}`,
		`{"gateway_secret":"` + secret + `"}`,
		`{"deliveryKey":"` + secret + `"}`,
		`{"headers":[["authorization","Bearer ` + secret + `"]]}`,
		`Authorization: bearer ` + secret,
	} {
		e := report.Entry{Result: &verdict.Result{
			Name: "leak", File: "a.yaml", Outcome: verdict.Failed,
			Problems: []verdict.Problem{{Text: text, Diffs: []match.Diff{{Want: text, Got: text}}}},
			Trace: []*trace.Observation{
				{Seq: 1, Kind: trace.Frame, Data: []byte(text)},
				{Seq: 2, Kind: trace.Agent, Args: trace.Value{Raw: json.RawMessage(text)}},
			},
		}}
		var b bytes.Buffer
		for _, r := range []report.Reporter{
			report.NewText(&b, report.TextOptions{}), report.NewJSON(&b), report.NewJUnit(&b), report.NewAnnotations(&b, asItIs),
		} {
			r.Add(e)
			if err := r.End(report.Summary{Failed: 1}); err != nil {
				t.Fatal(err)
			}
		}
		if strings.Contains(b.String(), secret) {
			t.Errorf("%s is shown:\n%s", text, b.String())
		}
	}
}

func TestAFullDiskIsReported(t *testing.T) {
	for name, r := range map[string]report.Reporter{
		"text": report.NewText(full{}, report.TextOptions{}), "json": report.NewJSON(full{}),
		"junit": report.NewJUnit(full{}), "annotations": report.NewAnnotations(full{}, asItIs),
	} {
		r.Add(hostile())
		if err := r.End(report.Summary{}); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestProgressIsOneLineThatMakesRoom(t *testing.T) {
	var b bytes.Buffer
	p := report.NewProgress(&b, 20, []string{"first", "a name that is longer than the terminal"})
	out := p.Above(&b)
	p.Began(0)
	io.WriteString(out, "result\n")
	p.Ended(0)
	p.Began(1)
	p.Clear()
	p.Clear()
	want := "0/2  first" + "\r\x1b[K" + "result\n" + "1/2" + "\r\x1b[K" + "1/2  a name that is" + "\r\x1b[K"
	if b.String() != want {
		t.Errorf("got  %q\nwant %q", b.String(), want)
	}
}
