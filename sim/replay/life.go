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
	redials bool                       // on its own (RC-1)
	dialled bool                       // once at least
	over    bool                       // it dials no more on its own
	leaving map[int]*trace.Observation // its goodbye, by socket
	ready   map[int]bool               // sockets on which the handshake was answered
}

// lives returns what the gateway was told before a line, by the line's seq.
func (t *tape) lives() map[int]string {
	c := t.header.Config
	f := life{
		redials: t.revision != r6 && (c == nil || c.Reconnect == nil || *c.Reconnect),
		leaving: map[int]*trace.Observation{}, ready: map[int]bool{},
	}
	told := map[int]string{}
	for _, l := range t.lines {
		o := l.Observation
		if o.Kind == trace.Agent && (o.Call == "connect" || o.Call == "disconnect") {
			return nil
		}
		if step, at := f.after(o, t.doors[o.Conn]); step != "" {
			told[at] = step
		}
	}
	return told
}

// after takes in an observation, and returns what the gateway was told and
// before which line, or "".
func (f *life) after(o *trace.Observation, d door) (step string, at int) {
	switch {
	case o.Kind == trace.Open:
		if f.dialled && f.over {
			step = "connect"
		}
		f.dialled, f.over = true, d.status != 0 && !f.redials
		return step, o.Seq
	case o.Kind == trace.Frame && o.From == trace.Connector:
		f.ready[o.Conn] = f.ready[o.Conn] || bytes.Contains(o.Data, []byte(`"descriptor"`))
	case o.Kind == trace.Frame && bytes.Contains(o.Data, []byte(`"going_idle"`)):
		f.leaving[o.Conn] = o
		return "go_idle", o.Seq // unless the line that ends the socket says more
	case o.Kind == trace.Close && o.From == trace.Gateway && o.Code == closeNormal:
		f.over = true
		switch bye := f.leaving[o.Conn]; {
		case bye == nil:
			return "disconnect", o.Seq
		case o.At-bye.At < patience:
			return "disconnect", bye.Seq
		}
	case o.Kind == trace.Close && o.From == trace.Gateway && o.Code == closeCut:
		f.over = true
		return "kill", o.Seq
	case o.Kind == trace.Close:
		f.over = !f.redials || o.Code == closeRevoked && f.ready[o.Conn]
	}
	return "", 0
}

// ends are the times at which the gateway was told to end its life.
func (t *tape) ends() map[time.Duration]bool {
	lives := t.lives()
	times := map[time.Duration]bool{}
	for _, l := range t.lines {
		if step := lives[l.Observation.Seq]; step == "disconnect" || step == "go_idle" || step == "kill" {
			times[l.Observation.At] = true
		}
	}
	return times
}
