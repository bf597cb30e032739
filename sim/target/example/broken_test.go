package example

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
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
	unbroken: {breaker{in: always, out: always, up: always, down: always}, "scope/the-reply-belongs-to-its-own-author.yaml", ""},
	"a wrong scope": {breaker{up: action("metadata.scope_id", "G-other")},
		"scope/the-reply-belongs-to-its-own-author.yaml", "SC-6"},
	"a lost scope": {breaker{up: action("metadata.scope_id", nil)},
		"scope/the-reply-belongs-to-its-own-author.yaml", "SC-1"},
	"a lost author": {breaker{up: action("metadata.user_id", nil)},
		"scope/the-reply-belongs-to-its-own-author.yaml", "SC-2"},
	"a wrong session key": {breaker{out: turns(func(key string) string { return key + ":x" })},
		"session-keys/a-dm-is-its-chat.yaml", "session_key"},
	"merged users": {breaker{out: turns(func(key string) string { return key[:strings.LastIndex(key, ":")] })},
		"session-keys/two-guilds-with-their-own-channels.yaml", "session_key"},
	"a reader that dies of a bad frame": {breaker{down: deadReader},
		"framing/binary-messages-are-read-as-text.yaml", "no event happened"},
	"no ack": {breaker{up: without("inbound_ack")},
		"passthrough/a-buffered-forward-is-acknowledged.yaml", "inbound_ack"},
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
		"session-keys/two-guilds-with-their-own-channels.yaml", "action.chat_id"},
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
	"a hello of another bot": {breaker{up: frames("hello", "botId", "T9")},
		"handshake/hello-then-descriptor.yaml", "botId"},
	"typing without its author": {breaker{up: noAuthor},
		"scope/typing-carries-its-own-scope-too.yaml", "action.metadata.user_id"},
	"a failure that is kept quiet": {breaker{in: quietly},
		"actions/a-failing-agent-apologises.yaml", "action.content"},
	"an empty reply that is sent": {breaker{in: padded},
		"actions/an-empty-reply-sends-nothing.yaml", "a send at"},
	"a text that is changed": {breaker{out: texts(strings.ToUpper)},
		"inbound/a-quoted-reply-is-passed-on.yaml", "event.text"},
}

// unbroken is the one that does nothing wrong.
const unbroken = "nothing"

// TestBrokenDriversFail wants each to fail, and for its own reason. The same
// wrapper without a fault passes what they fail. The Python driver is wrapped
// where it is here, and the Go driver for what it does not claim to keep.
func TestBrokenDriversFail(t *testing.T) {
	t.Parallel()
	stage, err := play.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stage.Close() })
	commands := []string{build(t)}
	if python := findPython(); python != "" {
		commands = []string{python + " " + filepath.Join("python", "gateway.py"), commands[0]}
	}
	seats := make(chan *seat, runtime.GOMAXPROCS(0))
	for range cap(seats) {
		seats <- newSeat(t, stage, commands)
	}
	var ran, byFirst atomic.Int64
	t.Cleanup(func() {
		if len(commands) > 1 && int(ran.Load()) == len(broken) && byFirst.Load() < fewest {
			t.Errorf("the Python driver was broken in %d ways, want %d", byFirst.Load(), fewest)
		}
	})
	for name, c := range broken {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ran.Add(1)
			s := <-seats
			defer func() { seats <- s }()
			if name == unbroken {
				s.passesAll(t)
				return
			}
			r, by := s.play(t, name, c.scenario)
			if said := saidOf(r); r.Outcome != verdict.Failed || !strings.Contains(said, c.want) {
				t.Errorf("%s %s, want a failure that says %q:\n%s", r.Outcome, r.Reason, c.want, said)
			}
			if by == 0 {
				byFirst.Add(1)
			}
		})
	}
}

// fewest is how many of the ways to be broken the Python driver can be judged by.
const fewest = 15

// seat is room for one broken driver at a time: a file says how those of the seat
// are broken, from their next start on.
type seat struct {
	stage   *play.Stage
	file    string
	drivers []*driver.Driver // of each command
}

// newSeat starts a driver for each command, which is of words without spaces.
func newSeat(t *testing.T, stage *play.Stage, commands []string) *seat {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := &seat{stage: stage, file: filepath.Join(t.TempDir(), "broken")}
	for _, command := range commands {
		d, err := driver.New(t.Context(), driver.Options{Command: fmt.Sprintf("%s %s='%s' exec '%s' %s", atOnce, breakVariable, s.file, self, command)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() }) // what it did wrong is in the verdict
		s.drivers = append(s.drivers, d)
	}
	return s
}

// play plays a scenario against the first driver that can, broken in a way, and
// says which that was.
func (s *seat) play(t *testing.T, name, file string) (r *verdict.Result, by int) {
	t.Helper()
	if err := os.WriteFile(s.file, []byte(name), 0o600); err != nil {
		t.Fatal(err)
	}
	sc, err := scenario.LoadFile(nil, filepath.Join("..", "..", "..", "scenarios", filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range s.drivers {
		if r = s.stage.Run(t.Context(), sc, wire.R8, play.Options{Target: d}); r.Outcome != verdict.Skipped {
			return r, i
		}
	}
	return r, len(s.drivers)
}

// passesAll wants every scenario to be passed that the others fail.
func (s *seat) passesAll(t *testing.T) {
	t.Helper()
	for _, c := range broken {
		if r, _ := s.play(t, unbroken, c.scenario); r.Outcome != verdict.Passed {
			t.Errorf("%s: %s %s\n%s", c.scenario, r.Outcome, r.Reason, saidOf(r))
		}
	}
}

// atOnce keeps a program that is built to find races from sleeping for a second
// before it ends.
const atOnce = "GORACE=atexit_sleep_ms=0"

// breakVariable makes the test's own program a driver, and names the file that says
// how it is broken.
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
