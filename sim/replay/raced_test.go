package replay_test

import (
	"testing"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/verdict"
)

// TestRepliesThatRaced: two turns of one chat ended together, and their replies
// were sent in the other order.
func TestRepliesThatRaced(t *testing.T) {
	t.Parallel()
	const turns = `
name: raced
connector: {platforms: {discord: {bot_id: B1}, telegram: {bot_id: B2}}, results: manual}
gateway: {typing: false}
agent:
  - when: {text: one}
    do: [{wait: first}, {reply: done one}]
  - do: [{wait: second}, {reply: done two}]
strict: none
steps:
`
	const ends = `
  - signal: first
  - expect: {send: {content: done one}}
  - signal: second
  - expect: {send: {content: done two}}
  - gateway: disconnect
`
	stage := newStage(t)
	for name, steps := range map[string]string{
		"two users": `
  - inbound: {text: one, channel: C1, guild: G1, user: {id: U1, name: ann}, message_id: m1}
  - inbound: {text: two, channel: C1, guild: G1, user: {id: U2, name: bob}, message_id: m2}`,
		"two threads": `
  - inbound: {text: one, platform: telegram, channel: "-1", chat_type: forum, thread: "7", message_id: "1"}
  - inbound: {text: two, platform: telegram, channel: "-1", chat_type: forum, thread: "8", message_id: "2"}`,
	} {
		s, err := scenario.Load("raced.yaml", []byte(turns+steps[1:]+ends))
		if err != nil {
			t.Fatal(err)
		}
		for _, rev := range []*wire.Revision{wire.R6, wire.R8} {
			r := stage.Run(t.Context(), s, rev, play.Options{})
			if r.Outcome != verdict.Passed {
				t.Fatalf("%s %v: %v %+v", name, rev, r.Outcome, r.Problems)
			}
			forged := forge(t, string(record(t, s, rev, r)), func(t *testing.T, lines []string) []string {
				lines = before(`"text":"done two"`, `"content":"done one"`)(t, lines)
				return before(`"content":"done two"`, `"content":"done one"`)(t, lines)
			})
			replayed, _, err := replay.Compile(opener([]byte(forged)), "raced.jsonl", nil)
			if err != nil {
				t.Fatal(err)
			}
			if r := playOn(t, stage, replayed); r.Outcome != verdict.Passed {
				t.Errorf("%s %v: %v %+v\n%s", name, rev, r.Outcome, r.Problems, forged)
			}
		}
	}
}
