package quiet

import (
	"bytes"
	"net"
	"net/netip"
	"sync"
	"time"
)

// pipe is what the two ends of one connection share.
//
// A connection begins as HTTP, when nobody counts its readers: net/http parks
// goroutines of its own there. After the answer 101 it is a socket, and from
// then on each end's reader must be a goroutine that has begun: entering Read
// takes its count back, leaving Read returns it.
type pipe struct {
	counter *Counter
	alone   bool // the far end is not in this process

	mu       sync.Mutex
	to       [2]direction // by the reading end
	attached bool         // the accepting end knows the pipe
}

// direction is one way of a pipe, named by the end that reads it.
type direction struct {
	unread int64 // bytes written and not yet read, and 1 for an end of file
	socket bool  // the reader is past the HTTP upgrade
	gone   bool  // the reader reads no more
}

// The ends of a pipe, by who opened it.
const (
	dialler  = 0
	acceptor = 1
)

var switching = []byte("HTTP/1.1 101 ")

// wrote counts n bytes, on their way to end; n is negative to take back what
// was not written after all.
func (p *pipe) wrote(end int, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if d := &p.to[end]; !d.gone {
		d.unread += int64(n)
		p.counter.add(int64(n))
	}
}

// enterRead is called before end reads, and says whether the reader is counted.
func (p *pipe) enterRead(end int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.to[end].socket {
		p.counter.add(-1)
		return true
	}
	return false
}

// leaveRead is called after end has read n bytes, or failed.
func (p *pipe) leaveRead(end int, n int, failed, counted bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	d := &p.to[end]
	if !d.gone {
		took := int64(n)
		if failed {
			d.gone = true
			took = d.unread
		}
		d.unread -= took
		n = int(took)
	} else {
		n = 0
	}
	if counted {
		n--
	}
	p.counter.add(int64(-n)) // one step: the count must not dip between the two
}

// closed is called once when end closes: what it did not read it never will,
// and the other end has an end of file to read.
func (p *pipe) closed(end int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	other := &p.to[1-end]
	if !other.gone && p.attached {
		other.unread++
		p.counter.add(1)
	}
	if d := &p.to[end]; !d.gone {
		d.gone = true
		p.counter.add(-d.unread)
		d.unread = 0
	}
	if !p.attached {
		other.gone = true
		p.counter.add(-other.unread)
		other.unread = 0
	}
}

func (p *pipe) upgrade(end int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.to[end].socket = true
}

// dialled is the end that opened the connection.
type dialled struct {
	net.Conn
	network *Network
	address netip.AddrPort
	pipe    *pipe

	upgraded bool // Owned by the reader.
	once     sync.Once
}

func (e *dialled) Read(b []byte) (int, error) {
	counted := e.pipe.enterRead(dialler)
	n, err := e.Conn.Read(b)
	if !e.upgraded && bytes.HasPrefix(b[:n], switching) {
		e.upgraded = true
		e.pipe.upgrade(dialler)
	}
	e.pipe.leaveRead(dialler, n, err != nil, counted)
	return n, err
}

func (e *dialled) Write(b []byte) (int, error) {
	e.pipe.wrote(acceptor, len(b))
	n, err := e.Conn.Write(b)
	if n < len(b) {
		e.pipe.wrote(acceptor, n-len(b))
	}
	return n, err
}

func (e *dialled) Close() error {
	e.once.Do(func() {
		e.network.forget(e.address, e.pipe)
		e.pipe.closed(dialler)
	})
	return e.Conn.Close()
}

// accepted is the end that was dialled. It learns its pipe with the first
// bytes it reads: by then the dialling end, which wrote them, is known.
type accepted struct {
	net.Conn
	network *Network

	mu       sync.Mutex
	pipe     *pipe // Guarded by mu; nil until the first bytes.
	switched bool  // Guarded by mu: the answer 101 is out
	closed   bool  // Guarded by mu.
}

func (e *accepted) known() *pipe {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.pipe
}

// attach finds the pipe, if there is one, after the first bytes have come.
func (e *accepted) attach() *pipe {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.pipe == nil && !e.closed {
		if p := e.network.find(address(e.RemoteAddr())); p != nil {
			p.mu.Lock()
			p.attached = true
			p.mu.Unlock()
			e.pipe = p
		}
	}
	return e.pipe
}

func (e *accepted) Read(b []byte) (int, error) {
	p := e.known()
	if p == nil {
		n, err := e.Conn.Read(b)
		if p = e.attach(); p != nil && n > 0 {
			p.leaveRead(acceptor, n, isFatal(err), false)
		}
		return n, err
	}
	counted := p.enterRead(acceptor)
	n, err := e.Conn.Read(b)
	p.leaveRead(acceptor, n, isFatal(err), counted)
	return n, err
}

// isFatal says whether err ends the reading. net/http wakes its own background
// reader with a deadline when a connection is hijacked, and reads on.
func isFatal(err error) bool {
	if err == nil {
		return false
	}
	t, ok := err.(net.Error)
	return !ok || !t.Timeout()
}

func (e *accepted) Write(b []byte) (int, error) {
	p := e.known()
	if p == nil {
		return e.Conn.Write(b)
	}
	if bytes.HasPrefix(b, switching) {
		e.mu.Lock()
		e.switched = true
		e.mu.Unlock()
	}
	p.wrote(dialler, len(b))
	n, err := e.Conn.Write(b)
	if n < len(b) {
		p.wrote(dialler, n-len(b))
	}
	return n, err
}

// SetDeadline also marks the end of HTTP. net/http calls it, with no deadline,
// when it hands the connection over; only then is its own background reader
// gone, which is not counted and would be if the answer alone were the mark.
func (e *accepted) SetDeadline(t time.Time) error {
	e.mu.Lock()
	if e.switched && e.pipe != nil {
		e.switched = false
		e.pipe.upgrade(acceptor)
	}
	e.mu.Unlock()
	return e.Conn.SetDeadline(t)
}

func (e *accepted) Close() error {
	e.mu.Lock()
	p := e.pipe
	first := !e.closed
	e.closed = true
	e.mu.Unlock()
	switch {
	case first && p != nil && p.alone && p.isSocket(acceptor):
		return e.linger(p.counter)
	case first && p != nil:
		p.closed(acceptor)
	}
	return e.Conn.Close()
}
