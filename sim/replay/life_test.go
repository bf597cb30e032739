package replay_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/sim/scenario"
)

// told are the steps of a scenario that are neither expected nor said, with
// the lines they stand at.
func told(s *scenario.Scenario) string {
	var b strings.Builder
	for _, st := range s.Steps {
		switch {
		case st.Tell != nil && st.Tell.Rule == nil:
			fmt.Fprintf(&b, "%d %s\n", st.Pos.Line, st.Tell.Turn)
		case st.Tell == nil && st.Expect == nil && st.Raw == nil && st.Advance == 0:
			fmt.Fprintf(&b, "%d %s\n", st.Pos.Line, show(st))
		}
	}
	return b.String()
}

const (
	open       = `"kind":"open","path":"/relay","auth":"present","authenticated_as":"gw-1"`
	refused    = `"kind":"open","path":"/relay","auth":"present","authenticated_as":null`
	unready    = `"kind":"open","path":"/relay","auth":"present","authenticated_as":"gw-1","code":503`
	unreached  = `"kind":"open","path":"/relay","auth":"present","authenticated_as":null,"code":502`
	descriptor = `"kind":"frame","from":"connector","frame":{"type":"descriptor","descriptor":{}}`
	idle       = `"kind":"frame","from":"gateway","frame":{"type":"going_idle"}`
	leaves     = `"kind":"close","from":"gateway","code":1000`
	dies       = `"kind":"close","from":"gateway","code":-1`
	gone       = `"kind":"close","from":"connector","code":-1`
	revoked    = `"kind":"close","from":"connector","code":4401`
)

// on puts a line on a socket of its own.
func on(conn int, line string) string { return fmt.Sprintf(`"conn":%d,%s`, conn, line) }

// TestLives tells a gateway what the recorded one must have been told.
func TestLives(t *testing.T) {
	r8 := func(text string) string {
		return strings.Replace(text, `"recording":1`, `"recording":1,"revision":"2026-08"`, 1)
	}
	for _, tt := range []struct{ name, text, want string }{
		{"it leaves", tape(open, leaves), "3 {\"gateway\":\"disconnect\"}\n"},
		{"it says goodbye first", r8(tape(open, idle, leaves)), "3 {\"gateway\":\"disconnect\"}\n"},
		{"it says goodbye and the recording ends", r8(tape(open, idle)), "3 {\"gateway\":\"go_idle\"}\n"},
		{
			"it waits longer than a shutdown does", r8(tape(open, idle, descriptor, descriptor, leaves)),
			"3 {\"gateway\":\"go_idle\"}\n",
		},
		{"it is killed", tape(open, dies), "3 {\"gateway\":\"kill\"}\n"},
		{"it comes back", tape(open, leaves, on(2, open)), "3 {\"gateway\":\"disconnect\"}\n4 {\"gateway\":\"connect\"}\n"},
		{"it does not dial again in 2026-06", tape(open, gone, on(2, open)), "3 {\"connector\":{\"drop\":true}}\n4 {\"gateway\":\"connect\"}\n"},
		{"it dials again since 2026-08", r8(tape(open, gone, on(2, open))), "3 {\"connector\":{\"drop\":true}}\n"},
		{"not after it was revoked", r8(tape(open, descriptor, revoked, on(2, open))), "4 {\"connector\":{\"close\":{\"code\":4401}}}\n5 {\"gateway\":\"connect\"}\n"},
		{"but before a handshake", r8(tape(open, revoked, on(2, open))), "3 {\"connector\":{\"close\":{\"code\":4401}}}\n"},
		{
			"the recording says what it was told", tape(`"kind":"agent","call":"connect"`, open, `"kind":"agent","call":"disconnect"`, leaves),
			"4 {\"gateway\":\"disconnect\"}\n",
		},
		{"the second token is refused", r8(tape(open, gone, on(2, refused), on(3, open))), "" +
			"2 {\"connector\":{\"rotate\":[\"relaysim-made-other-secret\"]}}\n" +
			"3 {\"connector\":{\"drop\":true}}\n" +
			"4 {\"connector\":{\"rotate\":[\"relaysim-made-secret\"]}}\n"},
		{"upgrades are refused, the first too", r8(tape(unready, on(2, unready), on(3, open))), "" +
			"2 {\"connector\":{\"refuse\":503}}\n" +
			"2 {\"gateway\":\"connect\"}\n" +
			"3 {\"connector\":{}}\n"},
		{"nobody looked at the token", r8(tape(open, gone, on(2, unreached), on(3, open))), "" +
			"2 {\"connector\":{\"refuse\":502}}\n" +
			"3 {\"connector\":{\"drop\":true}}\n" +
			"4 {\"connector\":{}}\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := compileText(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := told(s); got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
			if waits := strings.Contains(tt.want, "2 {\"gateway\":\"connect\"}"); waits != (s.Gateway.Connect != nil) {
				t.Errorf("connect is %v", s.Gateway.Connect)
			}
		})
	}
}

// TestCallsInTurns makes the calls of a turn in that turn, when they were made.
func TestCallsInTurns(t *testing.T) {
	const routed = `"kind":"routed","session_key":"s","event":{"text":"hi"}`
	s, err := compileText(tape(
		routed,
		ask("a"),
		tell(`{"requestId":"a"}`+"\n"),
		`"kind":"agent","session_key":"s","call":"typing","args":{"chat_id":"C"},"result":{},"called_at":0.5,"after":1`,
		`"kind":"agent","session_key":"s","call":"react","args":{"chat_id":"C","emoji":"👍","remove":true},"result":{},"called_at":3.5,"after":4`,
		`"kind":"agent","call":"return","args":{"session_key":"s","text":"${cost}"}`,
	))
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"typing":{"chat":"C"}},{"react":{"chat":"C","emoji":"👍","remove":true}},{"reply":"${cost}"}]`
	if got := turnsOf(s)[0]; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := told(s), "5 turn 1\n6 turn 1\n7 turn 1\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestTurnsWithoutAnEnd go on where the recording was cut short, and replied
// nothing where it goes on without them.
func TestTurnsWithoutAnEnd(t *testing.T) {
	const routed = `"kind":"routed","session_key":"s","event":{"text":"hi"}`
	const cancelled = `"kind":"agent","call":"raise","args":{"session_key":"s","text":"context canceled"}`
	for _, tt := range []struct {
		name  string
		lines []string
		want  string
	}{
		{"cut short", []string{routed}, `[]`},
		{"disconnected", []string{routed, `"kind":"agent","call":"disconnect"`}, `[{"reply":""}]`},
		{"ended by the gateway's end", []string{routed, cancelled, `"at":1.5,` + dies}, `[]`},
		{"an error with that text", []string{routed, cancelled}, `[{"fail":"context canceled"}]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := compileText(tape(tt.lines...))
			if err != nil {
				t.Fatal(err)
			}
			if got := turnsOf(s)[0]; got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
