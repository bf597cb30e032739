package trace

import (
	"bytes"
	"encoding/json"
	"sync"
)

// FrameLine is one line of the contract's framing as it crossed, without its
// newline. It is decoded here, on its own, by none of the code under test.
type FrameLine struct {
	Line []byte
	once *frameObject
}

type frameObject struct {
	sync.Once
	object map[string]any
}

// Object decodes the line once. It is nil when the line is not a JSON object.
// Numbers are json.Number.
func (f FrameLine) Object() map[string]any {
	f.once.Do(func() {
		d := json.NewDecoder(bytes.NewReader(f.Line))
		d.UseNumber()
		var o map[string]any
		if d.Decode(&o) == nil {
			f.once.object = o
		}
	})
	return f.once.object
}

// Type is the frame's type, or "" when it has none.
func (f FrameLine) Type() string {
	s, _ := f.Object()["type"].(string)
	return s
}

// RequestID is the frame's requestId, or "" when it has none.
func (f FrameLine) RequestID() string {
	s, _ := f.Object()["requestId"].(string)
	return s
}

// lineBuffer puts lines back together that were split over messages (FR-1).
type lineBuffer struct{ tail []byte }

func (b *lineBuffer) feed(msg []byte) []FrameLine {
	var frames []FrameLine
	for {
		i := bytes.IndexByte(msg, '\n')
		if i < 0 {
			b.tail = append(b.tail, msg...)
			return frames
		}
		line := msg[:i]
		if len(b.tail) > 0 {
			line = append(b.tail, line...)
			b.tail = nil
		}
		if len(bytes.TrimSpace(line)) > 0 {
			frames = append(frames, FrameLine{Line: line, once: &frameObject{}})
		}
		msg = msg[i+1:]
	}
}
