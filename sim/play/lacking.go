package play

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target"
	"github.com/relaysim/relaysim/sim/verdict"
)

// What a scenario needs of a gateway under test is read from the scenario, and
// where that does not say enough, found out: the built-in gateway rehearses it
// with the same hands tied.

// lacking says why a target cannot play a scenario; empty where it can.
func (s *Stage) lacking(ctx context.Context, sc *scenario.Scenario, rev *wire.Revision, o Options) string {
	about := o.Target.Describe()
	if about.Counted {
		return ""
	}
	if !slices.Contains(about.Revisions, rev.Name) {
		return "it speaks " + strings.Join(about.Revisions, ", ") + " only"
	}
	if l := neededBy(sc.Recorded, about.Lacks); l != "" {
		return "it does not claim to keep " + l + ", which the recorded session may need"
	}
	for _, rule := range sc.Covers {
		area, _, _ := strings.Cut(rule, "-")
		if slices.Contains(about.Lacks, rule) || slices.Contains(about.Lacks, area) {
			return "it does not claim to keep " + rule
		}
	}
	for _, call := range callsOf(sc) {
		if !about.Able(call) {
			return "it does not take the call " + call
		}
	}
	for _, what := range []string{target.States, target.Interrupts} {
		if reports(sc, what) && !about.Able(what) {
			return fmt.Sprintf("it does not report what the scenario looks at: %q is not in its can", what)
		}
	}
	if looksIntoSessions(sc) {
		return "it looks into the gateway's session store, which no driver shows"
	}
	if streams(sc) {
		return "its agent streams, which no driver can"
	}
	return s.tied(ctx, sc, rev, o, &about)
}

// neededBy is the first of the rules and areas that a recording may need, which
// does not say which it does; "" where it is sure to need none.
func neededBy(r *scenario.Recorded, lacks []string) string {
	if r == nil {
		return ""
	}
	for _, l := range lacks {
		area, _, _ := strings.Cut(l, "-")
		if !slices.Contains(r.Spares, l) && !slices.Contains(r.Spares, area) {
			return l
		}
	}
	return ""
}

// hands are what is tied of the built-in gateway in a rehearsal.
type hands struct {
	options []string // left out, though the scenario sets them
	clock   bool     // its time stands still
	// commands are all answered by the gateway: an agent behind a driver is not
	// asked whether it would.
	commands bool
	// unreported are fields of a turn that the agent's rules are not told, by their
	// paths.
	unreported []string
}

// handsOf are what a target cannot do of what a scenario may need.
func handsOf(sc *scenario.Scenario, about *target.Description) (h hands) {
	for _, option := range optionsOf(sc) {
		if !about.Heeds(option) {
			h.options = append(h.options, option)
		}
	}
	h.clock = !about.Able(target.Clock) && (passes(sc.Steps) || dials(sc.Steps))
	h.commands = namesCommands(sc)
	return h
}

// tied lets the built-in gateway rehearse a scenario without what the target
// lacks, where it lacks something that the scenario may need.
func (s *Stage) tied(ctx context.Context, sc *scenario.Scenario, rev *wire.Revision, o Options, about *target.Description) string {
	h := handsOf(sc, about)
	if (len(h.options) == 0 && !h.clock && !h.commands) || s.rehearse(ctx, sc, rev, o, h) {
		return ""
	}
	switch {
	case h.commands && !s.rehearse(ctx, sc, rev, o, hands{commands: true}):
		return "its agent answers a command itself, which no driver can"
	case !h.clock:
		return "it does not heed " + strings.Join(h.options, ", ")
	case len(h.options) == 0 || !s.rehearse(ctx, sc, rev, o, hands{clock: true}):
		return "it needs time that passes when it is told to, and this gateway's does not (clock)"
	}
	return "it does not heed " + strings.Join(h.options, ", ")
}

// rehearse says whether the built-in gateway passes with its hands tied.
func (s *Stage) rehearse(ctx context.Context, sc *scenario.Scenario, rev *wire.Revision, o Options, h hands) bool {
	return s.rehearsal(ctx, sc, rev, o, h).Outcome == verdict.Passed
}

func (s *Stage) rehearsal(ctx context.Context, sc *scenario.Scenario, rev *wire.Revision, o Options, h hands) *verdict.Result {
	return s.run(ctx, sc, rev, Options{Timeout: o.Timeout, Target: rehearsal{hands: h, revision: rev}})
}

