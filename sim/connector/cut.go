package connector

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/relaysim/relaysim/sim/trace"
)

// Cut is a frame at which a socket is cut, as a network does that fails there.
type Cut struct {
	// Frame is its type, such as inbound or inbound_ack. The type says who sends it.
	Frame string
	// After lets it through. A gateway's frame that is not let through was never
	// read; what it began, such as the next delivery, is on its way when one that is
	// let through has been.
	After bool
	// Number says which one it is, counted over all sockets from now on. Zero means
	// the first.
	Number int
}

// CutAt cuts the socket on which a frame crosses, once. The zero Cut lets
// everything through again.
func (c *Connector) CutAt(at Cut) error {
	if at.Number < 0 {
		return errors.New("a frame's number is negative")
	}
	c.trap.set(at)
	return nil
}

// trap waits for the frame at which a socket is cut.
type trap struct {
	armed atomic.Bool // as at.Frame, for those who only pass by

	mu  sync.Mutex
	at  Cut // Guarded by mu. Without a frame nothing is waited for.
	yet int // Guarded by mu. So many of the frames are let through first.
}

func (t *trap) set(at Cut) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.at, t.yet = at, max(0, at.Number-1)
	t.armed.Store(at.Frame != "")
}

// springs says whether the socket is cut at this message, before or after it.
func (t *trap) springs(message []byte, after bool) bool {
	if !t.armed.Load() {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.at.After != after {
		return false
	}
	kind, _ := trace.Text(trace.Field(message, "type"))
	if kind == "" || kind != t.at.Frame {
		return false
	}
	if t.yet--; t.yet >= 0 {
		return false
	}
	t.at = Cut{}
	t.armed.Store(false)
	return true
}

// cutHere cuts the socket if this is where that shall be, and says whether.
func (s *socket) cutHere(message []byte, after bool) bool {
	if !s.c.trap.springs(message, after) {
		return false
	}
	s.cut("")
	return true
}
