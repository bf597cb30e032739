// Package bus carries messages between the instances of one connector, so that
// what happens at one of them reaches the one that holds the socket it is for
// (BUS-1). It knows neither the messages nor who they are for.
package bus

import (
	"slices"
	"sync"
)

// Bus carries messages by tenant. Its methods may be called from any goroutine.
type Bus interface {
	// Join makes a member. From then on take gets what the other members publish,
	// what one of them publishes in its order. After a time in which messages may
	// have been lost, missed is called, not while take runs. Neither must publish by
	// itself.
	Join(take func(tenant string, message []byte), missed func()) Member
}

// Member is one instance on the bus.
type Member interface {
	// Publish gives the others a message, at most once each: one that is gone, or
	// cannot be reached, does not get it. It must not be called with a lock held
	// that take needs.
	Publish(tenant string, message []byte) error
	// Leave returns when neither take nor missed is running or will be called again.
	Leave()
}

// Local is a Bus within one process. The one who publishes does what there is to
// do, and Publish returns when everybody has it. The zero Local is ready.
type Local struct {
	mu      sync.Mutex
	members []*localMember // in order of joining
}

type localMember struct {
	bus  *Local
	take func(tenant string, message []byte)

	running sync.Mutex // Held while take runs.
	left    bool       // Guarded by running.
}

// Join implements Bus. Nothing is ever missed.
func (l *Local) Join(take func(tenant string, message []byte), _ func()) Member {
	m := &localMember{bus: l, take: take}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.members = append(l.members, m)
	return m
}

// others are the members but one, in a list of its own.
func (l *Local) others(m *localMember) []*localMember {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(l.members), func(o *localMember) bool { return o == m })
}

// Publish implements Member.
func (m *localMember) Publish(tenant string, message []byte) error {
	for _, o := range m.bus.others(m) {
		o.deliver(tenant, message)
	}
	return nil
}

func (m *localMember) deliver(tenant string, message []byte) {
	m.running.Lock()
	defer m.running.Unlock()
	if !m.left {
		m.take(tenant, message)
	}
}

// Leave implements Member.
func (m *localMember) Leave() {
	m.running.Lock()
	m.left = true
	m.running.Unlock()
	m.bus.mu.Lock()
	defer m.bus.mu.Unlock()
	m.bus.members = slices.DeleteFunc(m.bus.members, func(o *localMember) bool { return o == m })
}