// callsOf are the calls that a scenario's agent makes, and the ends of lives
// that are calls.
func callsOf(sc *scenario.Scenario) []string {
	var list []string
	add := func(name string) {
		if name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	for i := range sc.Agent {
		for j := range sc.Agent[i].Do {
			name, _ := callOp(&sc.Agent[i].Do[j].Call)
			add(name)
		}
	}
	everyStep(sc.Steps, func(step *scenario.Step) {
		if step.Agent != nil {
			name, _ := callOp(step.Agent)
			add(name)
		}
		if slices.Contains(target.Calls(), step.Gateway) {
			add(step.Gateway)
		}
	})
	return list
}

// reports says whether a scenario looks at what a gateway reports of itself.
func reports(sc *scenario.Scenario, what string) (looks bool) {
	everyStep(sc.Steps, func(step *scenario.Step) {
		for i := range step.Expect {
			e := &step.Expect[i]
			looks = looks || what == target.States && e.State != nil || what == target.Interrupts && e.Interrupted != nil
		}
	})
	for i := range sc.Agent {
		for _, act := range sc.Agent[i].Do {
			looks = looks || what == target.Interrupts && act.OnInterrupt != nil
		}
	}
	return looks
}

// looksIntoSessions says whether a scenario sets how sessions are kept, looks at
// them or touches them.
func looksIntoSessions(sc *scenario.Scenario) (looks bool) {
	_, configs := gatewaysOf(sc)
	for _, g := range configs {
		o := &g.Sessions
		looks = looks || o.Reset != nil || o.ResetByPlatform != nil || o.ResetByType != nil ||
			o.TimeZone != "" || o.MaxAgeDays != nil || o.Store == onDisk
	}
	everyStep(sc.Steps, func(step *scenario.Step) {
		looks = looks || step.Store != nil || slices.ContainsFunc(step.Expect, func(e scenario.Expectation) bool {
			return e.Session != nil || e.Reported != nil
		})
	})
	for i := range sc.Agent {
		looks = looks || slices.ContainsFunc(sc.Agent[i].Do, func(a scenario.Act) bool { return a.Background != "" })
	}
	return looks
}

// streams says whether the agent shows a reply while it grows.
func streams(sc *scenario.Scenario) (some bool) {
	for i := range sc.Agent {
		some = some || slices.ContainsFunc(sc.Agent[i].Do, func(a scenario.Act) bool { return a.Write != "" || a.EndSegment })
	}
	return some
}

// passes says whether steps let time pass.
func passes(steps []scenario.Step) (some bool) {
	everyStep(steps, func(step *scenario.Step) { some = some || step.Advance > 0 || step.Within > 0 })
	return some
}

// namesCommands says whether a rule of the agent's may be for a command. A
// recording's are for events by their ids.
func namesCommands(sc *scenario.Scenario) bool {
	return sc.Recorded != nil || slices.ContainsFunc(sc.Agent, func(r scenario.Rule) bool {
		if r.When == nil || r.When.Text == nil {
			return r.When != nil && r.When.Type != nil
		}
		text, plain := r.When.Text.Value.(string)
		return !plain || strings.HasPrefix(text, "/")
	})
}

// dials says whether steps bring tokens of their own, which may be of the time
// at which a run begins.
func dials(steps []scenario.Step) (some bool) {
	everyStep(steps, func(step *scenario.Step) { some = some || step.Dial != nil && step.Dial.Token != nil })
	return some
}

func everyStep(steps []scenario.Step, visit func(*scenario.Step)) {
	for i := range steps {
		visit(&steps[i])
		if r := steps[i].Repeat; r != nil {
			everyStep(r.Steps, visit)
		}
	}
}

// optionsOf are the options that a scenario sets on its gateways.
func optionsOf(sc *scenario.Scenario) []string {
	var list []string
	_, configs := gatewaysOf(sc)
	for _, g := range configs {
		for _, o := range []struct {
			name string
			set  bool
		}{
			{"back_off", g.BackOff != 0}, {"handshake_timeout", g.HandshakeTimeout != 0},
			{"request_timeout", g.RequestTimeout != 0}, {"max_message", g.MaxMessage != 0},
			{"reconnect", g.Reconnect != nil}, {"typing", g.Typing != nil}, {"commands", g.Commands != nil},
			{"group_sessions_per_user", g.Sessions.GroupPerUser != nil},
			{"thread_sessions_per_user", g.Sessions.ThreadPerUser != nil},
			{"whatsapp_aliases", g.Sessions.Aliases != nil},
		} {
			if o.set && !slices.Contains(list, o.name) {
				list = append(list, o.name)
			}
		}
	}
	slices.Sort(list)
	return list
}
