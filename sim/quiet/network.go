package quiet

import (
	"context"
	"net"
	"net/netip"
	"sync"
)

// Network pairs the two ends of each loopback connection, so that bytes on
// their way between them can be counted. A connection is paired when it was
// dialled through Dialer and accepted through Listener; any other passes
// uncounted.
type Network struct {
	ending sync.WaitGroup // of connections whose far end is elsewhere

	mu    sync.Mutex
	pipes map[netip.AddrPort]*pipe // by the dialling end's address
}

// NewNetwork returns an empty Network.
func NewNetwork() *Network {
	return &Network{pipes: map[netip.AddrPort]*pipe{}}
}

// Listener wraps l, so that what it accepts is counted.
func (n *Network) Listener(l net.Listener) net.Listener { return listener{l, n} }

type listener struct {
	net.Listener
	network *Network
}

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &accepted{Conn: c, network: l.network}, nil
}

// Dialer returns a dial function whose connections count in c.
func (n *Network) Dialer(c *Counter) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		var d net.Dialer
		conn, err := d.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		p := &pipe{counter: c}
		n.mu.Lock()
		defer n.mu.Unlock()
		a := address(conn.LocalAddr())
		n.pipes[a] = p
		return &dialled{Conn: conn, network: n, address: a, pipe: p}, nil
	}
}

func (n *Network) find(a netip.AddrPort) *pipe {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.pipes[a]
}

func (n *Network) forget(a netip.AddrPort, p *pipe) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.pipes[a] == p {
		delete(n.pipes, a)
	}
}

func address(a net.Addr) netip.AddrPort {
	if t, ok := a.(*net.TCPAddr); ok {
		return t.AddrPort()
	}
	return netip.AddrPort{}
}
