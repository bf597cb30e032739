// Package target says what a gateway under test is to the player: the built-in
// one, or another program's behind a driver (package driver). A player opens a
// Bench for each gateway of a run, starts one life after another on it, and
// asks nothing else of it. The package knows no scenarios, no player and no
// connector.
//
// Start reading at Target.
package target

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/trace"
)

// Target is what is under test. Its methods may be called from any goroutine.
type Target interface {
	// Describe says what it is able to do. It does not change.
	Describe() Description
	// Bench makes room for one gateway of one run, over all of its lives. What
	// they report goes to a. It starts nothing.
	Bench(a Agent) Bench
}

// Bench is where one gateway stands in one run. The run's goroutine owns it.
type Bench interface {
	// New makes a gateway for one life. It starts nothing; see Gateway.Run. Agent
	// and Observer of o are the bench's own.
	New(o gateway.Options) (Gateway, error)
	// Settle returns once the gateway has handled all that it had received, and
	// says how far its next timer is; ok is false where none is set or nobody
	// knows. It must not be called for a Counted target. The error is why it
	// cannot go on.
	Settle(ctx context.Context) (next time.Duration, ok bool, err error)
	// Advance lets d of the gateway's time pass, which is not beyond its next
	// timer. Only a target that can Clock takes it.
	Advance(ctx context.Context, d time.Duration) error
	// Reports counts what the gateway has reported, so that it can be told whether
	// something has happened.
	Reports() int64
	// Said is the last that the program printed: for the report of a failure.
	Said() []string
	// Close ends what is left of the gateway. Its lives are over. The error is
	// what was wrong with its end.
	Close() error
}

// ErrOver is why a life ends whose run is over: its bench is closed next.
var ErrOver = errors.New("the run is over")

// Gateway is one life of a gateway under test. A *gateway.Gateway is one, and
// its methods say what they do.
type Gateway interface {
	gateway.Caller // for calls outside a turn
	// Run begins the life and returns when it is over. The end of ctx kills: no
	// goodbye is said. With the cause ErrOver nothing is kept for another life.
	Run(ctx context.Context) error
	// Disconnect and GoIdle end the life on purpose. GoDormant ends its connection
	// only, until the options' Woken says that something has woken its host.
	Disconnect(ctx context.Context) error
	GoIdle(ctx context.Context) error
	GoDormant(ctx context.Context) error
	// State says where it stands with its connector.
	State() gateway.State
}

// Agent is what gateways report to: turns to take, and what happened. Its
// methods are called from any goroutine.
type Agent interface {
	gateway.Agent    // for the built-in gateway
	gateway.Observer // Routed is for the built-in one only
	// Handle takes a turn of any gateway.
	Handle(ctx context.Context, t *Turn) (reply string, err error)
	// Reported is Routed for any gateway.
	Reported(r Routed)
}

// Routed is an event that begins a turn, as a gateway reports it.
type Routed struct {
	SessionKey string
	SessionID  string          // empty: not said
	Notice     string          // why the session was reset; empty: it was not
	Event      json.RawMessage // by its wire names
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

// DecodeEvent reads an event that a gateway reports. It comes with the contract's
// names, and those of the gateway's own where the wire has none.
func DecodeEvent(raw []byte, rev *wire.Revision) (*wire.Event, error) {
	e, err := wire.DecodeEvent(raw, rev)
	if err != nil {
		return nil, err
	}
	if text, ok := trace.Text(trace.Field(raw, "reply_to_text")); ok {
		e.ReplyToText = text
	}
	if text, ok := trace.Text(trace.Field(raw, "channel_context")); ok {
		e.ContextText = text
	}
	return e, nil
}
