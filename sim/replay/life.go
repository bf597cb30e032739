package replay

import (
	"bytes"
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

// Close codes that tell what became of a gateway.
const (
	closeNormal  = 1000
	closeRevoked = 4401 // (REV-1)
	closeCut     = -1   // no close frame
)

// patience is more than the two seconds for which a gateway that is told to
// disconnect waits for the ack of its goodbye; one that goes idle waits longer
// (IDLE-1).
const patience = 2500 * time.Millisecond

// life finds out what a gateway was told to do, where its recording has no
// connect and disconnect: one that closes in good order was told to, one that
// cuts its socket was killed, and one that dials when it would not do so on its
// own was told to connect.
type life struct {
	redials bool          // on its own (RC-1)
	dialled bool          // once at least
	over    bool          // it dials no more on its own
	leaving map[int]*line // its goodbye, by socket
	ready   map[int]bool  // sockets on which the handshake was answered
}

func newLife(c *compiler) life {
	config := c.tape.config(c.actor)
	return life{
		redials: c.tape.revision != r6 && (config == nil || config.Reconnect == nil || *config.Reconnect),
		leaving: map[int]*line{}, ready: map[int]bool{},
	}
}

// after takes in a line, and returns what the gateway was told and before which
// line, or "".
func (f *life) after(l *line, d door) (step string, at *line) {
	switch o := l.Observation; {
	case o.Kind == trace.Open:
		if f.dialled && f.over {
			step = "connect"
		}
		f.dialled, f.over = true, d.status != 0 && !f.redials
		return step, l
	case o.Kind == trace.Frame && o.From == trace.Connector:
		f.ready[o.Conn] = f.ready[o.Conn] || bytes.Contains(o.Data, []byte(`"descriptor"`))
	case o.Kind == trace.Frame && bytes.Contains(o.Data, []byte(`"going_idle"`)):
		f.leaving[o.Conn] = l
		return "go_idle", l // unless the line that ends the socket says more
	case o.Kind == trace.Close && o.From == trace.Gateway && o.Code == closeNormal:
		f.over = true
		switch bye := f.leaving[o.Conn]; {
		case bye == nil:
			return "disconnect", l
		case o.At-bye.Observation.At < patience:
			return "disconnect", bye
		}
	case o.Kind == trace.Close && o.From == trace.Gateway && o.Code == closeCut:
		f.over = true
		return "kill", l
	case o.Kind == trace.Close:
		f.over = !f.redials || o.Code == closeRevoked && f.ready[o.Conn]
	}
	return "", nil
}
