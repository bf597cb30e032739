package example

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target/driver"
	"github.com/relaysim/relaysim/sim/verdict"
)

// broken are drivers that do one thing wrong, each with a scenario and what
// must be said of it.
var broken = map[string]struct {
	breaker
	scenario, want string
}{
	unbroken: {breaker{in: always, out: always, up: always, down: always}, "scope/a-reply-carries-its-guild.yaml", ""},
	"a wrong scope": {breaker{up: action("metadata.scope_id", "G-other")},
		"scope/a-reply-carries-its-guild.yaml", "SC-6"},
	"a lost scope": {breaker{up: action("metadata.scope_id", nil)},
		"scope/a-reply-carries-its-guild.yaml", "SC-1"},
	"a lost author": {breaker{up: action("metadata.user_id", nil)},
		"scope/the-reply-belongs-to-its-own-author.yaml", "SC-2"},
	"a wrong session key": {breaker{out: turns(func(key string) string { return key + ":x" })},
		"session-keys/a-dm-is-its-chat.yaml", "session_key"},
	"merged users": {breaker{out: turns(func(key string) string { return key[:strings.LastIndex(key, ":")] })},
		"session-keys/a-group-is-per-user.yaml", "session_key"},
	"a reader that dies of a bad frame": {breaker{down: deadReader},
		"framing/bad-lines-are-skipped.yaml", "no event happened"},
	"no ack": {breaker{up: without("inbound_ack")},
		"idle/what-came-meanwhile-is-drained-in-order.yaml", "inbound_ack"},
	"its secret in a frame": {breaker{in: secretKept, up: secretEchoed},
		"auth/a-gateway-with-credentials-presents-a-token.yaml", "FU-4"},
	"no token": {breaker{anyone: true},
		"auth/a-gateway-with-credentials-presents-a-token.yaml", "auth"},
	"two requests with one id": {breaker{up: frames("outbound", "requestId", "one")},
		"actions/request-ids-are-unique.yaml", "OUT-1"},
	"two results of a call": {breaker{out: twice("result")},
		"actions/what-a-call-returns.yaml", "second result"},
	"a late retry": {breaker{up: replyKept, out: retriedLate},
		"actions/a-timed-out-reply-is-not-retried.yaml", "a send at"},
	"a reply to the wrong chat": {breaker{up: action("chat_id", "C-other")},
		"scope/a-reply-carries-its-guild.yaml", "expect.chat C1"},
	"a reply to no message": {breaker{up: action("reply_to", nil)},
		"actions/the-reply-answers-its-message.yaml", "action.reply_to"},
	"a follow_up with the wrong kind": {breaker{up: action("kind", "discord.other")},
		"follow-up/a-guild-slash-command.yaml", "action.kind"},
	"a follow_up for the wrong session": {breaker{up: action("session_key", "agent:main:relay:dm:C9")},
		"follow-up/a-guild-slash-command.yaml", "action.session_key"},
	"no re-dial": {breaker{in: neverAgain},
		"reconnect/says-hello-again-and-goes-on.yaml", `{type: "hello"}`},
	"a hello without its second identity": {breaker{up: firstHello},
		"platforms/one-hello-for-each.yaml", `botId: "D1"`},
	"chunks over the limit": {breaker{down: noLimit},
		"actions/a-long-reply-is-split-where-it-hurts-least.yaml", "OUT-7"},
	"an interrupt of the wrong turn": {breaker{down: frames("interrupt_inbound", "session_key", "agent:main:discord:group:C1:U2")},
		"interrupts/exactly-one-turn-of-two.yaml", "INT-2"},
	"typing that never stops": {breaker{up: typingKept, out: typingForever},
		"actions/typing-while-a-turn-runs.yaml", "a typing at"},
	"a text that is changed": {breaker{out: texts(strings.ToUpper)},
		"inbound/an-event-reaches-the-agent-whole.yaml", "event.text"},
}

// unbroken is the one that does nothing wrong.
const unbroken = "nothing"

// TestBrokenDriversFail wants each to fail, and for its own reason. The same
// wrapper without a fault passes what they fail.
func TestBrokenDriversFail(t *testing.T) {
	t.Parallel()
	program := build(t)
	stage, err := play.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stage.Close() })
	for name, c := range broken {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := wrapped(t, name, program)
			if name == unbroken {
				for _, c := range broken {
					if r := playOne(t, stage, d, c.scenario); r.Outcome != verdict.Passed {
						t.Errorf("%s: %s %s\n%s", c.scenario, r.Outcome, r.Reason, saidOf(r))
					}
				}
				return
			}
			r := playOne(t, stage, d, c.scenario)
			if said := saidOf(r); r.Outcome != verdict.Failed || !strings.Contains(said, c.want) {
				t.Errorf("%s %s, want a failure that says %q:\n%s", r.Outcome, r.Reason, c.want, said)
			}
		})
	}
}

// wrapped is a driver that is broken.
func wrapped(t *testing.T, name, program string) *driver.Driver {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	d, err := driver.New(t.Context(), driver.Options{Command: fmt.Sprintf("%s='%s' exec '%s' '%s'", breakVariable, name, self, program)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() }) // what it did wrong is in the verdict
	return d
}

func playOne(t *testing.T, stage *play.Stage, d *driver.Driver, file string) *verdict.Result {
	t.Helper()
	sc, err := scenario.LoadFile(nil, filepath.Join("..", "..", "..", "scenarios", filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return stage.Run(t.Context(), sc, wire.R8, play.Options{Target: d})
}

// breakVariable says which driver the test's own program is.
const breakVariable = "RELAYSIM_TEST_BREAK"

func saidOf(r *verdict.Result) string {
	var b strings.Builder
	for _, p := range r.Problems {
		fmt.Fprintln(&b, p.Rule, p.Text)
		for _, d := range p.Diffs {
			fmt.Fprintln(&b, " ", d.Path, d.Want, d.Got)
		}
	}
	return b.String()
}
