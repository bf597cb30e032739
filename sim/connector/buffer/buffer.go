// Package buffer keeps what waits for the instances of gateways: deliveries that
// came while an instance was away or going idle, in order, until the instance
// has acknowledged them (IDLE-3, IDLE-6). It knows no sockets: who delivers an
// entry, and when, is the connector's business.
package buffer

import (
	"errors"
	"strconv"
	"strings"
)

// Name names an instance. Two tenants may have instances of the same name.
type Name struct{ Tenant, Instance string }

// Entry is one buffered delivery.
type Entry struct {
	// ID is its bufferId. No other entry of any instance ever has the same.
	ID string
	// Frame is the line to deliver, its newline included, without the bufferId.
	// It must not be changed.
	Frame []byte
}

// State is how an instance stands.
type State struct {
	// Flipped says that it gets nothing live until its buffer has drained (IDLE-2).
	Flipped bool
	// Entries is how many wait.
	Entries int
}

// Buffers keeps the buffers of all instances. Its methods may be called from any
// goroutine, and each is atomic. An instance that nobody has named yet is not
// flipped and has no entries.
type Buffers interface {
	// Append puts a frame behind what waits and returns the entry. It keeps
	// frame. The error is ErrFull, or why it could not be kept.
	Append(of Name, frame []byte) (Entry, State, error)
	// First is the entry that was appended before all others that wait.
	First(of Name) (e Entry, found bool, err error)
	// Remove takes an entry out for good, and says whether it was there.
	Remove(of Name, id string) (found bool, err error)
	// Flip sets State.Flipped.
	Flip(of Name, flipped bool) error
	// List is what waits, the oldest first.
	List(of Name) ([]Entry, error)
	// State is how an instance stands.
	State(of Name) (State, error)
	// Forget drops an instance and all that waits for it (REV-3).
	Forget(of Name) error
}

// ErrFull says that an instance's buffer has no room for another entry. What is
// in it stays: the newest is refused, so that the order has no gap.
var ErrFull = errors.New("the buffer is full")

// Limits bounds one instance's buffer.
type Limits struct {
	Entries int // zero means 10,000
	Bytes   int // of all frames together; zero means 16 MiB
}

// The defaults of Limits.
const (
	DefaultEntries = 10_000
	DefaultBytes   = 16 << 20
)

// ID is the bufferId of the nth entry there ever was.
func ID(n int) string { return "buf-" + strconv.Itoa(n) }

// Number is which entry a bufferId is of; false where it is of none.
func Number(id string) (n int, ok bool) {
	digits, ok := strings.CutPrefix(id, "buf-")
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil
}
