package replay

import (
	"bytes"
	"fmt"

	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// frame is one line that the gateway sent.
type frame struct {
	line    []byte
	fields  map[string]any // nil where the line is no object
	id      string         // its requestId; "" if it has none
	capture string         // the variable that takes the id of the replayed request
}

// joinFrames finds the lines in the gateway's messages: several in one, or one
// over several (FR-1).
func joinFrames(lines []*line) map[int][]frame {
	frames := map[int][]frame{}
	tails := map[int][]byte{}
	for _, l := range lines {
		o := l.Observation
		if o.Kind != trace.Frame || o.From != trace.Gateway {
			continue
		}
		rest := append(tails[o.Conn], o.Data...)
		for {
			line, after, ok := bytes.Cut(rest, []byte("\n"))
			if !ok {
				break
			}
			if line = bytes.TrimSpace(line); len(line) > 0 {
				frames[o.Seq] = append(frames[o.Seq], newFrame(line, o.Seq, len(frames[o.Seq])))
			}
			rest = after
		}
		tails[o.Conn] = bytes.Clone(rest)
	}
	return frames
}

func newFrame(line []byte, seq, index int) frame {
	f := frame{line: line, capture: fmt.Sprintf("req_%d", seq)}
	if index > 0 {
		f.capture += fmt.Sprintf("_%d", index+1)
	}
	if decode(line, &f.fields) == nil {
		f.id, _ = f.fields["requestId"].(string)
	}
	return f
}

// action is what the frame asks for; nil where it asks for nothing. An interrupt
// is written as one.
func (f frame) action() map[string]any {
	if f.fields["type"] == opInterrupt.name {
		return map[string]any{"op": opInterrupt.name, "session_key": f.fields["session_key"], "reason": f.fields["reason"]}
	}
	action, _ := f.fields["action"].(map[string]any)
	return action
}

// expectFrames expects the frames that a message of the gateway's completed.
func (c *compiler) expectFrames(l *line) error {
	var list []scenario.Expectation
	for _, f := range c.tape.frames[l.Observation.Seq] {
		if f.fields == nil {
			return fmt.Errorf("not playable: the gateway sent a line that is no JSON object: %.60s", f.line)
		}
		list = append(list, scenario.Expectation{From: string(trace.Gateway), Frame: value(f.pattern(), c.tape.pos(l))})
	}
	if len(list) > 0 {
		c.expect(l, list...)
	}
	return nil
}

// nowhere matches a field that is not there.
func nowhere() any { return map[string]any{"$absent": true} }

// pattern is the frame with what differs in every run left open.
func (f frame) pattern() any {
	p := map[string]any{}
	for name, v := range f.fields {
		p[name] = literals(v)
	}
	if f.id != "" {
		p["requestId"] = map[string]any{"$capture": f.capture}
	}
	switch f.fields["type"] {
	case "hello":
		// Which commands a gateway has is its own affair (MP-5).
		delete(p, "command_manifest")
	case "outbound":
		for _, tag := range []string{"platform", "botId"} { // (MP-2)
			if _, tagged := p[tag]; !tagged {
				p[tag] = nowhere()
			}
		}
		if action, ok := f.fields["action"].(map[string]any); ok {
			p["action"] = actionPattern(action)
		}
	}
	return p
}

// actionPattern compares the metadata as a whole: one scope or author too many
// is as wrong as one missing (SC-1, SC-3).
func actionPattern(action map[string]any) any {
	p := map[string]any{}
	for name, v := range action {
		p[name] = literals(v)
	}
	p["metadata"] = nowhere()
	if metadata, ok := action["metadata"]; ok {
		p["metadata"] = exactly(metadata)
	}
	return p
}
