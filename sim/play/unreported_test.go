package play_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/target"
	"github.com/relaysim/relaysim/sim/verdict"
)

// partial is a gateway of somebody else's that does not report all of its turns.
type partial struct {
	target.BuiltIn
	left  []string // fields of an event and of its source that are not reported
	null  []string // that are reported as null
	whole string   // the text of an event that is reported whole; "" for none
	key   string   // added to every session key
	fault error    // of its end
}

func (p partial) Describe() target.Description {
	return target.Description{
		Name: "partial", Revisions: []string{wire.R8.Name}, Options: target.Options(),
		Can: append(target.Abilities(), target.Calls()...),
	}
}

func (p partial) Bench(a target.Agent) target.Bench {
	return partialBench{p.BuiltIn.Bench(reporter{a, p}), p.fault}
}

type partialBench struct {
	target.Bench
	fault error
}

func (b partialBench) Close() error { return errors.Join(b.Bench.Close(), b.fault) }

// reporter tells an agent less than there is.
type reporter struct {
	target.Agent
	partial
}

func (r reporter) event(t *gateway.Turn) json.RawMessage {
	var event map[string]any
	if err := json.Unmarshal(t.Event.JSON(wire.R8), &event); err != nil {
		panic(err)
	}
	for _, fields := range []map[string]any{event, event["source"].(map[string]any)} {
		for _, name := range r.left {
			if r.whole == "" || event["text"] != r.whole {
				delete(fields, name)
			}
		}
		for _, name := range r.null {
			if fields[name] != nil {
				fields[name] = nil
			}
		}
	}
	raw, err := json.Marshal(event)
	if err != nil {
		panic(err)
	}
	return raw
}

func (r reporter) Routed(t *gateway.Turn) {
	r.Reported(target.Routed{SessionKey: t.SessionKey + r.key, Event: r.event(t)})
}

func (r reporter) Turn(ctx context.Context, t *gateway.Turn) (string, error) {
	raw := r.event(t)
	event, err := target.DecodeEvent(raw, wire.R8)
	if err != nil {
		return "", err
	}
	return r.Handle(ctx, &target.Turn{Caller: t, SessionKey: t.SessionKey + r.key, Event: event, Raw: raw})
}

// A run that fails where a rule of the agent's asks for what is not reported is
// skipped, with the field and the line; no other failure is.
func TestWhatIsNotReportedIsAskedFor(t *testing.T) {
	t.Parallel()
	const byName = `
agent:
  - when: {user_name: ann}
    do: [{reply: hello ann}]
  - do: [{reply: who are you}]
`
	const steps = `
steps:
  - inbound: {text: hi, channel: C1, user: {id: U1, name: ann}}
  - expect: {event: {text: hi, session: "agent:main:discord:dm:C1"}}
`
	const hello = "  - expect: {send: {content: hello ann}}\n"
	const asked = "it does not report event.source.user_name, which a rule of the agent's asks for (line 3)"
	ann := partial{left: []string{"user_name"}}
	for name, c := range map[string]struct {
		on      partial
		rules   string
		steps   string
		outcome verdict.Outcome
		want    string // the reason, or in a problem
	}{
		"reported":         {partial{}, byName, steps + hello, verdict.Passed, ""},
		"not reported":     {ann, byName, steps + hello, verdict.Skipped, asked},
		"reported as null": {partial{null: ann.left}, byName, steps + hello, verdict.Failed, "content"},
		"not needed":       {ann, byName, steps + "  - expect: {send: {content: who are you}}\n", verdict.Passed, ""},
		"for nobody": {
			ann, strings.Replace(byName, "user_name: ann", "user_name: {$absent: true}", 1), steps + "  - expect: {send: {content: who are you}}\n",
			verdict.Skipped, asked,
		},
		"for another event": {
			ann, strings.Replace(byName, "user_name: ann", "text: bye, user_name: ann", 1), steps + hello, verdict.Failed, "content",
		},
		"another fault": { // without the name it would pass
			partial{left: ann.left, key: ":x"}, byName, steps + "  - expect: {send: {content: {$any: true}}}\n", verdict.Failed, "event",
		},
		"a broken law": {
			ann, strings.Replace(byName, "who are you", "a-secret-of-this-gateway", 1) + "gateway: {secret: a-secret-of-this-gateway}", steps + hello,
			verdict.Failed, "FU-4",
		},
		"a fault at the end": {partial{left: ann.left, fault: errors.New("it did not end")}, byName, steps + hello, verdict.Failed, "it did not end"},
		"as a variable": {
			ann, "agent:\n  - do:\n      - reply: hello ${user_name}", steps + hello, verdict.Skipped,
			strings.Replace(asked, "line 3", "line 4", 1),
		},
		"the session": {
			partial{}, "agent:\n  - do:\n      - reply: ${session_id}", steps + "  - expect: {send: {content: {$any: true}}}\n", verdict.Skipped,
			strings.NewReplacer("event.source.user_name", "session_id", "line 3", "line 4").Replace(asked),
		},
		"another fault before": { // the session of a step that nothing is missing for
			partial{left: ann.left, key: ":x"}, byName,
			"steps:\n  - inbound: {text: hi, channel: C2, user: {id: U2, name: bob}}\n  - expect: {event: {session: \"agent:main:discord:dm:C2\"}}\n" +
				"  - expect: {send: {content: who are you}}\n" + strings.TrimPrefix(steps, "\nsteps:\n") + hello,
			verdict.Failed, "session",
		},
		"it fails in any case": {
			ann, byName, steps + "  - expect: {send: {content: hello ann, scope: nowhere}}\n", verdict.Failed, "content",
		},
		"what was reported before": {
			partial{left: ann.left, whole: "ho"}, byName,
			"steps:\n  - inbound: {text: ho, channel: C2, user: {id: U2, name: bob}}\n  - expect: {event: {text: ho}}\n" +
				"  - expect: {send: {content: who are you}}\n" + strings.TrimPrefix(steps, "\nsteps:\n") + hello,
			verdict.Failed, "content",
		},
		"what comes first": {
			partial{left: []string{"user_name", "text"}}, "agent:\n  - when: {text: hi}\n    do:\n      - reply: hello ${user_name}",
			steps + hello, verdict.Skipped, "it does not report event.text, which a rule of the agent's asks for (line 3)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage, err := play.NewStage()
			if err != nil {
				t.Fatal(err)
			}
			defer stage.Close()
			sc := load(t, "name: x\n"+strings.TrimSpace(c.rules)+"\n"+strings.TrimSpace(c.steps)+"\n")
			r := stage.Run(t.Context(), sc, wire.R8, play.Options{Target: c.on})
			said := r.Reason
			for _, p := range r.Problems {
				said += p.Rule + " " + p.Text + " "
				for _, d := range p.Diffs {
					said += d.Path + " "
				}
			}
			if r.Outcome != c.outcome || !strings.Contains(said, c.want) || c.outcome != verdict.Failed && said != c.want {
				t.Errorf("got %v, %s, want %v, %s", r.Outcome, said, c.outcome, c.want)
			}
		})
	}
}
