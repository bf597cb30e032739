package replay

import (
	"slices"

	"github.com/relaysim/relaysim/sim/trace"
)

// told are the lines of calls that are ahead, each of which tells of one frame.
type told struct {
	byWhat map[toldBy][]*toldCall
	order  []*toldCall // of all of them
	lines  int         // for how many lines one that ended is remembered
}

// toldBy is what a call and its frame have in common, as far as it is quickly
// compared.
type toldBy struct{ op, content string }

type toldCall struct {
	call
	by   toldBy
	line *trace.Observation
}

func newTold(lines int) *told {
	return &told{byWhat: map[toldBy][]*toldCall{}, lines: lines}
}

// lookAhead takes in a line.
func (k *told) lookAhead(l *line) {
	if l.Observation.Kind != trace.Agent {
		return
	}
	if c, ok, err := newCall(l.Observation); ok && err == nil {
		content, _ := c.args["content"].(string)
		t := &toldCall{c, toldBy{c.op.name, content}, l.Observation}
		k.byWhat[t.by] = append(k.byWhat[t.by], t)
		k.order = append(k.order, t)
	}
}

// forget drops the calls that ended long before a line that is compiled.
func (k *told) forget(l *line) {
	for len(k.order) > 0 && k.order[0].line.Seq < l.Observation.Seq-k.lines {
		old := k.order[0]
		k.order = k.order[1:]
		list := k.byWhat[old.by]
		list = slices.DeleteFunc(list, func(t *toldCall) bool { return t == old })
		if k.byWhat[old.by] = list; len(list) == 0 {
			delete(k.byWhat, old.by)
		}
	}
}

// take finds the call that sent an action at seq, and takes it: a call sends one.
// Frames are asked for in their order.
func (k *told) take(action map[string]any, seq int) bool {
	op, _ := action["op"].(string)
	content, _ := action["content"].(string)
	return k.takeFrom(toldBy{op, content}, action, seq) || content != "" && k.takeFrom(toldBy{op, ""}, action, seq)
}

func (k *told) takeFrom(by toldBy, action map[string]any, seq int) bool {
	list := k.byWhat[by]
	if by.op != opInterrupt.name { // one that waits for no result may have ended before its frame was seen
		for len(list) > 0 && list[0].line.Seq < seq {
			list = list[1:]
		}
		k.byWhat[by] = list
	}
	for i, c := range list {
		if c.line.After < seq && c.sent(action) {
			k.byWhat[by] = append(list[:i:i], list[i+1:]...)
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
