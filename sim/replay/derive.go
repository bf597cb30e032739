package replay

import (
	"maps"

	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// Not every call of the agent's has a line that can be played: one that still
// waited when the recording ended has none, the reference's own calls (streams,
// prompts, images) do several things at once, and a recording of the wire has
// none at all. Such a call is made from the frame that shows it.

// derived is a call that only its frame tells of.
type derived struct {
	seq      int // of the message with the frame
	asked    *asked
	call     *scenario.Call
	chat     string
	author   string // user_id of its metadata
	nameless bool   // it has none although its revision would add one (SC-2)
	replyTo  string
	done     *scenario.Telling // to the turn it is made in; nil: it is made outside
}

// derive returns the calls that no line tells of but that of their frames.
func (c *compiler) derive(l *line) []*derived {
	c.own.observe(l)
	o := l.Observation
	if o.Kind != trace.Frame || l.made {
		return nil
	}
	c.knows.observe(o)
	var calls []*derived
	for _, f := range l.frames {
		action := f.action()
		if action == nil || c.told.take(action, o.Seq) || c.own.made(f) {
			continue
		}
		if d := newDerived(c.knows, f); d != nil {
			d.seq = o.Seq
			calls = append(calls, d)
		}
	}
	return calls
}

// newDerived makes the call that a frame came from, without what the gateway
// finds again on its own. It is nil where none can be made.
func newDerived(knows *known, f frame) *derived {
	action := f.action()
	name, _ := action["op"].(string)
	op, ok := ops[name]
	if !ok {
		return nil
	}
	d := &derived{call: &scenario.Call{}, asked: f.asked}
	d.chat, _ = action["chat_id"].(string)
	d.replyTo, _ = action["reply_to"].(string)
	metadata, _ := action["metadata"].(map[string]any)
	d.author, _ = metadata["user_id"].(string)
	d.nameless = d.author == "" && metadata != nil && knows.scopeKey == scopeKeys[r8]
	args := maps.Clone(action)
	delete(args, "op")
	if metadata != nil {
		args["metadata"] = knows.metadataOf(action)
	}
	if platform := knows.platformOf(f); platform != "" {
		args["platform"] = platform
	}
	op.set(d.call, arguments(args))
	return d
}
