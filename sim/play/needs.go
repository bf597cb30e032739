package play

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target"
	"github.com/relaysim/relaysim/sim/trace"
)

// lacks says why a scenario cannot be played against this connector; empty where
// it can.
func (l *Live) lacks(sc *scenario.Scenario) string {
	switch {
	case l.Program != nil:
		return hidden(sc.Steps)
	case sc.Recorded != nil:
		return "a recording plays its own connector (replay --as gateway plays the other side)"
	case len(sc.Gateways) > 0:
		return "it has several gateways, and there are credentials for one"
	}
	if part := setUp(sc); part != "" {
		return "it sets up the connector: " + part
	}
	if g := sc.Gateway; g != nil && (g.ID != "" || g.Secret != "" || g.NoAuth || g.Tenant != "" || g.Instance != "" || g.Platforms != nil || g.BotIDs != nil || g.Wake != nil) {
		return "its gateway has credentials or platforms of its own"
	}
	for _, name := range sc.Given {
		if _, ok := l.value(name); !ok {
			return fmt.Sprintf("it needs something that the connector knows: --var %s=…", name)
		}
	}
	return stepsLack(sc.Steps)
}

// hidden is what of a scenario not even a driver of the connector shows.
func hidden(steps []scenario.Step) string {
	for i := range steps {
		step := &steps[i]
		if step.Repeat != nil {
			if why := hidden(step.Repeat.Steps); why != "" {
				return why
			}
		}
		for j := range step.Expect {
			switch what := inside(&step.Expect[j]); what {
			case "buffer", "open.as":
				return fmt.Sprintf("it looks into the connector: expect.%s (line %d)", what, step.Pos.Line)
			}
		}
	}
	return ""
}

// setUp is the part of the head that only the fake connector can be told. What
// it owns may stand beside given, which says what stands for it elsewhere.
func setUp(sc *scenario.Scenario) string {
	c := &sc.Connector
	described := func() bool {
		for _, p := range c.Platforms {
			if p.Descriptor != nil {
				return true
			}
		}
		return false
	}
	for _, part := range []struct {
		name string
		set  bool
	}{
		{"secrets", c.Secrets != nil},
		{"instances", c.Instances != nil},
		{"auth", c.Auth == "open"},
		{"handshake", c.Handshake == manual},
		{"results", c.Results == manual},
		{"fail", c.Fail != nil},
		{"platforms", described() || c.Platforms != nil && sc.Given == nil},
		{"tenants", c.Tenants != nil && sc.Given == nil},
		{"chats", c.Chats != nil && sc.Given == nil},
	} {
		if part.set {
			return "connector." + part.name
		}
	}
	return ""
}

func stepsLack(steps []scenario.Step) string {
	for i := range steps {
		step := &steps[i]
		if step.Repeat != nil {
			if why := stepsLack(step.Repeat.Steps); why != "" {
				return why
			}
			continue
		}
		if why := stepLacks(step); why != "" {
			return fmt.Sprintf("%s (line %d)", why, step.Pos.Line)
		}
	}
	return ""
}

func stepLacks(step *scenario.Step) string {
	byHand := step.From != "" && step.From != string(trace.Connector)
	switch {
	case step.Inbound != nil, step.Interaction != nil, step.Webhook != nil, step.Passthrough != nil,
		step.Interrupt != nil, step.Connector != nil, (step.Frame != nil || step.Raw != nil) && !byHand:
		return "only the connector can do a step of it"
	case step.Advance > 0, step.Within > 0:
		return "it lets virtual time pass, and the connector's is real"
	case step.Gateway == "kill", step.Gateway == "start", step.Gateway == "go_dormant", step.Gateway == "wake":
		return "its gateway has several lives, which needs the connector's to be known"
	}
	if name := fakes(step); name != "" {
		return fmt.Sprintf("it names %s, which only the fake connector knows: a var under given would stand for it", name)
	}
	for i := range step.Expect {
		if what := inside(&step.Expect[i]); what != "" {
			return "it looks into the connector: expect." + what
		}
	}
	return ""
}

// inside is an expectation about what no gateway sees.
func inside(e *scenario.Expectation) string {
	switch {
	case e.Chat != nil:
		return "chat"
	case e.Answer != nil:
		return "answer"
	case e.Dropped != nil:
		return "dropped"
	case e.Buffer != nil:
		return "buffer"
	case e.Wake != nil:
		return "wake"
	case e.Open != nil && e.Open.As != nil:
		return "open.as"
	case e.Nothing != nil && slices.Contains(e.Nothing.Kinds, "open"):
		return "nothing.open"
	}
	return ""
}

// ofConnector are the fields, on the wire, that name what a connector knows.
var ofConnector = regexp.MustCompile(`"(?:chat_id|scope_id|guild_id|botId|platform)"\s*:\s*"([^"$][^"]*)"`)

// fakes is a name in a step that is the fake connector's own: it is written out,
// and no var stands for it. A refusal is as good for any name: what begins with
// no-such is nobody's.
func fakes(step *scenario.Step) string {
	var texts []string
	switch {
	case step.Raw != nil:
		texts = step.Raw.Messages
	case step.Frame != nil:
		b, _ := json.Marshal(step.Frame.Value)
		texts = []string{string(b)}
	case step.Agent != nil:
		b, _ := json.Marshal(target.Args(action(step.Agent, nil)))
		texts = []string{string(b)}
	}
	for _, text := range texts {
		for _, m := range ofConnector.FindAllStringSubmatch(text, -1) {
			if !strings.HasPrefix(m[1], "no-such") {
				return m[1]
			}
		}
	}
	return ""
}
