package quiet

import (
	"context"
	"errors"
	"io"
	"net"
	"time"
)

// A connection whose far end is in another process: what is on its way is not
// known. Its own reader is counted, and so is its end, until the far end has
// noticed.

// unpaired is the pipe of such a connection.
func unpaired(c *Counter) *pipe {
	unknown := direction{gone: true}
	return &pipe{counter: c, to: [2]direction{unknown, unknown}, attached: true, alone: true}
}

// Adopt lets the reader of an accepted connection count in c though nobody in
// this process dialled it. It does nothing to a connection that is paired, or is
// none of a Listener's. It must be called before the connection is a socket, with
// each request: HTTP may use a connection again for another counter's.
func Adopt(conn net.Conn, c *Counter) {
	e, ok := conn.(*accepted)
	if !ok {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.pipe == nil || e.pipe.alone && !e.pipe.isSocket(acceptor) {
		e.pipe = unpaired(c)
	}
}

// Dialer returns a dial function for far ends in other processes.
func Dialer(c *Counter) func(ctx context.Context, network, addr string) (net.Conn, error) {
	nobody := NewNetwork()
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		var d net.Dialer
		conn, err := d.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &dialled{Conn: conn, network: nobody, pipe: unpaired(c)}, nil
	}
}

func (p *pipe) isSocket(end int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.to[end].socket
}

// lingering bounds the time, in real time, that the far end has to notice that a
// connection has ended.
const lingering = 2 * time.Second

// linger closes our way, and the rest once the far end has closed too.
func (e *accepted) linger(c *Counter) error {
	half, ok := e.Conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.Join(errors.ErrUnsupported, e.Conn.Close())
	}
	if err := half.CloseWrite(); err != nil {
		return errors.Join(err, e.Conn.Close())
	}
	e.Conn.SetReadDeadline(time.Now().Add(lingering))
	c.Begin()
	e.network.ending.Go(func() {
		defer c.End()
		defer e.Conn.Close()
		io.Copy(io.Discard, e.Conn)
	})
	return nil
}

// Wait returns once every connection that has ended here has ended there too, or
// has had its time to.
func (n *Network) Wait() { n.ending.Wait() }
