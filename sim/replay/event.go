package replay

import (
	"fmt"

	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// eventNames are what an event is told apart from others by.
type eventNames struct {
	message  string
	inSource bool // the message id is the source's only, as an interaction's is (DI-1)
	chat     string
	user     string
}

func namesOf(event map[string]any) eventNames {
	source, _ := event["source"].(map[string]any)
	var n eventNames
	n.chat, _ = source["chat_id"].(string)
	n.user, _ = source["user_id"].(string)
	if n.message, _ = event["message_id"].(string); n.message == "" {
		n.message, n.inSource = source["message_id"].(string)
	}
	return n
}

// routed matches the event.
func (n eventNames) routed(pos scenario.Pos) *scenario.Routed {
	if n.inSource {
		return &scenario.Routed{Source: value(map[string]any{"message_id": match.Literal(n.message)}, pos)}
	}
	return &scenario.Routed{MessageID: text(n.message, pos)}
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
func (c *compiler) routed(l *line) (*scenario.Routed, error) {
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
	if n := namesOf(event); n.inSource { // which of the two has it, is not said (DI-1)
		e.MessageID = value(map[string]any{"$in": []any{nil, "", match.Literal(n.message)}}, pos)
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
