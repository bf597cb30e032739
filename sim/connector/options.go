package connector

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/coder/quartz"

	"github.com/relaysim/relaysim/sim/connector/buffer"
	"github.com/relaysim/relaysim/sim/connector/bus"
	"github.com/relaysim/relaysim/sim/connector/state"
	"github.com/relaysim/relaysim/sim/trace"
)

// Options configures a Connector. The zero value is a connector that fronts
// Discord, has one tenant that owns everything, and refuses every upgrade
// because it knows no gateway. New copies what it needs.
type Options struct {
	// Platforms are the identities it fronts. Empty means discord.
	Platforms []Platform
	// Tenants own scopes and authors. Empty means one tenant, DefaultTenant,
	// that owns everything.
	Tenants []Tenant
	// Gateways are the records an upgrade is checked against (AUTH-4).
	Gateways []Gateway

	// OpenAuth accepts an upgrade without a token as the first gateway
	// (development). A bad token is refused all the same.
	OpenAuth bool
	// ManualHandshake leaves every hello unanswered; WriteFrame answers it.
	ManualHandshake bool
	// ManualResults leaves every outbound request unanswered.
	ManualResults bool
	// Fail refuses requests by their op, with this error text.
	Fail map[string]string
	// Chats is what get_chat_info answers, by chat id. An unlisted chat has the
	// contract's defaults (OUT-3).
	Chats map[string]ChatInfo

	// PeerHeader is the request header that names a socket in the trace and
	// for every argument called to. Empty means none: then a socket has the
	// name of its gateway. It grants nothing, but it is not for strangers.
	PeerHeader string

	// MaxMessage bounds one WebSocket message, one line and one body at the
	// edge, in bytes. Zero means 1 MiB (FR-8).
	MaxMessage int
	// MaxSockets bounds the open sockets. Zero means 1024; an upgrade beyond it
	// gets HTTP 503.
	MaxSockets int
	// WriteTimeout bounds one write to a gateway, in real time; a gateway that
	// does not take what it is sent is cut off. Zero means 5 s.
	WriteTimeout time.Duration
	// HelloTimeout bounds the time from the upgrade to the first hello, in real
	// time. Zero means 30 s.
	HelloTimeout time.Duration

	// WakeCoolDown is the least time between two pokes of an instance (WAKE-2).
	// Zero means 30 s.
	WakeCoolDown time.Duration
	// WakeTimeout bounds one poke, in real time. Zero means 5 s.
	WakeTimeout time.Duration
	// WakeClient pokes. Its transport says what a wake URL can reach. Nil means
	// http.DefaultClient's.
	WakeClient *http.Client

	// Buffers keeps what waits for instances that are away or going idle (IDLE-3).
	// Nil keeps it in memory.
	Buffers buffer.Buffers
	// State, Bus and World are, beside Buffers, what several instances of one
	// connector have in common (BUS-1), and what one that stopped has left to the
	// next. Nil is one's own in memory; a nil Bus means that there are no others.
	State state.State
	Bus   bus.Bus
	World *World

	// Clock is the only source of contract time: expiry of tokens and
	// capabilities, typing. Nil means the real clock.
	Clock quartz.Clock
	// NewID makes message and thread ids. Nil counts: out-1, out-2, …. It is
	// called from any goroutine.
	NewID func() string
	// Trace takes what happens. Nil keeps nothing.
	Trace Trace
	// Watch is told what users see change. It is called inline and must not
	// block, nor call the connector. Nil: nobody watches.
	Watch func(Shown)
	// Activity is told when the connector is at work. Nil means nobody is.
	Activity Activity
	// Logger takes what the connector skips, drops and survives; never a
	// secret. Nil discards.
	Logger *slog.Logger
}

// Trace is where the connector writes what happens: a trace.Log, or something
// that forgets. Any goroutine calls it. It keeps o and its bytes.
type Trace interface {
	Add(o *trace.Observation)
}

// Activity counts goroutines at work. Begin and End balance. The goroutine that
// reads a socket counts all the while: whoever counts the sockets knows when it
// is parked in Read.
type Activity interface {
	Begin()
	End()
}

// DefaultTenant is the tenant of Options without Tenants.
const DefaultTenant = "default"

// Platform is one identity of the connector.
type Platform struct {
	// Name chooses the preset: discord, telegram, slack, whatsapp, signal or
	// matrix; any other name gets the contract's defaults.
	Name string
	// BotID is the bot's id. Empty means the name followed by -bot.
	BotID string
	// Descriptor overrides fields of the preset; a nil value removes one.
	Descriptor map[string]any
}

// Tenant is a customer: the owner of scopes and of authors (SC-4).
type Tenant struct {
	ID     string
	Scopes []string // guilds, workspaces, servers
	Users  []string // authors bound to it
}

// Gateway is the stored record of one gateway.
type Gateway struct {
	// ID is the payload of its tokens (AUTH-2).
	ID string
	// Name is its name in the trace and for arguments called to. Empty means ID.
	Name string
	// Tenant it belongs to. Empty means the only tenant.
	Tenant string
	// Instance it is. Empty means ID.
	Instance string
	// Secrets accepted, primary first (AUTH-3).
	Secrets []string
	// Users are the authors bound to its instance. Where a tenant has any, what an
	// author writes reaches only the instance it is bound to (GATE-1).
	Users []string
	// Policy says what of that it gets (GATE-2).
	Policy Policy
	// SharedGroups says that it keeps one session for all users of a group, so
	// that capabilities are bound under the key it will compute (SK-4, DI-6).
	SharedGroups bool
	// Buffered says that it acknowledges what was buffered, as gateways do since
	// r8: what comes while it is away waits for it (IDLE-3). What comes for any
	// other is dropped while it is away. A gateway that says going_idle is taken
	// for one that does.
	Buffered bool
	// WakeURL is poked when something waits for it after it has said going_idle
	// (WAKE-1). Empty means that nothing is.
	WakeURL string
}

// ChatInfo is what the connector knows of a chat.
type ChatInfo struct{ Name, Type string }
