package replay

import "github.com/relaysim/relaysim/sim/trace"

// told are the lines of calls, each of which tells of one frame.
type told struct{ lines map[toldBy][]*toldCall }

// toldBy is what a call and its frame have in common, as far as it is quickly
// compared.
type toldBy struct{ op, content string }

type toldCall struct {
	call
	line *trace.Observation
}

func newTold(t *tape) *told {
	k := &told{lines: map[toldBy][]*toldCall{}}
	for _, l := range t.lines {
		if l.Observation.Kind != trace.Agent || l.made {
			continue
		}
		if c, ok, err := newCall(l.Observation); ok && err == nil {
			content, _ := c.args["content"].(string)
			by := toldBy{c.op.name, content}
			k.lines[by] = append(k.lines[by], &toldCall{c, l.Observation})
		}
	}
	return k
}

// take finds the call that sent an action at seq, and takes it: a call sends one.
// Frames are asked for in their order.
func (k *told) take(action map[string]any, seq int) bool {
	op, _ := action["op"].(string)
	content, _ := action["content"].(string)
	return k.takeFrom(toldBy{op, content}, action, seq) || content != "" && k.takeFrom(toldBy{op, ""}, action, seq)
}

func (k *told) takeFrom(by toldBy, action map[string]any, seq int) bool {
	list := k.lines[by]
	if by.op != opInterrupt.name { // one that waits for no result may have ended before its frame was seen
		for len(list) > 0 && list[0].line.Seq < seq {
			list = list[1:]
		}
		k.lines[by] = list
	}
	for i, c := range list {
		if c.line.After < seq && c.sent(action) {
			k.lines[by] = append(list[:i:i], list[i+1:]...)
			return true
		}
	}
	return false
}

// sent says whether an action may be that of the call.
func (c call) sent(action map[string]any) bool {
	for _, name := range []string{"chat_id", "session_key", "message_id", "content"} {
		given, inCall := c.args[name]
		on, inAction := action[name]
		if inCall && inAction && given != on {
			return false
		}
	}
	return true
}
