package replay

import (
	"maps"
	"slices"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// A call has its line when it has ended. One that still waited when the
// recording ended shows in its frame only, so the call is made from that.

// waiting returns the calls of the agent's that never ended, by the seq of the
// message with their frame.
func (t *tape) waiting(answered map[string]bool) map[int][]scenario.Step {
	steps := map[int][]scenario.Step{}
	ended := map[*recording.Line]bool{} // calls whose frame was found
	for _, seq := range slices.Sorted(maps.Keys(t.frames)) {
		for _, f := range t.frames[seq] {
			action, _ := f.fields["action"].(map[string]any)
			if action == nil || answered[f.id] || ofGateway(action) {
				continue
			}
			if l := t.callOf(action, seq, ended); l != nil {
				ended[l] = true
				continue
			}
			if call := callFrom(action, scopeKeys[t.revision]); call != nil {
				steps[seq] = append(steps[seq], scenario.Step{Agent: call})
			}
		}
	}
	return steps
}

// ofGateway says whether the gateway asks on its own: it shows as typing while a
// turn runs (OUT-11), and it sends the reply (OUT-9).
func ofGateway(action map[string]any) bool {
	metadata, _ := action["metadata"].(map[string]any)
	return action["op"] == opTyping.name || metadata["notify"] == true
}

// callOf finds the line of the call that sent an action at seq.
func (t *tape) callOf(action map[string]any, seq int, ended map[*recording.Line]bool) *recording.Line {
	for _, l := range t.lines {
		o := l.Observation
		if o.Kind != trace.Agent || o.Seq < seq || o.After >= seq || ended[l] {
			continue
		}
		if c, err := newCall(o); err == nil && c.op.name == action["op"] && c.sent(action) {
			return l
		}
	}
	return nil
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

// callFrom makes the call that an action came from. The scope and the author are
// for the gateway to find again (SC-1, SC-2). It is nil where none can be made.
func callFrom(action map[string]any, scopeKey string) *scenario.Call {
	name, _ := action["op"].(string)
	op, ok := ops[name]
	if !ok {
		return nil
	}
	args := maps.Clone(action)
	delete(args, "op")
	if metadata, ok := args["metadata"].(map[string]any); ok {
		own := maps.Clone(metadata)
		delete(own, scopeKey)
		delete(own, "user_id")
		args["metadata"] = own
	}
	a, err := arguments(args)
	if err != nil {
		return nil
	}
	call := &scenario.Call{}
	op.set(call, a)
	return call
}
