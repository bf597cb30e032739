package connector

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/sim/trace"
)

var errSocketEnded = errors.New("the socket has ended")

// socket is one accepted WebSocket. The goroutine of its HTTP request reads it
// and answers inline; whoever else has something to say writes itself.
type socket struct {
	c      *Connector
	number int     // in the trace
	peer   string  // its name
	record *record // the gateway it was authenticated as
	ws     *websocket.Conn
	raw    net.Conn // below ws, to cut it without asking anyone

	lines lines // Owned by read.

	identities []identity // Guarded by c.routes.mu: what its hellos said, in order.
	idle       bool       // Guarded by c.routes.mu: it has said going_idle.
	attached   bool       // Guarded by record.instance.mu: its hello has been answered.

	writing sync.Mutex  // Held while a message is written.
	stuck   *time.Timer // Cuts the socket when one write takes too long.
	posts   posts
	ended   atomic.Bool
}

// serve reads until the socket ends.
func (s *socket) serve() {
	hello := time.AfterFunc(s.c.helloTimeout, func() {
		if !s.c.routes.greeted(s) {
			s.cut("no hello")
		}
	})
	defer hello.Stop()
	err := s.read()
	s.finish(err)
	s.record.instance.detach(s)
	s.posts.stop()
}

// read handles messages until one cannot be read.
func (s *socket) read() error {
	buf := make([]byte, 0, 1024)
	for {
		// The context is never cancelled: cutting the socket is what ends a read.
		typ, r, err := s.ws.Reader(context.Background())
		if err != nil {
			return err
		}
		buf, err = readMessage(r, buf[:0], s.c.maxMessage)
		if err != nil {
			return err
		}
		if s.ended.Load() {
			continue // it crossed our close
		}
		message := append([]byte(nil), buf...)
		if s.cutHere(message, false) {
			return errSocketEnded
		}
		s.c.observe(&trace.Observation{
			Kind: trace.Frame, Conn: s.number, Peer: s.peer, From: trace.Gateway,
			Data: message, Binary: typ == websocket.MessageBinary,
		})
		if err := s.lines.feed(message, s.handle); err != nil {
			return err
		}
		if s.cutHere(message, true) {
			return errSocketEnded
		}
	}
}

var errMessageTooBig = errors.New("message is too big")

// readMessage reads one message into buf. The library's own limit would send
// the close frame before the trace has it.
func readMessage(r io.Reader, buf []byte, limit int) ([]byte, error) {
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case len(buf) > limit:
			return buf, errMessageTooBig
		case err == io.EOF:
			return buf, nil
		case err != nil:
			return buf, err
		}
	}
}

// write writes one message and returns when the kernel has it. A gateway that
// does not take it in time is cut off.
func (s *socket) write(message []byte, binary bool) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.ended.Load() || s.cutHere(message, false) {
		return errSocketEnded
	}
	typ := websocket.MessageText
	if binary {
		typ = websocket.MessageBinary
	}
	s.c.observe(&trace.Observation{
		Kind: trace.Frame, Conn: s.number, Peer: s.peer, From: trace.Connector,
		Data: message, Binary: binary,
	})
	s.stuck.Reset(s.c.writeTimeout)
	err := s.ws.Write(context.Background(), typ, message)
	s.stuck.Stop()
	s.cutHere(message, true)
	return err
}

// end records that the socket ended and takes it out of service. Only the first
// call does; it says whether it was that.
func (s *socket) end(from trace.Side, code int, reason string) bool {
	if !s.ended.CompareAndSwap(false, true) {
		return false
	}
	s.c.routes.remove(s)
	s.c.observe(&trace.Observation{
		Kind: trace.Close, Conn: s.number, Peer: s.peer, From: from, Code: code, Reason: reason,
	})
	return true
}

// cut ends the socket without a close frame.
func (s *socket) cut(reason string) {
	s.end(trace.Connector, -1, reason)
	s.raw.Close()
}

// close ends the socket with a close frame and waits for the gateway's, at most
// as long as the library does.
func (s *socket) close(code int, reason string) {
	if s.end(trace.Connector, code, reason) {
		s.c.activity.Begin() // until the gateway has answered, whom nobody may count
		defer s.c.activity.End()
		s.ws.Close(websocket.StatusCode(code), reason)
	}
}

// closeSoon is close without waiting.
func (s *socket) closeSoon(code int, reason string) {
	if !s.end(trace.Connector, code, reason) {
		return
	}
	if !s.c.begin() {
		s.raw.Close()
		return
	}
	s.c.activity.Begin() // on behalf of the goroutine
	go func() {
		defer s.c.serving.Done()
		defer s.c.activity.End()
		s.ws.Close(websocket.StatusCode(code), reason)
	}()
}

// finish records why reading ended, where nobody has yet.
func (s *socket) finish(err error) {
	var closed websocket.CloseError
	var network net.Error
	switch {
	case errors.Is(err, errMessageTooBig), errors.Is(err, errLineTooLong):
		s.close(int(websocket.StatusMessageTooBig), err.Error())
	case errors.As(err, &closed):
		s.end(trace.Gateway, int(closed.Code), closed.Reason)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &network), errors.Is(err, net.ErrClosed):
		s.end(trace.Gateway, -1, "")
	default: // a violation of the protocol, which the library has answered
		s.end(trace.Connector, int(websocket.StatusProtocolError), err.Error())
	}
	// Waits for a close that another goroutine began.
	s.ws.CloseNow()
}
