package replay_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/sim/scenario"
)

// request is a frame of the gateway's.
func request(id, action string) string {
	return fmt.Sprintf(`"kind":"frame","from":"gateway","frame":{"type":"outbound","requestId":%q,"action":%s}`, id, action)
}

func routedIn(chat, session, user, message string) string {
	return fmt.Sprintf(`"kind":"routed","session_key":%q,"event":{"text":"hi","message_id":%q,"source":{"chat_id":%q,"user_id":%q}}`, session, message, chat, user)
}

func returned(session, text string) string {
	return fmt.Sprintf(`"kind":"agent","call":"return","args":{"session_key":%q,"text":%q}`, session, text)
}

// made are the calls of a scenario outside turns and the rules of its turns.
func made(s *scenario.Scenario) string {
	var b strings.Builder
	for _, st := range s.Steps {
		if st.Agent != nil {
			fmt.Fprintf(&b, "%d %s\n", st.Pos.Line, show(st))
		}
	}
	for _, acts := range turnsOf(s) {
		fmt.Fprintf(&b, "turn %s\n", acts)
	}
	return b.String()
}

// TestCallsWithoutALine are made from their frames: in the turn that ran in
// their chat, or outside. The gateway's own requests are not.
func TestCallsWithoutALine(t *testing.T) {
	for _, tt := range []struct {
		name, revision string
		lines          []string
		want           string
	}{
		{
			"one that has a line", "2026-06",
			[]string{
				request("a", `{"op":"send","chat_id":"C","content":"x","metadata":{}}`),
				`"kind":"agent","call":"send","args":{"chat_id":"C","content":"x"},"result":{},"called_at":0.4,"after":0`,
			},
			"3 {\"agent\":{\"send\":{\"chat\":\"C\",\"content\":\"x\"}}}\n",
		},
		{
			"one that has none, without what the gateway adds", "2026-06",
			[]string{
				tell(`{"type":"inbound","event":{"source":{"chat_id":"C","guild_id":"G1"}}}` + "\n"),
				request("a", `{"op":"send","chat_id":"C","content":"x","reply_to":null,"metadata":{"guild_id":"G1","x":1}}`),
				request("b", `{"op":"send","chat_id":"C","content":"x","reply_to":null,"metadata":{"guild_id":"G2"}}`),
			},
			"3 {\"agent\":{\"send\":{\"chat\":\"C\",\"content\":\"x\",\"metadata\":{\"x\":1}}}}\n" +
				"4 {\"agent\":{\"send\":{\"chat\":\"C\",\"content\":\"x\",\"metadata\":{\"guild_id\":\"G2\"}}}}\n",
		},
		{
			"what the language has no name for", "2026-08",
			[]string{request("a", `{"op":"prompt","chat_id":"C","content":"?","prompt_id":"p","options":[{"id":"a"}]}`)},
			"2 {\"agent\":{\"prompt\":{\"chat\":\"C\",\"content\":\"?\",\"extra\":{\"options\":[{\"id\":\"a\"}],\"prompt_id\":\"p\"}}}}\n",
		},
		{
			"typing, which r6 does not do on its own", "2026-06",
			[]string{request("a", `{"op":"typing","chat_id":"C","metadata":{}}`)},
			"2 {\"agent\":{\"typing\":{\"chat\":\"C\",\"metadata\":{}}}}\n",
		},
		{"typing, which r8 does", "2026-08", []string{request("a", `{"op":"typing","chat_id":"C","metadata":{}}`)}, ""},
		{
			"a status", "2026-08", []string{request("a", `{"op":"typing","chat_id":"C","content":"","metadata":{}}`)},
			"2 {\"agent\":{\"typing\":{\"chat\":\"C\",\"content\":\"\",\"metadata\":{}}}}\n",
		},
		{"an op that nobody knows", "2026-08", []string{request("a", `{"op":"dance","chat_id":"C"}`)}, ""},
		{
			"a reply", "2026-08",
			[]string{routedIn("C", "s", "U", "m"), returned("s", "x"), request("a", `{"op":"send","chat_id":"C","content":"x","reply_to":"m","metadata":{"notify":true}}`)},
			"turn [{\"reply\":\"x\"}]\n",
		},
		{
			"what looks like a reply of a turn that has not ended", "2026-06",
			[]string{routedIn("C", "s", "U", "m"), request("a", `{"op":"send","chat_id":"C","content":"x","metadata":{"notify":true}}`), returned("s", "")},
			"turn [{\"send\":{\"chat\":\"C\",\"content\":\"x\",\"metadata\":{\"notify\":true}}},{\"reply\":\"\"}]\n",
		},
		{
			"beside a call that waits", "2026-08",
			[]string{
				routedIn("C", "s", "U", "m"),
				request("a", `{"op":"edit","chat_id":"C","message_id":"o","content":"1"}`),
				request("b", `{"op":"edit","chat_id":"C","message_id":"o","content":"2"}`),
				tell(`{"requestId":"a"}` + "\n"),
				request("c", `{"op":"edit","chat_id":"C","message_id":"o","content":"3"}`),
			},
			"4 {\"agent\":{\"edit\":{\"chat\":\"C\",\"content\":\"2\",\"message_id\":\"o\"}}}\n" +
				"turn [{\"edit\":{\"chat\":\"C\",\"content\":\"1\",\"message_id\":\"o\"}}," +
				"{\"edit\":{\"chat\":\"C\",\"content\":\"3\",\"message_id\":\"o\"}}]\n",
		},
		{
			"in the turn of the author, of the message before that, or of nobody", "2026-08",
			[]string{
				routedIn("C", "s1", "U1", "m1"), routedIn("C", "s2", "U2", "m2"), routedIn("D", "s3", "U2", "m3"),
				request("a", `{"op":"react","chat_id":"C","emoji":"1","metadata":{"user_id":"U2"}}`), tell(`{"requestId":"a"}` + "\n"),
				request("b", `{"op":"send","chat_id":"C","content":"2","reply_to":"m1","metadata":{"user_id":"U2"}}`), tell(`{"requestId":"b"}` + "\n"),
				request("c", `{"op":"react","chat_id":"C","emoji":"3","metadata":{}}`),
			},
			"9 {\"agent\":{\"react\":{\"chat\":\"C\",\"emoji\":\"3\",\"metadata\":{}}}}\n" +
				"turn [{\"send\":{\"chat\":\"C\",\"content\":\"2\",\"metadata\":{\"user_id\":\"U2\"},\"reply_to\":\"m1\"}}]\n" +
				"turn [{\"react\":{\"chat\":\"C\",\"emoji\":\"1\",\"metadata\":{\"user_id\":\"U2\"}}}]\n" +
				"turn []\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(tape(append(tt.lines, `"kind":"agent","call":"connect"`)...), `"recording":1`, `"recording":1,"revision":"`+tt.revision+`"`, 1)
			s, err := compileText(text)
			if err != nil {
				t.Fatal(err)
			}
			if got := made(s); got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
}

// TestUnplayedCallsAreCounted names the calls that have no line to play.
func TestUnplayedCallsAreCounted(t *testing.T) {
	s, err := compileText(tape(`"kind":"agent","call":"stream_delta","args":{}`, `"kind":"agent","call":"stream_delta"`, `"kind":"agent","call":"approval_wait"`))
	if err != nil {
		t.Fatal(err)
	}
	want := "calls that are not played but for the frames that show them: approval_wait (1), stream_delta (2)"
	if len(s.Recorded.Notes) != 1 || s.Recorded.Notes[0] != want {
		t.Errorf("got %q, want %q", s.Recorded.Notes, want)
	}
}
