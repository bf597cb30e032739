package record

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

// session is one socket of a gateway and the one to the connector behind it.
type session struct {
	proxy  *Proxy
	number int
	peer   string
	legs   map[trace.Side]*leg

	stopping atomic.Bool // the proxy ends it

	mu     sync.Mutex
	by     trace.Side // Guarded by mu: who ended it; "" while nobody has
	code   int        // Guarded by mu: as by's close frame had it
	reason string     // Guarded by mu.
	shut   bool       // Guarded by mu: its end is recorded, and nothing after it
}

// leg is one of the two connections.
type leg struct {
	net.Conn
	from io.Reader // reads Conn, after what was read ahead of the upgrade
}

func newSession(p *Proxy, open *trace.Observation, gateway, connector *leg) *session {
	return &session{
		proxy: p, number: open.Conn, peer: open.Peer,
		legs: map[trace.Side]*leg{trace.Gateway: gateway, trace.Connector: connector},
	}
}

// halfOpen is how long one side may go on after the other's end, in real time.
// A WebSocket has no use for half a connection.
const halfOpen = 5 * time.Second

// run passes on both directions until both have ended.
func (s *session) run() {
	back := make(chan struct{})
	go func() {
		defer close(back)
		s.stream(trace.Connector, trace.Gateway).run()
	}()
	s.stream(trace.Gateway, trace.Connector).run()
	<-back
	s.close("", 0, "")
}

func (s *session) stream(from, to trace.Side) *stream {
	return &stream{session: s, from: from, src: s.legs[from], dst: s.legs[to]}
}

// stop ends the session in good order: each direction closes 1001 where a frame
// ends. It is called once.
func (s *session) stop() {
	s.stopping.Store(true)
	now := time.Now()
	for _, l := range s.legs {
		_ = l.SetReadDeadline(now)
		_ = l.SetWriteDeadline(now.Add(grace))
	}
}

// reset is told that a side was cut with a reset, and does the same to the
// other; but not when a close frame went by, which a reset could overtake. It
// says whether it did.
func (s *session) reset(side trace.Side) bool {
	s.mu.Lock()
	closing := s.by != ""
	s.mu.Unlock()
	if closing {
		return false
	}
	s.ended(side)
	for _, l := range s.legs {
		abort(l.Conn)
	}
	return true
}

// abort closes with a reset, where there is TCP below.
func abort(conn net.Conn) {
	defer conn.Close()
	if over, ok := conn.(interface{ NetConn() net.Conn }); ok { // TLS
		conn = over.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}

func wasReset(err error) bool { return errors.Is(err, syscall.ECONNRESET) }

// message records one message, unless the socket's end is recorded already:
// then nobody is there to get it.
func (s *session) message(from trace.Side, data []byte, binary bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.shut {
		s.proxy.recorder.message(s.number, s.peer, from, data, binary)
	}
}

// note records what is neither a message nor an end.
func (s *session) note(from trace.Side, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.shut {
		s.proxy.recorder.Add(&trace.Observation{Kind: trace.Note, Conn: s.number, Peer: s.peer, From: from, Reason: text})
	}
}

// closing is told of a close frame. The end is recorded with the answer to it:
// until then the other side's messages may still be on their way.
func (s *session) closing(side trace.Side, code int, reason string) {
	s.mu.Lock()
	first := s.by == ""
	if first {
		s.by, s.code, s.reason = side, code, reason
	}
	answered := s.by != side
	s.mu.Unlock()
	if answered {
		s.close("", 0, "")
	}
}

// ended is told that nothing more comes from a side. Without a close frame of
// anybody's that is the end: the socket was cut.
func (s *session) ended(side trace.Side) {
	s.mu.Lock()
	mine := s.by == side
	s.mu.Unlock()
	if !mine {
		s.close(side, codeCut, "")
	}
}

// close records the end, once. by, code and reason count if no close frame was
// seen; by "" stands for nobody.
func (s *session) close(by trace.Side, code int, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shut {
		return
	}
	s.shut = true
	if s.by == "" {
		s.by, s.code, s.reason = by, code, reason
	}
	s.proxy.recorder.Add(&trace.Observation{
		Kind: trace.Close, Conn: s.number, Peer: s.peer, From: s.by, Code: s.code, Reason: s.reason,
	})
}
