package gateway

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
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
	// A revision without many platforms on one socket uses the first only.
	Identities []wire.Identity
	// GatewayID and Secret authenticate the upgrade (AUTH-1). Without both the
	// upgrade carries no token.
	GatewayID, Secret string
	// Agent handles the events.
	Agent Agent
	// Sessions says how session keys are formed (SK-4).
	Sessions session.KeyOptions
	// Store keeps the sessions (SES). Nil means one in memory with the default
	// policy. Run opens and closes it, so no other gateway may have it.
	Store *session.Store
	// Commands is declared on Discord's hello since r8 (MP-5).
	Commands []wire.Command

	// HandshakeTimeout bounds upgrade to descriptor, in gateway clock time.
	// Zero means 30 s (DIAL-4).
	HandshakeTimeout time.Duration
	// RequestTimeout bounds one outbound request, in gateway clock time. Zero
	// means 30 s (OUT-4).
	RequestTimeout time.Duration
	// MaxMessage bounds one WebSocket message and one line, in bytes. Zero
	// means 1 MiB (FR-8).
	MaxMessage int
	// BackOff is the first wait before dialling again, doubled up to 30 s, in
	// gateway clock time. Zero means 1 s (RC-1).
	BackOff time.Duration
	// NoReconnect ends Run with the socket, as r6 always does (RC).
	NoReconnect bool
	// Woken is asked once a second, in gateway clock time, while the gateway is
	// dormant, and makes it dial when it says so (IDLE-7): nobody can knock at a
	// gateway that opens no port, so what wakes its host, such as a request to its
	// wake URL, has to be found out. It is called by Run's goroutine. Nil always
	// says so, for a host that freezes the process while it sleeps: that it asks
	// is the wake.
	Woken func() bool
	// NoTyping sends no typing of its own during a turn (OUT-11).
	NoTyping bool

	// Clock is the only source of contract time. Nil means the real clock.
	Clock quartz.Clock
	// NewID makes request ids, unique per connection (OUT-1). Nil means 128
	// random bits. It is called from any goroutine.
	NewID func() string
	// HTTPClient dials. Nil means http.DefaultClient. It follows no redirect,
	// so that the token goes to no other place.
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
	// Routed: an event is about to begin a turn. t's exported fields are set; it
	// makes no calls yet.
	Routed(t *Turn)
	// Interrupted: an interrupt arrived; active says a turn of that session ran
	// (INT-2, INT-3). It is called after Turn.Interrupted is closed.
	Interrupted(sessionKey, chatID string, active bool)
	// StateChanged: see State. err says why, nil when it was meant. A dial that
	// failed is told as Disconnected with its error, each time.
	StateChanged(s State, err error)
	// SessionsSetAside: the sessions of the life before could not be read, and the
	// gateway begins without them (SES-7).
	SessionsSetAside(err *session.SetAsideError)
}

// Activity counts goroutines at work that no socket shows. Begin and End
// balance: a goroutine ends its own before it waits for the peer or for the
// clock, and whoever wakes it begins on its behalf first, so the count never
// touches zero while there is something left to do. With an Activity, the
// goroutine that calls Run, Do, Disconnect, GoIdle or GoDormant must be one that
// has begun, and still is when they return; a turn's goroutine is one. The goroutine that
// reads the socket counts as at work while it is parked in Read: only the
// net.Conn below can take that back.
type Activity interface {
	Begin()
	End()
}

// unobserved is the Activity of nobody.
type unobserved struct{}

func (unobserved) Begin() {}
func (unobserved) End()   {}

// State is where the gateway stands with its connector.
type State int

// The states. A new Gateway is Disconnected.
const (
	Disconnected State = iota // no socket; Run may be dialling or waiting to
	Connected                 // the handshake is done
	Disabled                  // revoked: final, not retryable (REV-1)
	Dormant                   // no socket on purpose, until it is woken (IDLE-7)
)

func (s State) String() string {
	return [...]string{"disconnected", "connected", "disabled", "dormant"}[s]
}

const (
	defaultTimeout    = 30 * time.Second // DIAL-4, OUT-4
	defaultMaxMessage = 1 << 20          // bytes (FR-8)
)

// fill checks the options and puts the defaults in.
func (o *Options) fill() error {
	if o.Revision == nil {
		o.Revision = wire.R8
	}
	switch {
	case o.Agent == nil:
		return errors.New("no Agent given")
	case len(o.Identities) == 0:
		return errors.New("no Identities given")
	case o.MaxMessage < 0 || o.HandshakeTimeout < 0 || o.RequestTimeout < 0 || o.BackOff < 0:
		return errors.New("a bound is negative")
	}
	for i, id := range o.Identities {
		if id.Platform == "" {
			return fmt.Errorf("identity %d has no platform", i)
		}
	}
	o.Identities = slices.Clone(o.Identities)
	if !o.Revision.ManyIdentities {
		o.Identities = o.Identities[:1]
	}
	setDefault(&o.HandshakeTimeout, defaultTimeout)
	setDefault(&o.RequestTimeout, defaultTimeout)
	setDefault(&o.BackOff, firstBackOff)
	setDefault(&o.MaxMessage, defaultMaxMessage)
	setDefault(&o.HTTPClient, http.DefaultClient)
	if o.Clock == nil {
		o.Clock = quartz.NewReal()
	}
	if o.NewID == nil {
		o.NewID = randomID
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Activity == nil {
		o.Activity = unobserved{}
	}
	if o.Store == nil {
		var err error
		if o.Store, err = session.NewStore(session.Options{Clock: o.Clock}); err != nil {
			return err
		}
	}
	return nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func randomID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
