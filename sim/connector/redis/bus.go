package redis

import (
	"context"
	"crypto/rand"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"

	"github.com/relaysim/relaysim/sim/connector/bus"
)

// Bus is a bus.Bus on Redis pub/sub, a channel for each tenant. A member that has
// lost its connection misses what is published meanwhile, and is told so when it
// has another one.
type Bus struct{ s *Server }

// Bus returns the bus of the server.
func (s *Server) Bus() *Bus { return &Bus{s} }

// member is one who has joined. A goroutine of its own takes; Leave waits for it.
type member struct {
	s    *Server
	name string // what it publishes begins with it
	sub  *redis.PubSub
	done sync.WaitGroup
}

// Join implements bus.Bus. It returns when the server has taken note, or does not
// answer: the client tries again by itself.
func (b *Bus) Join(take func(tenant string, message []byte), missed func()) bus.Member {
	ctx, cancel := question()
	defer cancel()
	m := &member{s: b.s, name: rand.Text(), sub: b.s.client.PSubscribe(context.Background(), b.channel("*"))}
	_, _ = m.sub.Receive(ctx) // that it is subscribed
	m.done.Go(func() {
		for got := range m.sub.ChannelWithSubscriptions() {
			switch got := got.(type) {
			case *redis.Subscription: // again: the first is taken above
				missed()
			case *redis.Message:
				from, message, ok := strings.Cut(got.Payload, "\n")
				if ok && from != m.name {
					take(strings.TrimPrefix(got.Channel, b.channel("")), []byte(message))
				}
			}
		}
	})
	return m
}

func (b *Bus) channel(tenant string) string { return b.s.prefix + ":bus:" + tenant }

// Publish implements bus.Member.
func (m *member) Publish(tenant string, message []byte) error {
	ctx, cancel := question()
	defer cancel()
	return m.s.client.Publish(ctx, (&Bus{m.s}).channel(tenant), m.name+"\n"+string(message)).Err()
}

// Leave implements bus.Member.
func (m *member) Leave() {
	_ = m.sub.Close() // it ends the channel
	m.done.Wait()
}
