package connector

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// pongs bounds the answer to a ping, in real time.
const pongs = 5 * time.Second

// Barrier returns once each open socket's far end has read everything that was
// written to it, and everything that it had written before was handled here. A
// WebSocket library answers a ping in its turn (RFC 6455, 5.5.2), whatever the
// program above it does; so a far end in another process, whose bytes nobody
// counts, can be waited for.
func (c *Connector) Barrier(ctx context.Context) error {
	_, err := c.ping(ctx)
	return err
}

// Alive names the peers whose sockets have not been ended by either side: they
// answer a ping, or leave it unanswered. What was on its way when it is called is
// taken in first, the end of a socket too.
func (c *Connector) Alive(ctx context.Context) []string {
	peers, _ := c.ping(ctx)
	return peers
}

// ping pings every open socket at once. The error is the first of those that do
// not answer, which are alive all the same.
func (c *Connector) ping(ctx context.Context) (alive []string, err error) {
	sockets := c.routes.all()
	there, errs := make([]bool, len(sockets)), make([]error, len(sockets))
	var all sync.WaitGroup
	for i, s := range sockets {
		all.Go(func() { there[i], errs[i] = s.ping(ctx) })
	}
	all.Wait()
	for i, s := range sockets {
		if there[i] {
			alive = append(alive, s.peer)
		}
		if err == nil {
			err = errs[i]
		}
	}
	return alive, err
}

// ping waits for the answer to a ping. That the socket ends meanwhile is no
// error.
func (s *socket) ping(ctx context.Context) (alive bool, err error) {
	limited, cancel := context.WithTimeout(ctx, pongs)
	defer cancel()
	err = s.ws.Ping(limited)
	switch {
	case err == nil, s.ended.Load():
		return !s.ended.Load(), nil
	case ctx.Err() != nil:
		return true, context.Cause(ctx)
	case limited.Err() != nil:
		return true, fmt.Errorf("%s does not answer a WebSocket ping within %v (RFC 6455, 5.5.2): does it still read its socket?", s.peer, pongs)
	}
	return false, nil // it is ending
}
