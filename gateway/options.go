package gateway

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/coder/quartz"

	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
)

// Options configures a Gateway. URL, Identities and Agent are required; every
// other field works as its zero value. New copies what it needs.
type Options struct {
	// URL is the connector's base URL, such as https://relay.example (DIAL-1).
	URL string
	// Revision of the contract to speak. Nil means wire.R8.
	Revision *wire.Revision
	// Identities are the bots this gateway fronts, the default first (MP-1).
	Identities []wire.Identity
	// GatewayID and Secret authenticate the upgrade (AUTH-1). Without both the
	// upgrade carries no token.
	GatewayID, Secret string
	// Agent handles the events.
	Agent Agent
	// Sessions says how session keys are formed (SK-4).
	Sessions session.KeyOptions
	// Commands is declared on Discord's hello since r8 (MP-5).
	Commands []wire.Command

	// HandshakeTimeout bounds upgrade to descriptor. Zero means 30 s (DIAL-4).
	HandshakeTimeout time.Duration
	// RequestTimeout bounds one outbound request. Zero means 30 s (OUT-4).
	RequestTimeout time.Duration
	// MaxMessage bounds one WebSocket message and one line, in bytes. Zero
	// means 1 MiB (FR-8).
	MaxMessage int
	// NoReconnect ends Run with the socket, as r6 always does (RC).
	NoReconnect bool
	// NoTyping sends no typing of its own during a turn (OUT-11).
	NoTyping bool

	// Clock is the only source of contract time. Nil means the real clock.
	Clock quartz.Clock
	// NewID makes request ids, unique per connection (OUT-1). Nil means 128
	// random bits. It is called from any goroutine.
	NewID func() string
	// HTTPClient dials. Nil means http.DefaultClient.
	HTTPClient *http.Client
	// Logger takes what the gateway skips, drops and survives; never a secret.
	// Nil discards.
	Logger *slog.Logger
	// Observer is told what happens. Nil means nobody is.
	Observer Observer
	// Activity is told when the gateway has work of its own, so that a
	// simulator knows when it is quiet. Nil means nobody is.
	Activity Activity
}

// Observer is told what happens inside, in the order in which it happens. Its
// methods are called inline, often on the reading goroutine, and must not block.
type Observer interface {
	// Routed: an event is about to begin a turn under sessionKey.
	Routed(sessionKey string, e *wire.Event)
	// Called: a call of the agent's ended.
	Called(c Call)
	// Interrupted: an interrupt arrived; active says a turn of that session ran (INT-2, INT-3).
	Interrupted(sessionKey, chatID string, active bool)
	// StateChanged: see State. err says why, nil when it was meant.
	StateChanged(s State, err error)
}

// Activity counts work that no socket shows: a turn that runs, a call whose
// result has arrived, a dial. Begin and End balance. Whoever wakes a waiting
// goroutine begins on its behalf before waking it, so the count never touches
// zero while there is something left to do. A goroutine that waits for the
// peer or for the clock has ended its own.
type Activity interface {
	Begin()
	End()
}

// Call is one call of the agent's that has ended.
type Call struct {
	Action   wire.Action // for an interrupt, Op is "interrupt"
	Result   wire.Result
	CalledAt time.Time
}

// State is where the gateway stands with its connector.
type State int

// The states. A new Gateway is Disconnected.
const (
	Disconnected State = iota // no socket; Run may be dialling or waiting to
	Connected                 // the handshake is done
	Disabled                  // revoked: final, not retryable (REV-1)
)

func (s State) String() string {
	return [...]string{"disconnected", "connected", "disabled"}[s]
}
