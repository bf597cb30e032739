package convert

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/relaysim/relaysim/sim/contract"
	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// story is a compiled recording, taken apart.
type story struct {
	in       *scenario.Scenario
	scopeKey string // where the revision keeps a scope (IN-4)
	author   bool   // the revision has the author in the metadata (SC-2)
	beats    []beat
	requests []*request          // in order
	byName   map[string]*request // by the variable that captures their id
	byID     map[string]*request // by the id of the message they made
	turns    []*turn             // in order
	signals  map[string]place    // which act a signal releases
	platform string              // the first
	contract []contract.Rule

	greetsItself bool // the fake connector says hello and goodbye as the recorded one did
	slow         bool // something came late, or never
	chats        int  // how many chats are written to
}

// beat is one step and when it was.
type beat struct {
	at   time.Duration
	step scenario.Step
	said map[string]any // the one frame of a raw step; its texts are escaped
	due  bool           // a fake connector says it on its own
}

// turn is one that the agent had.
type turn struct {
	rule  *scenario.Rule
	event *scenario.Routed // nil where none was recorded
	on    string           // the gateway; "" for the only one
}

// place is an act of a turn.
type place struct{ turn, act int }

const r6, r8 = "2026-06", "2026-08"

// read takes a compiled recording apart.
func read(in *scenario.Scenario) *story {
	s := &story{
		in: in, scopeKey: "scope_id", author: true, contract: contract.Rules(),
		byName: map[string]*request{}, byID: map[string]*request{}, signals: map[string]place{},
	}
	if len(in.Revisions) > 0 && in.Revisions[0] == r6 {
		s.scopeKey, s.author = "guild_id", false
	}
	for _, g := range s.gateways() {
		if len(g.Platforms) > 0 && s.platform == "" {
			s.platform = g.Platforms[0]
		}
	}
	var at time.Duration
	for _, step := range in.Steps {
		if step.Advance > 0 {
			at += step.Advance
			continue
		}
		b := beat{at: at, step: step}
		if step.Raw != nil {
			b.said = oneFrame(step.Raw, step.HasRefs)
		}
		s.beats = append(s.beats, b)
	}
	s.readRequests()
	s.readTurns()
	s.greetsItself = s.greets()
	return s
}

// oneFrame is the frame that a message is; nil where it is not exactly one.
func oneFrame(raw *scenario.Raw, refs bool) map[string]any {
	if raw.Binary || len(raw.Messages) != 1 || len(raw.Base64) > 0 {
		return nil
	}
	line, whole := strings.CutSuffix(raw.Messages[0], "\n")
	tree, ok := trace.Tree([]byte(line))
	frame, isObject := tree.(map[string]any)
	if !whole || strings.Contains(line, "\n") || !ok || !isObject || hasTwins([]byte(line)) {
		return nil
	}
	if !refs {
		frame, _ = match.Literals(frame).(map[string]any)
	}
	return frame
}

// hasTwins says whether an object in JSON has a key twice, which a tree cannot
// say.
func hasTwins(raw []byte) bool {
	seen, twins := map[string]bool{}, false
	visit := func(value []byte) { twins = twins || hasTwins(value) }
	if !trace.Members(raw, func(key, value []byte) {
		twins = twins || seen[string(key)]
		seen[string(key)] = true
		visit(value)
	}) {
		trace.Elements(raw, visit)
	}
	return twins
}

// plainTree is a tree of the JSON kinds for one that a program made.
func plainTree(v map[string]any) map[string]any {
	text, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	tree, _ := trace.Tree(text)
	out, _ := tree.(map[string]any)
	return out
}

func isNumber(v any, text string) bool {
	n, ok := v.(json.Number)
	return ok && string(n) == text
}

// unescaped is what a literal text stands for.
func unescaped(s string) string { return strings.ReplaceAll(s, "$${", "${") }

// reference is the variable that a text consists of; "" where it is another.
func reference(v any) string {
	s, _ := v.(string)
	name, ok := strings.CutPrefix(s, "${")
	name, closed := strings.CutSuffix(name, "}")
	if !ok || !closed || strings.ContainsAny(name, "${}") {
		return ""
	}
	return name
}

// word is a value that is text, else "".
func word(v any) string {
	s, _ := v.(string)
	return s
}

// readTurns finds the event of each turn and the acts of each signal.
func (s *story) readTurns() {
	var events []*scenario.Routed
	var on []string
	for _, b := range s.beats {
		for _, e := range b.step.Expect {
			if e.Event != nil {
				events, on = append(events, e.Event), append(on, e.On)
			}
		}
	}
	for i := range s.in.Agent {
		t := &turn{rule: &s.in.Agent[i]}
		if len(events) == len(s.in.Agent) {
			t.event, t.on = events[i], on[i]
		}
		s.turns = append(s.turns, t)
		for j, act := range t.rule.Do {
			if act.Wait != "" {
				s.signals[act.Wait] = place{i, j}
			}
		}
	}
}

// greets says whether each hello was answered at once with a descriptor that a
// fake connector can send, and each going_idle with its ack, and marks those.
// What nobody had asked for is not a greeting.
func (s *story) greets() bool {
	var hellos, leaving int
	ok := true
	descriptors := map[string]string{}
	for i := range s.beats {
		b := &s.beats[i]
		for _, e := range b.step.Expect {
			switch typeOf(e.Frame) {
			case "hello":
				hellos++
			case "going_idle":
				leaving++
			}
		}
		switch {
		case b.said["type"] == "descriptor" && hellos > 0:
			hellos--
			b.due = true
			d, _ := b.said["descriptor"].(map[string]any)
			text, err := json.Marshal(d)
			name := word(d["platform"])
			if before, known := descriptors[name]; err != nil || known && before != string(text) || !s.fronts(name) {
				ok = false
			}
			descriptors[name] = string(text)
		case b.said["type"] == "going_idle_ack" && leaving > 0:
			leaving--
			b.due = true
		case (hellos > 0 || leaving > 0) && !b.quiet() && b.said == nil:
			ok = false
		}
	}
	s.slow = s.slow || hellos > 0
	return ok && hellos == 0 && leaving == 0
}

// typeOf is the type that the expectation of a frame names.
func typeOf(frame *scenario.Pattern) string {
	if frame == nil {
		return ""
	}
	fields, _ := frame.Value.(map[string]any)
	return word(fields["type"])
}

func (s *story) fronts(platform string) bool {
	_, there := s.in.Connector.Platforms[platform]
	return there
}
