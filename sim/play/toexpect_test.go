package play_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/verdict"
)

// What is suggested for what nobody expects is a scenario that passes.
func TestWhatNobodyExpectsIsExpectedAsItSays(t *testing.T) {
	t.Parallel()
	stage, err := play.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	defer stage.Close()
	long := strings.Repeat("a long reply ", 20)
	const scenario = `
name: x
strict: all
connector: {results: manual}
gateway: {typing: false, sessions: {group_sessions_per_user: false}}
agent:
  - do:
      - send: {content: %q}
      - edit: {message_id: m1, content: "a: b"}
      - follow_up: {kind: discord.interaction_token, content: "5"}
      - react: {message_id: m1, emoji: 👍}
      - thread_create: {thread_name: plans}
      - typing: {}
      - get_chat_info: {chat: "777"}
      - interrupt: {session: s}
      - reply: "$${not a var} null"
steps:
  - expect: {state: connected}
  - connector: {results: auto}
  - inbound: {text: %q, message_id: m1}
`
	for _, text := range []string{"hi", "true", "", "1", "a, b}", "- x", "{$re: x}", `a "quote" \ and #`, long} {
		yaml := fmt.Sprintf(scenario, text, text)
		first := stage.Run(t.Context(), load(t, yaml), wire.R8, play.Options{})
		if first.Outcome != verdict.Failed || len(first.Problems) < 8 {
			t.Fatalf("%q: got %v %v, want problems with everything", text, first.Outcome, first.Problems)
		}
		for _, p := range first.Problems {
			if p.Add == "" || len(p.Add) > 200 {
				t.Errorf("%q: %s: got %q to add", text, p.Text, p.Add)
			}
			yaml += "  " + p.Add + "\n"
		}
		if second := stage.Run(t.Context(), load(t, yaml), wire.R8, play.Options{}); second.Outcome != verdict.Passed {
			t.Errorf("%q: %v\n%s", text, second.Problems, yaml)
		}
	}
}
