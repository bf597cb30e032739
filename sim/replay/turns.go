package replay

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// turns is what the agent does with each event that began a turn, in the order
// in which they began. It waits for a signal before everything it does, so that
// it does it when the recorded agent did.
type turns struct {
	rules   []scenario.Rule
	signals map[int]string         // by the seq of a call in a turn, a return or a raise
	running map[string]int         // the rule of the turn that runs, by session
	ends    map[time.Duration]bool // see tape.ends
}

// pairTurns finds what was done in each turn. One turn runs per session at a
// time (TURN-1), so it is the session's last that was begun. A turn without an
// end of its own replied nothing before the session's next one began or the
// gateway disconnected; one that was not over then is not over in the replay.
func pairTurns(t *tape) (turns, error) {
	paired := turns{signals: map[int]string{}, running: map[string]int{}, ends: t.ends()}
	for _, l := range t.lines {
		var err error
		switch o := l.Observation; {
		case o.Kind == trace.Routed:
			err = paired.begin(o, t.pos(l))
		case o.Kind != trace.Agent:
		case o.Call == "disconnect":
			paired.endAll()
		case o.Call == "return" || o.Call == "raise":
			err = paired.end(o, t.pos(l))
		case o.SessionKey != "":
			err = paired.call(o, t.pos(l))
		}
		if err != nil {
			return turns{}, t.problemAt(l, err)
		}
	}
	for _, rule := range paired.running {
		paired.goOn(rule)
	}
	return paired, nil
}

// never is a signal that is not given.
const never = "never"

// goOn lets a turn go on until the gateway ends it.
func (p *turns) goOn(rule int) {
	r := &p.rules[rule]
	r.Do = append(r.Do, scenario.Act{Pos: r.Pos, Wait: never})
}

// endAll ends the turns that run, with no reply.
func (p *turns) endAll() {
	for session := range p.running {
		p.endSilently(session)
	}
}

// endSilently ends the turn that runs in a session, if one does, with no reply.
func (p *turns) endSilently(session string) {
	if rule, ok := p.running[session]; ok {
		nothing := ""
		r := &p.rules[rule]
		r.Do = append(r.Do, scenario.Act{Pos: r.Pos, Reply: &nothing})
		delete(p.running, session)
	}
}

func (p *turns) begin(o *trace.Observation, pos scenario.Pos) error {
	event, err := eventFields(o)
	if err != nil {
		return err
	}
	p.endSilently(o.SessionKey)
	p.running[o.SessionKey] = len(p.rules)
	p.rules = append(p.rules, scenario.Rule{
		Pos: pos, Once: true,
		When: &scenario.Routed{Session: text(o.SessionKey, pos), Text: value(literals(event["text"]), pos)},
	})
	return nil
}

// call adds a call that was made in a turn.
func (p *turns) call(o *trace.Observation, pos scenario.Pos) error {
	call, err := newCall(o)
	if err != nil {
		return err
	}
	return p.act(o, o.SessionKey, scenario.Act{Pos: pos, Call: *call.step})
}

// end adds the end of a turn.
func (p *turns) end(o *trace.Observation, pos scenario.Pos) error {
	end, err := endOfTurn(o)
	if err != nil {
		return err
	}
	rule, ok := p.running[end.Session]
	if ok && o.Call == "raise" && end.Text == context.Canceled.Error() && p.ends[o.At] {
		p.goOn(rule) // the end of the gateway will end it again
	} else if err := p.act(o, end.Session, end.act(o, pos)); err != nil {
		return err
	}
	delete(p.running, end.Session)
	return nil
}

// act adds what the agent did in the turn that runs in a session.
func (p *turns) act(o *trace.Observation, session string, act scenario.Act) error {
	rule, ok := p.running[session]
	if !ok {
		return fmt.Errorf("%s of a turn of session %s, in which none runs", o.Call, session)
	}
	signal := fmt.Sprintf("%s-%d", o.Call, o.Seq)
	p.signals[o.Seq] = signal
	p.rules[rule].Do = append(p.rules[rule].Do, scenario.Act{Pos: act.Pos, Wait: signal}, act)
	return nil
}

// turnEnd are the arguments of a return or a raise.
type turnEnd struct {
	Session string `json:"session_key"`
	Text    string `json:"text"`
}

func endOfTurn(o *trace.Observation) (turnEnd, error) {
	var end turnEnd
	if err := json.Unmarshal(o.Args.JSON(), &end); err != nil {
		return end, fmt.Errorf("%s: want the turn's session_key and text: %w", o.Call, err)
	}
	return end, nil
}

func (e turnEnd) act(o *trace.Observation, pos scenario.Pos) scenario.Act {
	if o.Call == "raise" {
		return scenario.Act{Pos: pos, Fail: e.Text}
	}
	return scenario.Act{Pos: pos, Reply: &e.Text}
}

// eventFields reads a routed event.
func eventFields(o *trace.Observation) (map[string]any, error) {
	var event map[string]any
	if err := decode(o.Event.JSON(), &event); err != nil || event == nil {
		return nil, fmt.Errorf("routed: the event is no object")
	}
	return event, nil
}

// routed expects an event like the recorded one, in the fields that the
// contract gives it.
func (c *compiler) routed(l *recording.Line) (*scenario.Routed, error) {
	o, pos := l.Observation, c.tape.pos(l)
	event, err := eventFields(o)
	if err != nil {
		return nil, err
	}
	e := &scenario.Routed{
		Session:   text(o.SessionKey, pos),
		Text:      value(literals(event["text"]), pos),
		Type:      value(literals(event["message_type"]), pos),
		MessageID: value(orNothing(event["message_id"]), pos),
	}
	recorded, ok := event["source"].(map[string]any)
	if !ok {
		return e, nil
	}
	source := map[string]any{}
	for _, field := range []string{"platform", "chat_id", "chat_type", "chat_name", "user_id", "user_name", "thread_id", "chat_topic"} {
		source[field] = orNothing(recorded[field])
	}
	key := scopeKeys[c.tape.revision]
	source[key] = orNothing(recorded[key])
	e.Source = value(source, pos)
	return e, nil
}
