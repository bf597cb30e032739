package gateway_test

import (
	"regexp"
	"testing"

	"github.com/relaysim/relaysim/gateway/wire"
)

// The contract says what commands do and not in which words they are answered,
// so no scenario asks for the words. These are ours.
func TestWordsOfAnswers(t *testing.T) { // TURN-3, TURN-4
	bubble8(t, func(t *testing.T) {
		_, p := start(t, wire.R8, slow)
		for _, c := range []struct{ said, answer string }{
			{"/stop", `^There is nothing to stop\.$`},
			{"/undo", `^There is nothing to take back\.$`},
			{"/resume nowhere", `^Not resumed: `},
			{"/sessions", `^There are no sessions of before\.$`},
			{"/queue", `^Usage: /queue <message>$`},
			{"/help", `/queue <message> lets a message wait`},
			{"/new", `^New session: starting fresh\.$`},
			{"hi", `^done hi$`},
			{"/new", `^New session: [0-9]{8}_[0-9]{6}_[0-9a-f]{8}\.$`},
			{"/sessions", `^Sessions of before; /resume <id> goes back to one:\n[0-9]{8}_[0-9a-f_]*, 1 turns$`},
			{"/status", `^Session: agent:main:discord:group:C1:U1, [0-9a-f_]*\nIdle\.$`},
			{"10s", ""},
			{"/queue first", `^Queued for the next turn\.$`},
			{"/queue second", `^Queued: 2 messages wait\.$`},
			{"wait", ""},
			{"/status", `\nAt work\. A message waits\. Queued: 2\.$`},
			{"/usage", `^I am at work: /usage has to wait`},
			{"/stop", `^Stopped\. The next message begins a new session; /resume [0-9a-f_]* goes back to this one\.$`},
		} {
			before := len(p.contents())
			p.inbound(say(c.said))
			got := p.contents()[before:]
			if c.answer == "" {
				if len(got) != 0 {
					t.Errorf("%s is answered by %q at once", c.said, got)
				}
				continue
			}
			if len(got) == 0 || !regexp.MustCompile(c.answer).MatchString(got[0]) {
				t.Errorf("%s is answered by %q, want %s", c.said, got, c.answer)
			}
		}
	})
}
