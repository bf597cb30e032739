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
	sockets := c.routes.all()
	errs := make([]error, len(sockets))
	var all sync.WaitGroup
	for i, s := range sockets {
		all.Go(func() { errs[i] = s.ping(ctx) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// ping waits for the answer to a ping. That the socket ends meanwhile is no
// error.
func (s *socket) ping(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, pongs)
	defer cancel()
	err := s.ws.Ping(limited)
	switch {
	case err == nil, s.ended.Load():
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case limited.Err() != nil:
		return fmt.Errorf("%s does not answer a WebSocket ping within %v (RFC 6455, 5.5.2): does it still read its socket?", s.peer, pongs)
	}
	return nil // it is ending
}
