// Package target holds what is under test: the built-in gateway, or another
// program's. A player starts one life after another of a Gateway that a Target
// makes, and asks nothing else of it. The package knows no scenarios, no player
// and no connector.
//
// Start reading at Target.
package target

import (
	"context"
	"encoding/json"
	"io"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
)

// Target makes gateways under test. Its methods may be called from any
// goroutine.
type Target interface {
	// New makes a gateway for one life. It starts nothing; see Gateway.Run.
	New(o gateway.Options) (Gateway, error)
}

// Gateway is one life of a gateway under test. A *gateway.Gateway is one, and
// its methods say what they do.
type Gateway interface {
	gateway.Caller // for calls outside a turn
	// Run begins the life and returns when it is over. The end of ctx kills: no
	// goodbye is said.
	Run(ctx context.Context) error
	// Disconnect and GoIdle end the life on purpose. GoDormant ends its connection
	// only, until the options' Woken says that something has woken its host.
	Disconnect(ctx context.Context) error
	GoIdle(ctx context.Context) error
	GoDormant(ctx context.Context) error
	// State says where it stands with its connector.
	State() gateway.State
}

// Turn is one run of the agent as its rules see it, whichever gateway began it.
type Turn struct {
	// Caller makes the calls of the turn.
	gateway.Caller
	// SessionKey names the session of the event. SessionID is that session, and
	// Notice why it took another's place by itself, in its first turn (SES-6): ""
	// when it did not, or when the gateway does not say.
	SessionKey, SessionID, Notice string
	// Event began the turn. It is read-only.
	Event *wire.Event
	// Raw is the event as the gateway reported it, by its wire names. Nil means
	// that it is the built-in one's, which has all of Event.
	Raw json.RawMessage
	// Stream begins a reply that is shown while it grows. Nil where the gateway
	// cannot.
	Stream func(ctx context.Context) Stream
}

// Stream is a reply that grows. A *gateway.Stream is one, and its methods say
// what they do.
type Stream interface {
	io.StringWriter
	Break() error
	Close() error
}

// JSON is the event by its wire names.
func (t *Turn) JSON(rev *wire.Revision) json.RawMessage {
	if t.Raw != nil {
		return t.Raw
	}
	return t.Event.JSON(rev)
}

// BuiltIn is the gateway of package gateway, in this process.
type BuiltIn struct{}

// New makes a gateway.Gateway.
func (BuiltIn) New(o gateway.Options) (Gateway, error) {
	g, err := gateway.New(o)
	if err != nil {
		return nil, err // not g: a nil *gateway.Gateway is no nil Gateway
	}
	return g, nil
}
