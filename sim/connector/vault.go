package connector

import (
	"slices"
	"sync"
	"time"

	"github.com/relaysim/relaysim/sim/connector/state"
)

const (
	// interactionToken is the kind of a Discord interaction's capability (FU-1).
	interactionToken = "discord.interaction_token"
	// interactionTokenLife is how long one lives (FU-6).
	interactionTokenLife = 15 * time.Minute
	// maxSecrets bounds the values that are remembered; the oldest goes first.
	maxSecrets = 1 << 14
)

// secrets are the values that must never cross to a gateway (FU-4): tokens that
// came in at the edge, and secrets that were replaced.
type secrets struct {
	mu     sync.Mutex
	values []string // a ring; next is the oldest once it is full
	next   int
}

func (s *secrets) know(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.values) < maxSecrets {
		s.values = append(s.values, value)
		return
	}
	s.values[s.next] = value
	s.next = (s.next + 1) % maxSecrets
}

func (s *secrets) list() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.values)
}

// capability finds what a gateway of a tenant may act with. A used one stays good
// until it expires.
func (c *Connector) capability(k state.Key) (_ state.Capability, found, live bool) {
	held, found, err := c.state.Capability(k)
	if err != nil {
		c.note("", "the vault cannot be read: "+err.Error())
	}
	return held, found, found && c.clock.Now().Before(held.Expires)
}

// Secrets returns the vault values and credentials the connector knows, so that
// a law can see that none crossed (FU-4). The order is the same in every run.
func (c *Connector) Secrets() []string {
	list := append(c.world.secrets.list(), c.keys.secrets()...)
	list = append(list, c.routes.secrets()...)
	list = slices.DeleteFunc(list, func(s string) bool { return s == "" })
	slices.Sort(list)
	return slices.Compact(list)
}
