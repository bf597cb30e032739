package record

import (
	"errors"
	"os"
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

// stream is one direction of a session. Its goroutine is the only one that
// reads src and the only one that writes dst.
type stream struct {
	session  *session
	from     trace.Side
	src, dst *leg
	frames   frames
	closed   bool // a close frame went by
	mute     bool // what comes is not passed on any more
}

const (
	bufferSize = 32 << 10 // bytes read at a time
	stopReason = "relaysim record has stopped"
)

// run passes bytes on until the source ends, and lets the far side know how it
// did.
func (st *stream) run() {
	buf := make([]byte, bufferSize)
	readable := st.pump(buf)
	if readable {
		st.drain(buf)
	}
}

// pump passes bytes on. It says whether the source has not ended, so that what
// it still sends must be taken.
func (st *stream) pump(buf []byte) (readable bool) {
	for {
		n, err := st.src.from.Read(buf)
		if n > 0 && !st.pass(buf[:n]) {
			return true
		}
		switch {
		case err == nil:
		case st.session.stopping.Load() && errors.Is(err, os.ErrDeadlineExceeded):
			if st.frames.between() {
				st.goodbye()
				return true
			}
			// In the middle of a frame: the rest must follow first.
			_ = st.src.SetReadDeadline(time.Now().Add(grace))
			return st.rest(buf)
		default:
			st.sourceEnded(err)
			return false
		}
	}
}

// pass records what the bytes are, and then writes them: what answers them must
// come after them. It is false when they could not be written, or when the
// session stops here.
func (st *stream) pass(b []byte) bool {
	end := st.frames.feed(b, st)
	stop := end >= 0 && st.session.stopping.Load()
	if stop {
		b = b[:end]
	}
	if _, err := st.dst.Write(b); err != nil {
		if wasReset(err) {
			st.session.reset(other(st.from))
		}
		return false
	}
	if stop {
		st.goodbye()
	}
	return !stop
}

// rest passes on the rest of a frame, of which a part is out, before a goodbye.
// It is false if the source ended instead.
func (st *stream) rest(buf []byte) bool {
	for {
		n, err := st.src.from.Read(buf)
		if n > 0 && !st.pass(buf[:n]) {
			return true
		}
		if err != nil {
			st.sourceEnded(err)
			return false
		}
	}
}

// goodbye ends the direction with a close frame, if it has had none.
func (st *stream) goodbye() {
	if !st.closed {
		_, _ = st.dst.Write(closeFrame(codeGoingAway, stopReason, st.from == trace.Gateway))
	}
}

// sourceEnded passes the end of the source on as it was: a reset as a reset, an
// end of file as one.
func (st *stream) sourceEnded(err error) {
	if wasReset(err) && st.session.reset(st.from) {
		return
	}
	st.session.ended(st.from)
	if half, ok := st.dst.Conn.(interface{ CloseWrite() error }); !ok || half.CloseWrite() != nil {
		_ = st.dst.Close()
	}
	_ = st.dst.SetReadDeadline(time.Now().Add(halfOpen))
}

// drain takes what the source still sends when nobody is there to get it, so
// that a close frame on its way to the source is not lost to a reset.
func (st *stream) drain(buf []byte) {
	limit := halfOpen
	if st.session.stopping.Load() {
		limit = grace
	}
	_ = st.src.SetReadDeadline(time.Now().Add(limit))
	st.mute = true
	for !st.closed {
		n, err := st.src.from.Read(buf)
		st.frames.feed(buf[:n], st)
		if err != nil {
			break
		}
	}
	st.session.ended(st.from)
}

func (st *stream) message(data []byte, binary bool) {
	if !st.closed && !st.mute { // a peer says nothing after its close frame
		st.session.message(st.from, data, binary)
	}
}

func (st *stream) closing(code int, reason string) {
	if !st.closed {
		st.closed = true
		st.session.closing(st.from, code, reason)
	}
}

func (st *stream) odd(what string) { st.session.note(st.from, "passed on and not written down: "+what) }

func other(side trace.Side) trace.Side {
	if side == trace.Gateway {
		return trace.Connector
	}
	return trace.Gateway
}
