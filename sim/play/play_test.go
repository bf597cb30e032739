package play_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/verdict"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// run plays a scenario in a revision on a stage of its own.
func run(t *testing.T, rev *wire.Revision, yaml string) *verdict.Result {
	t.Helper()
	stage, err := play.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
	}()
	return stage.Run(t.Context(), load(t, yaml), rev, play.Options{})
}

// TestEveryExpectationCanFail gives each kind of expectation something that did
// not happen, or not so, and wants the problem at its place.
func TestEveryExpectationCanFail(t *testing.T) {
	const head = `
name: x
connector:
  platforms: {discord: {descriptor: {supported_ops: [send, edit, typing, follow_up, get_chat_info, react, thread_create, thread_rename, send_media, prompt]}}}
gateway: {typing: false}
agent:
  - do: [{reply: hello}]
steps:
  - inbound: {text: hi, guild: G1, message_id: m1}
`
	const routed = "  - expect: {event: {text: hi}}\n  - expect: {send: {content: hello}}\n"
	tests := []struct {
		name  string
		steps string
		want  string // in the first problem
		diff  string // a path that differs; empty: not looked at
	}{
		{"event, wrong session", "  - expect: {event: {session: other}}", "expect.event: nothing matches", "session_key"},
		{"event, wrong scope", "  - expect: {event: {scope: G2}}", "expect.event: nothing matches", "event.source.scope_id"},
		{"event, none left", routed + "  - expect: {event: {text: hi}}", "expect.event: no event happened", ""},
		{"send, wrong text", "  - expect: {event: {text: hi}}\n  - expect: {send: {content: bye}}", "expect.send: nothing matches", "action.content"},
		{"send, wrong author", "  - expect: {event: {text: hi}}\n  - expect: {send: {user: U2}}", "expect.send: nothing matches", "action.metadata.user_id"},
		{"send, wrong result", "  - expect: {event: {text: hi}}\n  - expect: {send: {result: {success: false}}}", "expect.send: nothing matches", "result.success"},
		{"edit for a send", "  - expect: {event: {text: hi}}\n  - expect: {edit: {}}", "expect.edit: nothing matches", "action.op"},
		{"follow_up that never was", routed + "  - expect: {follow_up: {}}", "expect.follow_up: no gateway frame", ""},
		{"frame", "  - expect: {event: {text: hi}}\n  - expect: {frame: {type: interrupt}}", "expect.frame: nothing matches", "type"},
		{"connector frame", routed + "  - expect: {frame: {type: going_idle_ack}, from: connector}", "expect.frame: nothing matches", "type"},
		{"result", routed + "  - agent: {send: {chat: C1, content: x}}\n  - expect: {result: {success: false}}", "expect.result: nothing matches", "result.success"},
		{"interrupted", routed + "  - expect: {interrupted: {active: true}}", "expect.interrupted: no interrupted", ""},
		{"state", routed + "  - expect: {state: disabled}", "expect.state: it is not so", ""},
		{"close", routed + "  - expect: {close: {code: 1000}}", "expect.close: no close", ""},
		{"open", routed + "  - expect: {open: {status: 400}}", "expect.open: nothing matches", "status"},
		{"answer", routed + "  - expect: {answer: {status: 200}}", "expect.answer: no answer", ""},
		{"dropped", routed + "  - expect: {dropped: {$any: true}}", "expect.dropped: no dropped", ""},
		{"chat", routed + "  - expect: {chat: {channel: C1, messages: [{text: hi}]}}", "expect.chat C1: it is not so", "messages"},
		{"nothing", "  - expect: {nothing: true}", "expect.nothing: there is an event", ""},
		{"nothing of a kind", "  - expect: {event: {text: hi}}\n  - expect: {nothing: [send]}", "expect.nothing: there is a send", ""},
		{"an event nobody expects", "  - expect: {send: {content: hello}}", "an event at #", ""},
		{"an action nobody expects", "  - expect: {event: {text: hi}}", "a send at #", ""},
		{"two of one", "  - expect: {event: {text: hi}}\n  - expect:\n      - send: {content: hello}\n      - send: {reply_to: m1}", "nothing matches", ""},
		{"the wrong order", routed + "  - inbound: {text: again, guild: G1}\n  - expect: {event: {text: again}}\n  - expect: {send: {content: hello, reply_to: m2}}\n  - expect: {send: {content: hello, reply_to: m1}}", "expect.send", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := run(t, wire.R8, head+test.steps)
			if r.Outcome != verdict.Failed || len(r.Problems) == 0 {
				t.Fatalf("got %v with %v, want a failure", r.Outcome, r.Problems)
			}
			p := r.Problems[0]
			if !strings.Contains(p.Text, test.want) {
				t.Errorf("problem: got %q, want %q in it", p.Text, test.want)
			}
			if p.At == "" {
				t.Error("the problem has no place")
			}
			if test.diff != "" && !slices.ContainsFunc(p.Diffs, func(d match.Diff) bool { return strings.HasPrefix(d.Path, test.diff) }) {
				t.Errorf("diffs: got %v, want one at %s", p.Diffs, test.diff)
			}
		})
	}
}

