package connector

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/coder/quartz"
)

const (
	// interactionToken is the kind of a Discord interaction's capability (FU-1).
	interactionToken = "discord.interaction_token"
	// interactionTokenLife is how long one lives (FU-6).
	interactionTokenLife = 15 * time.Minute
	// sweepAt is how many capabilities are held before expired ones are swept.
	sweepAt = 1024
)

// vault holds the capabilities that never cross to a gateway (FU-2, FU-4).
type vault struct {
	clock quartz.Clock

	mu     sync.Mutex
	held   map[capabilityKey]capability
	values map[string]bool // every value there ever was
}

// capabilityKey names a capability. The tenant is part of it, so that another
// tenant's is as absent as one that never was (FU-3).
type capabilityKey struct{ tenant, session, kind string }

type capability struct {
	platform string
	chatID   string
	expires  time.Time
}

func (v *vault) init(clock quartz.Clock) {
	v.clock = clock
	v.held, v.values = map[capabilityKey]capability{}, map[string]bool{}
}

// put binds a capability; the newest of a session and kind stands.
func (v *vault) put(k capabilityKey, c capability) {
	now := v.clock.Now()
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.held) >= sweepAt {
		maps.DeleteFunc(v.held, func(_ capabilityKey, c capability) bool { return now.After(c.expires) })
	}
	v.held[k] = c
}

// know keeps a value that must never cross (FU-4).
func (v *vault) know(value string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.values[value] = true
}

// get finds a capability. A used one stays good until it expires.
func (v *vault) get(k capabilityKey) (_ capability, found, live bool) {
	now := v.clock.Now()
	v.mu.Lock()
	defer v.mu.Unlock()
	c, found := v.held[k]
	return c, found, found && now.Before(c.expires)
}

func (v *vault) secrets() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Collect(maps.Keys(v.values))
}

// Secrets returns every vault value and credential the connector knows, so that
// a law can see that none crossed (FU-4). The order is the same in every run.
func (c *Connector) Secrets() []string {
	list := append(c.vault.secrets(), c.keys.secrets()...)
	list = append(list, c.routes.secrets()...)
	list = slices.DeleteFunc(list, func(s string) bool { return s == "" })
	slices.Sort(list)
	return slices.Compact(list)
}
