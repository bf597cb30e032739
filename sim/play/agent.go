package play

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/quiet"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target"
	"github.com/relaysim/relaysim/sim/trace"
)

// Agent does what a scenario's rules say. It is a gateway's Agent and its
// Observer, and writes down what the gateway tells and what the rules do. Its
// turns run on the gateway's goroutines, which are counted. The player gives
// each gateway one; NewAgent makes one for a gateway without a player.
type Agent struct {
	name      string // of its gateway in the trace
	revision  *wire.Revision
	log       Log
	since     func() time.Duration // time since the start, as the log has it
	variables *variables
	signals   *signals

	mu     sync.Mutex
	rules  []agentRule             // Guarded by mu: without those that are used up
	ends   map[string][]func()     // Guarded by mu: of the background work of each session key
	missed map[string]scenario.Pos // Guarded by mu: what rules ask for that is not reported, by its path
}

// agentRule is a rule, ready to be compared with events.
type agentRule struct {
	*scenario.Rule
	when *match.Pattern // nil: every event
}

// Log is where an Agent writes: a trace.Log, or something that keeps the same
// order. Its methods are called from any goroutine.
type Log interface {
	// Add sets o's Seq and At and takes it.
	Add(o *trace.Observation)
	// Len is the last Seq.
	Len() int
}

// AgentOptions configures an Agent that no player has. Revision, Log and Since
// are required.
type AgentOptions struct {
	Name     string // of its gateway in the trace; may be empty
	Rules    []scenario.Rule
	Vars     map[string]any // what ${name} stands for
	Revision *wire.Revision
	Log      Log
	Since    func() time.Duration // time since the start, as Log has it
}

// NewAgent returns an agent for a gateway that runs on its own. A rule that
// waits for a signal waits for an interrupt: nobody gives signals. The error is
// of a pattern that cannot be compiled.
func NewAgent(o AgentOptions) (*Agent, error) {
	a := &Agent{
		name: o.Name, revision: o.Revision, log: o.Log, since: o.Since,
		variables: newVariables(o.Vars),
		signals:   newSignals(quiet.NewCounter()), // nobody asks it
	}
	return a, a.learn(o.Rules)
}

// learn adds rules behind those it has. The loader has refused patterns that
// cannot be compiled; a scenario built in Go may have them.
func (a *Agent) learn(rules []scenario.Rule) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range rules {
		r := agentRule{Rule: &rules[i]}
		if r.When != nil {
			var err error
			if r.when, err = match.Compile(routedPattern(r.When, a.revision)); err != nil {
				return fmt.Errorf("%s: agent.when: %w", r.Pos, err)
			}
		}
		a.rules = append(a.rules, r)
	}
	return nil
}

// Turn is Handle for a turn of the built-in gateway. It panics where a rule says so.
func (a *Agent) Turn(ctx context.Context, t *gateway.Turn) (string, error) {
	reply, err := a.Handle(ctx, turnOf(t))
	var p panicError
	if errors.As(err, &p) {
		panic(string(p))
	}
	return reply, err
}

// panicError is why a turn ended whose agent shall panic, which only one in this
// process can. It reads as the gateway tells of a panic.
type panicError string

func (e panicError) Error() string { return "panic: " + string(e) }

func turnOf(t *gateway.Turn) *target.Turn {
	return &target.Turn{
		Caller: t, SessionKey: t.SessionKey, SessionID: t.Session.ID, Notice: string(t.Notice.Reason), Event: t.Event,
		Stream: func(ctx context.Context) target.Stream { return t.Stream(ctx, gateway.StreamOptions{}) },
	}
}

// Handle performs the first rule that matches the turn's event. Without one it
// replies nothing.
func (a *Agent) Handle(ctx context.Context, t *target.Turn) (string, error) {
	reply, err := a.turn(ctx, t)
	o := &trace.Observation{Kind: trace.Agent, Call: "return", Peer: a.name, SessionKey: t.SessionKey}
	args := map[string]any{"session_key": t.SessionKey, "text": reply}
	if err != nil {
		o.Call = "raise"
		args["text"] = err.Error()
	}
	o.Args = trace.Value{Of: args}
	a.log.Add(o)
	return reply, err
}

