// Package state keeps what the instances of one connector have in common beside
// the buffers: capabilities, who runs which session, what became of the records.
// It outlives each of them. It knows no sockets and no frames.
package state

import "time"

// State is what connector instances share. Its methods may be called from any
// goroutine, and each is atomic.
type State interface {
	// PutCapability binds a capability; the newest of a key stands (FU-2).
	PutCapability(k Key, c Capability) error
	// Capability finds one, for Kept after it has expired as well, so that a gateway
	// that comes late is told why. A used one stays.
	Capability(k Key) (c Capability, found bool, err error)

	// PutSessions remembers which instance of a tenant runs these sessions
	// (INT-1).
	PutSessions(tenant string, keys []string, instance string) error
	// SessionOf is the instance that runs the first of these sessions that is
	// known; empty if none is.
	SessionOf(tenant string, keys []string) (instance string, err error)

	// Claim is true for the first who asks for a name, until life has passed. All who
	// ask for one give it the same life. A claim that was made later than now is over:
	// the clock was set back.
	Claim(name string, now time.Time, life time.Duration) (bool, error)

	// PutRecord keeps what became of a gateway's record since it was made.
	PutRecord(gatewayID string, r Record) error
	// Record is what became of one; the zero Record: nothing.
	Record(gatewayID string) (Record, error)
}

// Key names a capability. The tenant is part of it, so that another tenant's is
// as absent as one that never was (FU-3).
type Key struct{ Tenant, Session, Kind string }

// Capability is what the connector can act with for a gateway.
type Capability struct {
	Platform string
	ChatID   string
	Expires  time.Time
}

// Record is what has changed of a gateway's record.
type Record struct {
	Revoked bool
	Secrets []string // nil: those it was made with
}

// Kept is how long a capability is kept at least after it has expired, unless
// there are too many.
const Kept = 24 * time.Hour
