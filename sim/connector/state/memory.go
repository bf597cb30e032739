package state

import (
	"slices"
	"sync"
	"time"
)

// maxRecent is how many capabilities, sessions and claims of each are remembered.
const maxRecent = 1 << 14

// Memory is a State that lives as long as the process. It forgets what came first
// when it has too much. Make one with NewMemory.
type Memory struct {
	mu       sync.Mutex
	vault    recent[Key, Capability]
	sessions recent[session, string]
	claims   recent[string, time.Time] // when each is over
	records  map[string]Record
}

type session struct{ tenant, key string }

// NewMemory returns an empty Memory.
func NewMemory() *Memory { return &Memory{records: map[string]Record{}} }

// PutCapability implements State.
func (m *Memory) PutCapability(k Key, c Capability) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.vault.put(k, c)
	return nil
}

// Capability implements State.
func (m *Memory) Capability(k Key) (Capability, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, found := m.vault.values[k]
	return c, found, nil
}

// PutSessions implements State.
func (m *Memory) PutSessions(tenant string, keys []string, instance string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range keys {
		m.sessions.put(session{tenant, key}, instance)
	}
	return nil
}

// SessionOf implements State.
func (m *Memory) SessionOf(tenant string, keys []string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range keys {
		if i, ok := m.sessions.values[session{tenant, key}]; ok {
			return i, nil
		}
	}
	return "", nil
}

// Claim implements State.
func (m *Memory) Claim(name string, now time.Time, life time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	over := now.Add(life)
	if until, ok := m.claims.values[name]; ok && now.Before(until) && !until.After(over) {
		return false, nil
	}
	m.claims.put(name, over)
	return true, nil
}

// PutRecord implements State.
func (m *Memory) PutRecord(gatewayID string, r Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	r.Secrets = slices.Clone(r.Secrets)
	m.records[gatewayID] = r
	return nil
}

// Record implements State.
func (m *Memory) Record(gatewayID string) (Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.records[gatewayID]
	r.Secrets = slices.Clone(r.Secrets)
	return r, nil
}

// recent is a map that holds maxRecent keys and forgets those that were put first.
// The zero recent is empty.
type recent[K comparable, V any] struct {
	values map[K]V
	order  []K // a ring; next is the oldest once it is full
	next   int
}

func (r *recent[K, V]) put(k K, v V) {
	if r.values == nil {
		r.values = map[K]V{}
	}
	if _, known := r.values[k]; !known {
		r.remember(k)
	}
	r.values[k] = v
}

func (r *recent[K, V]) remember(k K) {
	if len(r.order) < maxRecent {
		r.order = append(r.order, k)
		return
	}
	delete(r.values, r.order[r.next])
	r.order[r.next] = k
	r.next = (r.next + 1) % maxRecent
}
