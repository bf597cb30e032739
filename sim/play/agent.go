package play

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// agent does what the scenario's rules say. Its turns run on the gateway's
// goroutines, which are counted.
type agent struct {
	run    *run
	player *player // the gateway that hosts it
	rules  []scenario.Rule
	when   []*match.Pattern // by rule; nil: every event

	mu   sync.Mutex
	used map[int]bool // Guarded by mu: rules with once that had their turn
}

func newAgent(p *player, rules []scenario.Rule) *agent {
	r := p.run
	a := &agent{run: r, player: p, rules: rules, when: make([]*match.Pattern, len(rules)), used: map[int]bool{}}
	for i := range rules {
		if rules[i].When == nil {
			continue
		}
		p, err := match.Compile(routedPattern(rules[i].When, r.revision))
		if err != nil { // the loader has refused these; a scenario built in Go may have them
			r.broken = fmt.Errorf("%s: agent.when: %w", rules[i].Pos, err)
		}
		a.when[i] = p
	}
	return a
}

// Turn performs the first rule that matches the event. Without one it replies
// nothing.
func (a *agent) Turn(ctx context.Context, t *gateway.Turn) (string, error) {
	reply, err := a.turn(ctx, t)
	o := &trace.Observation{Kind: trace.Agent, Call: "return", Peer: a.player.name, SessionKey: t.SessionKey}
	args := map[string]any{"session_key": t.SessionKey, "text": reply}
	if err != nil {
		o.Call = "raise"
		args["text"] = err.Error()
	}
	o.Args = trace.Value{Of: args}
	a.run.log.Add(o)
	return reply, err
}

func (a *agent) turn(ctx context.Context, t *gateway.Turn) (string, error) {
	rule := a.rule(t)
	if rule == nil {
		return "", nil
	}
	env := a.environment(t)
	for i := range rule.Do {
		act, err := rule.Do[i].Resolve(env.lookup)
		if err != nil {
			return "", err
		}
		switch {
		case act.Reply != nil:
			return *act.Reply, nil
		case act.Fail != "":
			return "", errors.New(act.Fail)
		case act.Wait != "":
			w := &waiter{name: act.Wait, session: t.SessionKey, interrupt: act.OnInterrupt != nil}
			signalled, err := a.run.signals.wait(ctx, w)
			if err != nil {
				return "", err
			}
			if !signalled {
				return *act.OnInterrupt, nil
			}
		default:
			env.last = a.player.do(ctx, t, t.SessionKey, action(&act.Call, t))
		}
	}
	return "", nil
}

// rule finds the rule for a turn and uses it up if it is for one time only.
func (a *agent) rule(t *gateway.Turn) *scenario.Rule {
	a.mu.Lock()
	defer a.mu.Unlock()
	var view any
	for i := range a.rules {
		rule := &a.rules[i]
		if a.used[i] {
			continue
		}
		if pattern := a.when[i]; pattern != nil {
			if view == nil {
				view = routedView(t.SessionKey, t.Event.JSON(a.run.revision))
			}
			if len(pattern.Match(view, a.run.variables)) > 0 {
				continue
			}
		}
		a.used[i] = rule.Once
		return rule
	}
	return nil
}

// turnEnvironment are the variables of a turn in front of the scenario's.
type turnEnvironment struct {
	turn *gateway.Turn
	last wire.Result
	run  *run
}

func (a *agent) environment(t *gateway.Turn) *turnEnvironment {
	return &turnEnvironment{turn: t, run: a.run}
}

func (e *turnEnvironment) lookup(name string) (any, bool) {
	switch name {
	case "text":
		return e.turn.Event.Text, true
	case "session":
		return e.turn.SessionKey, true
	case "user":
		return e.turn.Event.Source.UserID, true
	case "user_name":
		return e.turn.Event.Source.UserName, true
	case "chat":
		return e.turn.Event.Source.ChatID, true
	case "message_id":
		return e.turn.Event.MessageID, true
	case "context":
		return e.turn.Event.ContextText, true
	case "quoted":
		return e.turn.Event.ReplyToText, true
	case "last.message_id":
		return e.last.MessageID, true
	case "last.error":
		return e.last.Error, true
	}
	return e.run.variables.Lookup(name)
}