func TestAnEarlierMatchIsNamed(t *testing.T) {
	r := run(t, wire.R6, `
name: x
steps:
  - inbound: {text: one}
  - inbound: {text: two, channel: C2}
  - expect: {event: {text: two}}
  - expect: {event: {text: one}}
`)
	if len(r.Problems) == 0 || !strings.Contains(r.Problems[0].Text, "it happened before what the step above expects") {
		t.Errorf("got %v", r.Problems)
	}
}

func TestAListMatchesInAnyOrder(t *testing.T) {
	r := run(t, wire.R6, `
name: x
steps:
  - inbound: {text: one}
  - inbound: {text: two, channel: C2}
  - expect:
      - event: {text: {$re: .}} # fits both, and must leave one for the other
      - event: {text: one}
`)
	if r.Outcome != verdict.Passed {
		t.Errorf("got %v: %v", r.Outcome, r.Problems)
	}
}

func TestStrictAllMindsTyping(t *testing.T) {
	const yaml = `
name: x
%s
steps:
  - inbound: {text: hi}
  - expect: {event: {text: hi}}
`
	if r := run(t, wire.R8, fmt.Sprintf(yaml, "")); r.Outcome != verdict.Passed {
		t.Errorf("default: got %v: %v", r.Outcome, r.Problems)
	}
	if r := run(t, wire.R8, fmt.Sprintf(yaml, "strict: all")); r.Outcome != verdict.Failed {
		t.Errorf("strict: all: got %v, want a failure", r.Outcome)
	}
}

func TestWithinLetsVirtualTimePass(t *testing.T) {
	const yaml = `
name: x
gateway: {typing: false}
connector: {fail: {send: network error}}
agent:
  - do: [{reply: hello}]
steps:
  - inbound: {text: hi}
  - expect: {event: {text: hi}}
  - expect: {send: {}}
  - within: %s
    expect: {send: {}}
  - within: 4s
    expect: {send: {}}
`
	if r := run(t, wire.R8, fmt.Sprintf(yaml, "2s")); r.Outcome != verdict.Passed {
		t.Errorf("2s: got %v: %v", r.Outcome, r.Problems)
	}
	if r := run(t, wire.R8, fmt.Sprintf(yaml, "1999ms")); r.Outcome != verdict.Failed {
		t.Errorf("1999ms: got %v, want a failure: the retry is due after 2 s", r.Outcome)
	}
}

func TestAStoppedRunIsNotJudged(t *testing.T) {
	stage, err := play.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	defer stage.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := stage.Run(ctx, load(t, turns(3)), wire.R8, play.Options{})
	if r.Outcome != verdict.NotJudged || r.Reason == "" {
		t.Errorf("got %v, reason %q, want not judged with a reason", r.Outcome, r.Reason)
	}
}

// TestRunsRepeat plays a scenario twice and wants the same to happen at the same
// virtual time. What different goroutines do at one instant, such as the agent
// returning while its typing is on the wire, has no order between them.
func TestRunsRepeat(t *testing.T) {
	first, second := lanes(run(t, wire.R8, turns(5))), lanes(run(t, wire.R8, turns(5)))
	if len(first) < 6 {
		t.Fatalf("got %d lanes of observations, which is not the whole scenario: %v", len(first), first)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("-first +second\n%s", diff)
	}
}

// lanes is a trace by what has an order of its own: a kind of observation, and
// one side of a socket.
func lanes(r *verdict.Result) map[string][]string {
	m := map[string][]string{}
	for _, o := range r.Trace {
		lane := fmt.Sprint(o.Kind, o.Conn, o.From)
		m[lane] = append(m[lane], fmt.Sprintf("%v %s%s%s %s%s", o.At, o.State, o.Call, o.SessionKey, o.Data, o.Event.JSON()))
	}
	return m
}

// TestManyAtOnce plays scenarios side by side on one stage.
func TestManyAtOnce(t *testing.T) {
	stage, err := play.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	defer stage.Close()
	sc := load(t, turns(2))
	side(20, func() {
		if r := stage.Run(t.Context(), sc, wire.R8, play.Options{}); r.Outcome != verdict.Passed {
			t.Errorf("got %v: %v", r.Outcome, r.Problems)
		}
	})
}

func TestAGatewayHasOneLifeAtATime(t *testing.T) {
	r := run(t, wire.R8, `
name: x
steps:
  - gateway: start
  - expect: {state: connected}
`)
	if len(r.Problems) == 0 || !strings.Contains(r.Problems[0].Text, "is running: disconnect or kill it first") {
		t.Errorf("got %v: %v", r.Outcome, r.Problems)
	}
}

func TestWhatNobodyExpectsIsBlamedOnItsStep(t *testing.T) {
	r := run(t, wire.R6, `
name: x
steps:
  - inbound: {text: one}
  - expect: {event: {text: one}}
  - inbound: {text: two}
`)
	if len(r.Problems) != 1 || !strings.HasSuffix(r.Problems[0].At, ":6:5") {
		t.Errorf("got %v", r.Problems)
	}
}