func (a *Agent) turn(ctx context.Context, t *target.Turn) (string, error) {
	rule := a.rule(t)
	if rule == nil {
		return "", nil
	}
	env := a.environment(t)
	defer env.stream.close()
	if rule.Told != "" {
		return a.told(ctx, rule.Told, env)
	}
	for i := range rule.Do {
		reply, ended, err := a.act(ctx, &rule.Do[i], env)
		if ended || err != nil {
			return reply, err
		}
	}
	return "", nil
}

// Answers says whether a rule names the command, so that the agent answers it in
// the gateway's place. A rule that is for every event is for turns.
func (a *Agent) Answers(t *gateway.Turn, _ wire.ParsedCommand) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := a.find(turnOf(t))
	if i < 0 {
		return false
	}
	when := a.rules[i].When
	return when != nil && (when.Text != nil || when.Type != nil || when.MessageID != nil || when.Source != nil)
}

// told does what the steps tell it to, until that ends the turn.
func (a *Agent) told(ctx context.Context, turn string, env *turnEnvironment) (string, error) {
	for {
		given, err := a.signals.wait(ctx, &waiter{name: turn, session: env.turn.SessionKey})
		if err != nil {
			return "", err
		}
		reply, ended, err := a.act(ctx, given.act, env)
		if ended || err != nil {
			return reply, err
		}
	}
}

// act does one thing of a turn. ended says that the turn is over, with the reply.
func (a *Agent) act(ctx context.Context, act *scenario.Act, env *turnEnvironment) (reply string, ended bool, err error) {
	env.at = act.Pos
	if act, err = act.Resolve(env.lookup); err != nil {
		return "", false, err
	}
	t := env.turn
	switch {
	case act.Reply != nil:
		return *act.Reply, true, nil
	case act.Fail != "":
		return "", true, errors.New(act.Fail)
	case act.Panic != "":
		return "", true, panicError(act.Panic)
	case act.Wait != "":
		w := &waiter{name: act.Wait, session: t.SessionKey, interrupt: act.OnInterrupt != nil}
		given, err := a.signals.wait(ctx, w)
		if err == nil && given.interrupt {
			return *act.OnInterrupt, true, nil
		}
		return "", false, err
	case act.Background != "":
		return "", false, a.work(t, act.Background == "begin")
	case act.Write != "", act.EndSegment:
		return "", false, a.write(ctx, &env.stream, t, act)
	}
	env.last = a.do(ctx, t, t.SessionKey, action(&act.Call, t))
	return "", false, nil
}

// rule finds the rule for a turn and uses it up if it is for one time only.
func (a *Agent) rule(t *target.Turn) *scenario.Rule {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := a.find(t)
	if i < 0 {
		return nil
	}
	rule := a.rules[i].Rule
	if rule.Once {
		a.rules = slices.Delete(a.rules, i, i+1)
	}
	return rule
}

// find is the index of the first rule that matches an event, or -1. The caller
// holds mu.
func (a *Agent) find(t *target.Turn) int {
	var view any
	for i := range a.rules {
		rule := &a.rules[i]
		if rule.when != nil {
			if view == nil {
				o := &trace.Observation{SessionKey: t.SessionKey, SessionID: t.SessionID, Notice: t.Notice}
				view = routedView(o, t.JSON(a.revision))
			}
			a.weigh(rule, t, view)
			if len(rule.when.Match(view, a.variables)) > 0 {
				continue
			}
		}
		return i
	}
	return -1
}

// turnEnvironment are the variables of a turn in front of the scenario's.
type turnEnvironment struct {
	agent     *Agent
	turn      *target.Turn
	at        scenario.Pos // of what the agent does now
	last      wire.Result
	stream    stream
	variables *variables
}

func (a *Agent) environment(t *target.Turn) *turnEnvironment {
	return &turnEnvironment{agent: a, turn: t, variables: a.variables}
}

func (e *turnEnvironment) lookup(name string) (any, bool) {
	e.ask(name)
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
	case "session_id":
		return e.turn.SessionID, true
	case "notice":
		return e.turn.Notice, true
	case "last.message_id":
		return e.last.MessageID, true
	case "last.error":
		return e.last.Error, true
	}
	return e.variables.Lookup(name)
}
