package replay

import (
	"bytes"
	"fmt"

	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// frame is one line that the gateway sent.
type frame struct {
	line   []byte
	fields map[string]any // nil where the line is no object
	id     string         // its requestId; "" if it has none
	asked  *asked         // nil where it has no id
}

// joiner finds the lines in the gateway's messages: several in one, or one over
// several (FR-1). It holds what a socket's last message did not end.
type joiner map[int][]byte

// join returns the frames that a message ends.
func (j joiner) join(o *trace.Observation) []frame {
	if o.Kind == trace.Close {
		delete(j, o.Conn)
	}
	if o.Kind != trace.Frame || o.From != trace.Gateway {
		return nil
	}
	var frames []frame
	rest := o.Data
	if tail := j[o.Conn]; len(tail) > 0 {
		rest = append(tail, o.Data...)
	}
	for {
		line, after, ok := bytes.Cut(rest, []byte("\n"))
		if !ok {
			break
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			frames = append(frames, newFrame(line))
		}
		rest = after
	}
	if len(rest) > 0 {
		j[o.Conn] = bytes.Clone(rest)
	} else {
		delete(j, o.Conn)
	}
	return frames
}

func newFrame(line []byte) frame {
	f := frame{line: line}
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
	for _, f := range l.frames {
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
	if f.asked != nil {
		p["requestId"] = map[string]any{"$capture": f.asked.name}
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
	if action["remove"] == false { // it may be left out (RX-1)
		p["remove"] = map[string]any{"$in": []any{nowhere(), false}}
	}
	p["metadata"] = nowhere()
	if metadata, ok := action["metadata"]; ok {
		p["metadata"] = exactly(metadata)
	}
	return p
}
