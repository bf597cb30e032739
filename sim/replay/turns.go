package replay

import (
	"encoding/json"
	"fmt"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// turns is what the agent does with each event that began a turn, in the order
// in which they began.
type turns struct {
	rules   []scenario.Rule
	signals map[int]string // what lets a turn end, by the seq of its return or raise
}

// pairTurns finds the end of each turn. One turn runs per session at a time
// (TURN-1), so it is the session's last that was begun. A turn without an end
// of its own replied nothing.
func pairTurns(t *tape) (turns, error) {
	paired := turns{signals: map[int]string{}}
	running := map[string]int{} // the rule of the turn that runs, by session
	for _, l := range t.lines {
		o, pos := l.Observation, t.pos(l)
		switch {
		case o.Kind == trace.Routed:
			event, err := eventFields(o)
			if err != nil {
				return turns{}, t.problemAt(l, err)
			}
			running[o.SessionKey] = len(paired.rules)
			nothing := ""
			paired.rules = append(paired.rules, scenario.Rule{
				Pos: pos, Once: true,
				When: &scenario.Routed{Session: text(o.SessionKey, pos), Text: value(literals(event["text"]), pos)},
				Do:   []scenario.Act{{Pos: pos, Reply: &nothing}},
			})
		case o.Kind == trace.Agent && (o.Call == "return" || o.Call == "raise"):
			end, err := endOfTurn(o)
			if err != nil {
				return turns{}, t.problemAt(l, err)
			}
			rule, ok := running[end.Session]
			if !ok {
				return turns{}, t.problemAt(l, fmt.Errorf("%s of a turn of session %s, in which none runs", o.Call, end.Session))
			}
			delete(running, end.Session)
			signal := fmt.Sprintf("%s-%d", o.Call, o.Seq)
			paired.signals[o.Seq] = signal
			paired.rules[rule].Do = []scenario.Act{{Pos: pos, Wait: signal}, end.act(o, pos)}
		}
	}
	return paired, nil
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
