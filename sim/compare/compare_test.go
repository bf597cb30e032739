package compare_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/recordings"
	"github.com/relaysim/relaysim/sim/compare"
	"github.com/relaysim/relaysim/sim/recording"
)

func read(t testing.TB, revision string, text []byte) *compare.Recording {
	t.Helper()
	side := &compare.Recording{Revision: revision}
	rec := recording.NewReader(bytes.NewReader(text), "x.jsonl")
	for {
		l, err := rec.Next()
		if errors.Is(err, io.EOF) {
			return side
		}
		if err != nil {
			t.Fatal(err)
		}
		if l.Observation != nil {
			side.Add(l.Number, l.Observation)
		}
	}
}

// recorded is one of the recordings of the repository.
func recorded(t testing.TB, name string) []byte {
	t.Helper()
	text, err := recordings.FS.ReadFile(name + ".jsonl")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// shown is a report in short: a mark, the lines and the fields.
func shown(r *compare.Report) []string {
	var list []string
	for _, d := range r.Differences {
		switch {
		case d.B == nil:
			list = append(list, fmt.Sprintf("- %d %s", d.A.Line, d.A.What))
		case d.A == nil:
			list = append(list, fmt.Sprintf("+ %d %s", d.B.Line, d.B.What))
		default:
			list = append(list, fmt.Sprintf("~ %d %d %s", d.A.Line, d.B.Line, d.A.What))
			for _, f := range d.Fields {
				list = append(list, fmt.Sprintf("  %s: %s, %s", f.Path, f.A, f.B))
			}
		}
	}
	return list
}

func diff(t *testing.T, a, b []byte) []string {
	t.Helper()
	return shown(compare.Diff(read(t, "", a), read(t, "", b)))
}

func TestARecordingIsItself(t *testing.T) {
	t.Parallel()
	files, err := recordings.FS.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range files {
		name, ok := strings.CutSuffix(f.Name(), ".jsonl")
		if !ok {
			continue
		}
		n++
		text := recorded(t, name)
		if got := diff(t, text, text); len(got) > 0 {
			t.Errorf("%s: %s", name, strings.Join(got, "\n"))
		}
	}
	if n == 0 {
		t.Error("nothing was compared")
	}
}

// lines is a recording of these observations.
func lines(list ...string) []byte {
	var b strings.Builder
	b.WriteString(`{"kind":"header","recording":1}` + "\n")
	for i, l := range list {
		fmt.Fprintf(&b, `{"seq":%d,"at":%d,%s}`+"\n", i+1, i, l)
	}
	fmt.Fprintf(&b, `{"kind":"end","events":%d}`+"\n", len(list))
	return []byte(b.String())
}

func frame(from, text string) string {
	return `"kind":"frame","conn":1,"from":"` + from + `","frame":` + text
}

func send(id, chat, content string) string {
	return frame("gateway", `{"type":"outbound","requestId":"`+id+`","action":{"op":"send","chat_id":"`+chat+`","content":"`+content+`"}}`)
}

func result(id, message string) string {
	return frame("connector", `{"type":"outbound_result","requestId":"`+id+`","result":{"success":true,"message_id":"`+message+`"}}`)
}

func turn(session, text string) string {
	return `"kind":"routed","session_key":"` + session + `","event":{"text":"` + text + `"}`
}

func TestDiff(t *testing.T) {
	t.Parallel()
	edit := func(id, message string) string {
		return frame("gateway", `{"type":"outbound","requestId":"`+id+`","action":{"op":"edit","chat_id":"C1","message_id":"`+message+`","content":"x"}}`)
	}
	press := func(id, message, user string) string {
		body := `{"id":"` + id + `","type":3,"message":{"id":"` + message + `"},"user":{"id":"` + user + `"}}`
		return frame("connector", `{"type":"passthrough_forward","forward":{"platform":"discord","bodyB64":"`+base64.StdEncoding.EncodeToString([]byte(body))+`"}}`)
	}
	pressed := func(id string) string {
		return `"kind":"routed","session_key":"s","event":{"text":"x","source":{"message_id":"` + id + `"}}`
	}
	for _, tt := range []struct {
		name string
		a, b []byte
		want []string
	}{
		{"other ids of interactions stand for the same",
			lines(send("r1", "C1", "a"), result("r1", "out-1"), press("i6", "out-1", "U1"), pressed("i6")),
			lines(send("r1", "C1", "a"), result("r1", "77"), press("i9", "77", "U1"), pressed("i9")), nil},
		{"a press on another message, by another user, routed as another",
			lines(send("r1", "C1", "a"), result("r1", "1"), send("r2", "C1", "b"), result("r2", "2"), press("i6", "1", "U1"), pressed("i6")),
			lines(send("r1", "C1", "a"), result("r1", "7"), send("r2", "C1", "b"), result("r2", "8"), press("i9", "8", "U2"), pressed("i8")),
			[]string{
				"~ 6 6 connector → passthrough_forward discord",
				`  forward.body.message.id: "1", "8", not the message that was "7" before`, `  forward.body.user.id: "U1", "U2"`,
				"~ 7 7 turn of s", `  event.source.message_id: "i6", "i8", not the message that was "i9" before`,
			}},
		{"other ids stand for the same",
			lines(send("r1", "C1", "a"), result("r1", "out-1"), edit("r2", "out-1")),
			lines(send("x", "C1", "a"), result("x", "77"), edit("y", "77")), nil},
		{"another message is meant",
			lines(send("r1", "C1", "a"), result("r1", "1"), send("r2", "C1", "b"), result("r2", "2"), edit("r3", "1")),
			lines(send("r1", "C1", "a"), result("r1", "7"), send("r2", "C1", "b"), result("r2", "8"), edit("r3", "8")),
			[]string{"~ 6 6 gateway → outbound edit C1", `  action.message_id: "1", "8", not the message that was "7" before`}},
		{"a result for another request",
			lines(send("r1", "C1", "a"), send("r2", "C2", "b"), result("r1", "1")),
			lines(send("r1", "C1", "a"), send("r2", "C2", "b"), result("r2", "1")),
			[]string{"+ 4 connector → outbound_result of send C2", "- 4 connector → outbound_result of send C1"}},
		{"lanes may be interleaved otherwise",
			lines(turn("s1", "a"), turn("s2", "b"), send("r1", "C1", "a"), result("r1", "1")),
			lines(turn("s2", "b"), send("r1", "C1", "a"), turn("s1", "a"), result("r1", "1")), nil},
		{"within a lane the order counts",
			lines(turn("s", "a"), turn("s", "b")),
			lines(turn("s", "b"), turn("s", "a")),
			[]string{"~ 2 2 turn of s", `  event.text: "a", "b"`, "~ 3 3 turn of s", `  event.text: "b", "a"`}},
		{"one field",
			lines(send("r1", "C1", "a")), lines(send("r1", "C1", "b")),
			[]string{"~ 2 2 gateway → outbound send C1", `  action.content: "a", "b"`}},
		{"the like ones are paired",
			lines(send("r1", "C1", "a"), send("r2", "C1", "b"), send("r3", "C1", "c")),
			lines(send("r1", "C1", "b"), send("r2", "C1", "z")),
			[]string{"- 2 gateway → outbound send C1", "~ 4 3 gateway → outbound send C1", `  action.content: "c", "z"`}},
		{"lines split over messages are the same lines",
			lines(frame("gateway", `{"type":"hello","platform":"discord"}`)),
			lines(`"kind":"frame","conn":1,"from":"gateway","text":"{\"type\":\"hello\","`, `"kind":"frame","conn":1,"from":"gateway","text":"\"platform\":\"discord\"}\n"`), nil},
		{"placeholders stand for the same secrets",
			lines(send("r1", "C1", "a=redacted-token-1&b=redacted-key-2"), send("r2", "C1", "redacted-token-1")),
			lines(send("r1", "C1", "a=redacted-token-7&b=redacted-known-3"), send("r2", "C1", "redacted-token-7")), nil},
		{"another secret",
			lines(send("r1", "C1", "redacted-token-1"), send("r2", "C1", "redacted-token-1")),
			lines(send("r1", "C1", "redacted-token-1"), send("r2", "C1", "redacted-token-2")),
			[]string{"~ 3 3 gateway → outbound send C1", `  action.content: "redacted-token-1", "redacted-token-2", not the secret that was "redacted-token-1" before`}},
		{"the same secret where there were two",
			lines(send("r1", "C1", "redacted-token-1"), send("r2", "C1", "redacted-token-2")),
			lines(send("r1", "C1", "redacted-token-1"), send("r2", "C1", "redacted-token-1")),
			[]string{"~ 3 3 gateway → outbound send C1", `  action.content: "redacted-token-2", "redacted-token-1", not the secret that is "redacted-token-1" in the first`}},
		{"secrets that were cut out of one of them",
			lines(send("r1", "C1", "use redacted-token-1, not redacted-token-2."), send("r2", "C1", "redacted-token-1")),
			lines(send("r1", "C1", "use s3cr3t, not 0th3r."), send("r2", "C1", "s3cr3t")), nil},
		{"and another secret of them",
			lines(send("r1", "C1", "use s3cr3t."), send("r2", "C1", "0th3r")),
			lines(send("r1", "C1", "use redacted-token-1."), send("r2", "C1", "redacted-token-1")),
			[]string{"~ 3 3 gateway → outbound send C1", `  action.content: "0th3r", "redacted-token-1", not the secret that is "s3cr3t" in the first`}},
		{"a text that differs beside a secret", lines(send("r1", "C1", "use redacted-token-1")), lines(send("r1", "C1", "do use s3cr3t")),
			[]string{"~ 2 2 gateway → outbound send C1", `  action.content: "use redacted-token-1", "do use s3cr3t"`}},
		{"more secrets", lines(send("r1", "C1", "redacted-token-1 redacted-token-2")), lines(send("r1", "C1", "redacted-token-1")),
			[]string{"~ 2 2 gateway → outbound send C1", `  action.content: "redacted-token-1 redacted-token-2", "redacted-token-1"`}},
		{"a secret in a session key",
			lines(turn("agent:redacted-field-1", "a"), turn("agent:redacted-field-2", "b")),
			lines(turn("agent:redacted-field-5", "a"), turn("agent:redacted-field-4", "b")), nil},
		{"a form",
			lines(frame("connector", `{"type":"passthrough_forward","forward":{"platform":"sms","bodyB64":"Qm9keT1oaSZUb2tlbj1yZWRhY3RlZC10b2tlbi0x"}}`)),
			lines(frame("connector", `{"type":"passthrough_forward","forward":{"platform":"sms","bodyB64":"Qm9keT1oaSZUb2tlbj1yZWRhY3RlZC10b2tlbi0y"}}`)), nil},
		{"an end", lines(`"kind":"close","conn":1,"from":"gateway","code":1000`), lines(`"kind":"close","conn":1,"from":"gateway","code":1001`),
			[]string{"~ 2 2 gateway → closes", "  code: 1000, 1001"}},
		{"an event's empty fields", lines(turn("s", "a")), lines(`"kind":"routed","session_key":"s","event":{"text":"a","reply_to_text":null,"media_urls":[]}`), nil},
		{"numbers", lines(frame("gateway", `{"type":"x","n":1.0,"id":12345678901234567890}`)), lines(frame("gateway", `{"type":"x","n":1,"id":12345678901234567891}`)),
			[]string{"~ 2 2 gateway → x", "  id: 12345678901234567890, 12345678901234567891"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(tt.want, diff(t, tt.a, tt.b)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// TestRevisionsCompare compares the same flow in both revisions: what is left
// is what the revisions do differently.
func TestRevisionsCompare(t *testing.T) {
	t.Parallel()
	a, b := read(t, "2026-06", recorded(t, "discord-guild-reply-2026-06")), read(t, "2026-08", recorded(t, "discord-guild-reply-2026-08"))
	for _, line := range shown(compare.Diff(a, b)) {
		if field, _, _ := strings.Cut(line, ":"); strings.HasSuffix(field, "guild_id") || strings.HasSuffix(field, "scope_id") || strings.HasSuffix(field, ".scope") {
			t.Errorf("a scope differs: %s", line)
		}
		if strings.HasPrefix(line, "- ") {
			t.Errorf("2026-08 is additive: %s", line)
		}
	}
}

func TestOneChangedField(t *testing.T) {
	t.Parallel()
	text := recorded(t, "slash-command-follow-up-2026-08")
	changed := bytes.Replace(text, []byte(`\"Model is gpt-5.\"`), []byte(`\"Model is gpt-6.\"`), 1)
	want := []string{
		"~ 10 10 gateway → outbound follow_up agent:main:relay:channel:C100:U7",
		`  action.content: "Model is gpt-5.", "Model is gpt-6."`,
	}
	if d := cmp.Diff(want, diff(t, text, changed)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// TestLongLanes differ in more than a table has room for.
func TestLongLanes(t *testing.T) {
	t.Parallel()
	var a, b []string
	for i := range 3000 {
		a = append(a, turn("s", fmt.Sprint("a", i)))
		b = append(b, turn("s", fmt.Sprint("b", i)))
	}
	if n := len(diff(t, lines(a...), lines(append(b, turn("s", "more"))...))); n != 2*3000+1 {
		t.Errorf("got %d lines", n)
	}
}

// TestOnlyTheWire: what a proxy cannot see is not missing in its recording.
func TestOnlyTheWire(t *testing.T) {
	t.Parallel()
	const answer = `"kind":"answer","from":"connector","path":"/interactions/b","code":200`
	whole := lines(send("r1", "C1", "a"), turn("s", "a"), answer, `"kind":"agent","call":"send","args":{}`, `"kind":"interrupted","session_key":"s"`)
	wire := lines(send("r1", "C1", "a"))
	for _, tt := range []struct {
		name     string
		a, b     []byte
		wireOnly int
		want     []string
	}{
		{"the first", wire, whole, 1, nil},
		{"the second", whole, wire, 2, nil},
		{"both", wire, wire, 0, nil},
		{"neither", whole, lines(send("r1", "C1", "a"), `"kind":"state","state":"connected"`, answer), 0, []string{
			"- 3 turn of s", "- 5 agent send", "- 6 interrupt of s",
		}},
		{"a connector and a proxy", lines(send("r1", "C1", "a"), answer), wire, 0, nil},
		{"another difference", whole, lines(send("r1", "C1", "b")), 2, []string{
			"~ 2 2 gateway → outbound send C1", `  action.content: "a", "b"`,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := compare.Diff(read(t, "", tt.a), read(t, "", tt.b))
			if r.WireOnly != tt.wireOnly {
				t.Errorf("only the wire: got %d, want %d", r.WireOnly, tt.wireOnly)
			}
			if d := cmp.Diff(tt.want, shown(r)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}
