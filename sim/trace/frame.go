package trace

import (
	"encoding/json"
	"sync"
)

// FrameLine is one line of the contract's framing as it crossed, without its
// newline. It is read here, on its own, by none of the code under test. Copies
// share what was decoded; any goroutine may ask. Make one with NewFrame.
type FrameLine struct {
	Line  []byte // must not be changed
	cache *frameCache
}

// frameCache holds what was read of a line, each part on the first question.
type frameCache struct {
	scan    sync.Once
	valid   bool
	typ     string
	request []byte

	decode sync.Once
	object map[string]any
}

// NewFrame returns a line as a frame. It keeps line.
func NewFrame(line []byte) FrameLine {
	return FrameLine{Line: line, cache: &frameCache{}}
}

func (f FrameLine) scanned() *frameCache {
	f.cache.scan.Do(func() { f.cache.read(f.Line) })
	return f.cache
}

func (c *frameCache) read(line []byte) {
	var typ []byte
	c.valid = Members(line, func(key, value []byte) {
		switch string(key) {
		case "type":
			typ = value
		case "requestId":
			c.request = value
		}
	})
	if c.valid {
		c.typ = frameType(typ)
	}
}

// frameType spares the contract's own types (FR-5) a copy each.
func frameType(raw []byte) string {
	switch string(raw) {
	case `"outbound"`:
		return "outbound"
	case `"outbound_result"`:
		return "outbound_result"
	case `"inbound"`:
		return "inbound"
	case `"inbound_ack"`:
		return "inbound_ack"
	case `"passthrough_forward"`:
		return "passthrough_forward"
	case `"hello"`:
		return "hello"
	case `"descriptor"`:
		return "descriptor"
	}
	s, _ := Text(raw)
	return s
}

// Valid says whether the line is a JSON object in UTF-8 and nothing else, so
// that it is a frame at all (FR-2, FR-3).
func (f FrameLine) Valid() bool { return f.scanned().valid }

// Type is the frame's type, or "" when it has none.
func (f FrameLine) Type() string { return f.scanned().typ }

// RequestID is the frame's requestId, or "" when it has none.
func (f FrameLine) RequestID() string {
	c := f.scanned()
	if !c.valid {
		return ""
	}
	s, _ := Text(c.request)
	return s
}

// Field finds a member by its path, such as "action", "op". It is nil when
// there is none. It decodes nothing, so a few of them cost less than Object.
func (f FrameLine) Field(path ...string) json.RawMessage {
	if !f.Valid() {
		return nil
	}
	return Field(f.Line, path...)
}

// Object decodes the line once. It is nil when the line is not Valid. Numbers
// are json.Number. The caller must not change it.
func (f FrameLine) Object() map[string]any {
	f.cache.decode.Do(func() {
		if !f.Valid() {
			return
		}
		tree, _ := Tree(f.Line)
		f.cache.object, _ = tree.(map[string]any)
	})
	return f.cache.object
}
