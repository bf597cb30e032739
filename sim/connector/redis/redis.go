// Package redis keeps what the instances of one connector have in common on a
// Redis server: buffers, state and the bus between them (BUS-1). Each type does
// what its interface says, over one Server.
//
// What it does not do: it does not make Redis durable. A server that loses its
// data on a restart has lost the buffers.
package redis

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// Server is a connection to a Redis server under one prefix. Make one with Open.
// Its methods may be called from any goroutine.
type Server struct {
	client *redis.Client
	prefix string
	name   string       // no other Server's, whatever the server has forgotten
	asked  atomic.Int64 // the last request's number
}

// patience bounds one question to the server, in real time: a connector that
// waits for it delivers nothing meanwhile.
const patience = 3 * time.Second

// Open connects to a server, such as redis://127.0.0.1:6379/0, which has to
// answer. All keys and channels begin with prefix, so that several
// connectors can have one server. The caller closes it.
func Open(ctx context.Context, url, prefix string) (*Server, error) {
	o, err := redis.ParseURL(url)
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	o.ReadTimeout, o.WriteTimeout, o.DialTimeout = patience, patience, patience
	o.DisableIdentity = true // no question that an older server does not know
	s := &Server{client: redis.NewClient(o), prefix: prefix, name: rand.Text()}
	if err := s.client.Ping(ctx).Err(); err != nil {
		_ = s.client.Close() // the first error says more
		return nil, fmt.Errorf("redis: %w", err)
	}
	return s, nil
}

// Close closes the connections. Whoever has joined the bus has left.
func (s *Server) Close() error { return s.client.Close() }

// key joins parts, any text each, so that no two lists of parts are one key.
func (s *Server) key(parts ...string) string {
	var b strings.Builder
	b.WriteString(s.prefix)
	for _, p := range parts {
		fmt.Fprintf(&b, ":%d:%s", len(p), p)
	}
	return b.String()
}

// nextRequest names a request as no other of any connection under the prefix is.
func (s *Server) nextRequest() string { return fmt.Sprintf("%s-%d", s.name, s.asked.Add(1)) }

func question() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), patience)
}
