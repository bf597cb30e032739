package replay_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/scenario"
)

const header = `{"kind":"header","recording":1,"config":{"identities":[["discord","B1"]]}}`

// tape writes a recording: the header and these lines, with seq and at filled in.
func tape(lines ...string) string {
	var b strings.Builder
	b.WriteString(header + "\n")
	for i, l := range lines {
		fmt.Fprintf(&b, `{"seq":%d,"at":%d.5,"conn":1,%s}`+"\n", i+1, i, l)
	}
	fmt.Fprintf(&b, `{"kind":"end","events":%d}`+"\n", len(lines))
	return b.String()
}

func compileText(text string) (*scenario.Scenario, error) {
	s, _, err := replay.Compile(opener([]byte(text)), "x-2026-06.jsonl", nil)
	return s, err
}

const (
	asks  = `"kind":"frame","from":"gateway","frame":{"type":"outbound","requestId":"%s","action":{"op":"typing","chat_id":"C"}}`
	tells = `"kind":"frame","from":"connector","text":%q`
)

func ask(id string) string    { return fmt.Sprintf(asks, id) }
func tell(text string) string { return fmt.Sprintf(tells, text) }

// TestRequestIDs binds the ids of results to the replayed requests, and leaves
// the rest of every message as it was.
func TestRequestIDs(t *testing.T) {
	for _, tt := range []struct {
		name  string
		lines []string
		want  []string // the connector's messages, a list element each
	}{
		{
			"plain", []string{ask("abc"), tell(`{"type":"outbound_result","requestId":"abc","result":{}}` + "\n")},
			[]string{`{"type":"outbound_result","requestId":"${req_1}","result":{}}` + "\n"},
		},
		{
			"spaces, order and a double result", []string{ask("a"), ask("b"), tell(`{"requestId" : "b"}` + "\n" + `{"requestId":  "a"}` + "\n"), tell(`{"requestId":"b"}` + "\n")},
			[]string{`{"requestId" : "${req_2}"}` + "\n" + `{"requestId":  "${req_1}"}` + "\n", `{"requestId":"${req_2}"}` + "\n"},
		},
		{
			"text that looks like a variable, and no id", []string{tell(`{"x":"${y}"}` + "\n")},
			[]string{`{"x":"${y}"}` + "\n"},
		},
		{
			"an id nobody asked with", []string{ask("a"), tell(`{"requestId":"nope"}` + "\n")},
			[]string{`{"requestId":"nope"}` + "\n"},
		},
		{
			"an answer before the request", []string{tell(`{"requestId":"a"}` + "\n"), ask("a")},
			[]string{`{"requestId":"a"}` + "\n"},
		},
		{
			"an answer that begins before the request", []string{tell(`{"requestId":"a"`), ask("a"), tell("}\n")},
			[]string{`{"requestId":"a"`, "}\n"},
		},
		{
			"split before, in and after the id", []string{ask("abcd"), tell(`{"reque`), tell(`stId":"ab`), tell(`cd`), tell(`"}` + "\n"), tell(`{"requestId":"abcd"}`)},
			[]string{`{"reque`, `stId":"${req_1}`, ``, `"}` + "\n", `{"requestId":"${req_1}"}`},
		},
		{
			"text that looks like a variable", []string{ask("a"), tell(`{"requestId":"a","x":"$ ${y} $${z}"}` + "\n")},
			[]string{`{"requestId":"${req_1}","x":"$ $${y} $$${z}"}` + "\n"},
		},
		{
			"an id in a text is not an id", []string{ask("a"), tell(`{"text":"\"requestId\":\"a\""}` + "\n")},
			[]string{`{"text":"\"requestId\":\"a\""}` + "\n"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := compileText(tape(tt.lines...))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, st := range s.Steps {
				if st.Raw != nil {
					got = append(got, st.Raw.Messages...)
				}
			}
			if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestNotPlayable says what cannot be played, and where.
func TestNotPlayable(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"a return without a turn", tape(`"kind":"agent","call":"return","args":{"session_key":"s","text":"hi"}`), "x-2026-06.jsonl:2: return of a turn of session s, in which none runs"},
		{"a line that is no object", tape(`"kind":"frame","from":"gateway","text":"[1]\n"`), "x-2026-06.jsonl:2: not playable: the gateway sent a line that is no JSON object: [1]"},
		{"an event that is no object", tape(`"kind":"routed","session_key":"s","event":7`), "x-2026-06.jsonl:2: routed: the event is no object"},
		{"no identities", strings.Replace(tape(ask("a")), "identities", "idents", 1), "x-2026-06.jsonl:1: no identities: want config.identities in the header, or a hello"},
		{"two bots on one platform", strings.Replace(tape(), `[["discord","B1"]]`, `[["discord","B1"],["discord","B2"]]`, 1), "x-2026-06.jsonl:1: not playable yet: two identities on discord"},
		{"another revision", strings.Replace(tape(), `"recording":1`, `"recording":1,"revision":"2027-01"`, 1), "x-2026-06.jsonl:1: revision: \"2027-01\" is not known, want 2026-06 or 2026-08"},
		{"a second gateway", tape(`"kind":"state","peer":"one","state":"connected"`, `"kind":"state"`, `"kind":"open","peer":"two","path":"/relay"`), "x-2026-06.jsonl:4: not playable: a socket of two, of which no other line tells; was it opened by hand?"},
		{"a call in a turn that is over", tape(`"kind":"agent","call":"send","session_key":"s","args":{}`), "x-2026-06.jsonl:2: send of a turn of session s, in which none runs"},
		{"not a recording", "hello\n", "x-2026-06.jsonl:1: not a header line: a recording begins with {\"kind\":\"header\",\"recording\":1,…}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := compileText(tt.text)
			if err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

// TestWhatCanBeReadIsCompiled although what comes after it cannot be read.
func TestWhatCanBeReadIsCompiled(t *testing.T) {
	text := strings.Replace(tape(ask("a"), ask("b"), ask("c")), `"seq":3`, `"seq":2`, 1)
	s, err := compileText(text)
	if want := "x-2026-06.jsonl:4: seq 2 stands twice: lines were added by hand or two recorders wrote one file"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if s == nil || len(s.Steps) == 0 || s.Steps[len(s.Steps)-1].Pos.Line != 3 {
		t.Errorf("compiled %+v", s)
	}
}

// TestRevision is found in the header, else in the file's name, else in the frames.
func TestRevision(t *testing.T) {
	for _, tt := range []struct{ name, file, text, want string }{
		{"header", "x-2026-08.jsonl", strings.Replace(tape(), `"recording":1`, `"recording":1,"revision":"2026-06"`, 1), "2026-06"},
		{"file", "some/x-2026-08.jsonl", tape(), "2026-08"},
		{"a manifest", "x.jsonl", tape(`"kind":"frame","from":"gateway","frame":{"type":"hello","command_manifest":[]}`), "2026-08"},
		{"a discovery", "x.jsonl", tape(tell(`{"type":"descriptor","descriptor":{"supported_ops":["send"]}}` + "\n")), "2026-08"},
		{"nothing of the later one", "x.jsonl", tape(tell(`{"type":"inbound","event":{"source":{"scope_id":"G1","guild_id":"G1"}}}` + "\n")), "2026-06"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _, err := replay.Compile(opener([]byte(tt.text)), tt.file, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Revisions[0]; got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// TestRefusedUpgrade leaves the refusal to the connector (AUTH-4).
func TestRefusedUpgrade(t *testing.T) {
	s, err := compileText(tape(
		`"kind":"open","path":"/relay","auth":"present","authenticated_as":null`,
		`"kind":"close","from":"connector","code":4401,"reason":"unauthorized"`,
	))
	if err != nil {
		t.Fatal(err)
	}
	if s.Connector.Auth != "required" || s.Gateway.NoAuth || s.Connector.Secrets[s.Gateway.ID] == nil {
		t.Errorf("connector %+v, gateway %+v", s.Connector, s.Gateway)
	}
	last := s.Steps[len(s.Steps)-1]
	if len(last.Expect) != 1 || last.Expect[0].Close == nil {
		t.Errorf("got %s, want the close expected", show(last))
	}
}

// TestTurnsEndInTheirSession pairs each return with the turn that runs.
func TestTurnsEndInTheirSession(t *testing.T) {
	routed := func(session, text string) string {
		return fmt.Sprintf(`"kind":"routed","session_key":%q,"event":{"text":%q,"message_type":"text"}`, session, text)
	}
	ended := func(call, session, text string) string {
		return fmt.Sprintf(`"kind":"agent","call":%q,"args":{"session_key":%q,"text":%q}`, call, session, text)
	}
	s, err := compileText(tape(
		routed("a", "one"), routed("b", "two"), ended("return", "a", "first"),
		routed("a", "three"), routed("a", "four"), ended("raise", "a", "broken"), ended("return", "b", ""),
	))
	if err != nil {
		t.Fatal(err)
	}
	got := turnsOf(s)
	want := []string{
		`[{"reply":"first"}]`,
		`[{"reply":""}]`,
		`[{"reply":""}]`,
		`[{"fail":"broken"}]`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// FuzzCompile compiles anything that reads as a recording. Every error has a place.
func FuzzCompile(f *testing.F) {
	f.Add(tape(ask("a"), tell(`{"requestId":"a"}`+"\n")))
	f.Add(tape(`"kind":"routed","session_key":"s","event":{"text":"x","source":{}}`, `"kind":"agent","call":"return","args":{"session_key":"s","text":"hi"}`))
	f.Add(tape(`"kind":"agent","call":"get_chat_info","args":{"chat_id":"C1"},"result":{"name":"n","type":"dm"},"called_at":0.1,"after":0`))
	f.Fuzz(func(t *testing.T, text string) {
		s, err := compileText(text)
		if p, ok := err.(*recording.Problem); err != nil && (!ok || p.Line < 1) {
			t.Fatalf("an error without a place: %#v", err)
		}
		if err == nil && len(s.Revisions) != 1 {
			t.Fatalf("revisions %v", s.Revisions)
		}
	})
}

// TestConnectorEndsAsRecorded: with the code and the reason, or without a close
// frame where no frame may carry the code.
func TestConnectorEndsAsRecorded(t *testing.T) {
	for _, tt := range []struct {
		code int
		want scenario.Control
	}{
		{1000, scenario.Control{Close: &scenario.CloseCode{Code: 1000, Reason: "so long"}}},
		{1012, scenario.Control{Close: &scenario.CloseCode{Code: 1012, Reason: "so long"}}},
		{4401, scenario.Control{Close: &scenario.CloseCode{Code: 4401, Reason: "so long"}}},
		{1006, scenario.Control{Drop: true}},
		{-1, scenario.Control{Drop: true}},
	} {
		s, err := compileText(tape(
			`"kind":"open","path":"/relay","auth":"absent","status":101`,
			fmt.Sprintf(`"kind":"close","from":"connector","code":%d,"reason":"so long"`, tt.code),
		))
		if err != nil {
			t.Fatal(err)
		}
		if last := s.Steps[len(s.Steps)-1].Connector; !reflect.DeepEqual(last, &tt.want) {
			t.Errorf("%d: got %+v, want %+v", tt.code, last, tt.want)
		}
	}
}

// TestWhatTheContractLeavesOpen is not compared: a field that may be left out, and
// where the id of an interaction stands beside the source.
func TestWhatTheContractLeavesOpen(t *testing.T) { // RX-1, DI-1
	t.Parallel()
	for name, want := range map[string]string{
		"react-lifecycle-2026-08":         `"remove":{"$in":[{"$absent":true},false]}`,
		"slash-command-follow-up-2026-08": `"event":{"message_id":{"$in":[null,"","I1"]}`,
	} {
		if got := dump(compile(t, name)); !strings.Contains(string(got), want) {
			t.Errorf("%s: no %s in\n%s", name, want, got)
		}
	}
}
