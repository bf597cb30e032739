// Package recording is the file format of a trace: JSON Lines, append-only, and
// valid after every line. It turns observations into bytes on disk and back. It
// knows no player and no sockets, and it never decodes a frame: the bytes that
// crossed are spliced in as they were. Start with Writer and Reader.
//
// A recording begins with a header line, has one line for each observation in
// the order of seq, and ends with an end line. Secrets are cut before the
// Writer sees them; it writes what it is given.
package recording

import (
	"encoding/json"
	"fmt"

	"github.com/relaysim/relaysim/sim/trace"
)

// Version is the version of the format that is written, and the newest one that
// is read.
const Version = 1

// MaxLine bounds one line of a recording, in bytes. A line holds one WebSocket
// message, which escaping can make six times as long.
const MaxLine = 16 << 20

// The kinds of line that are no observation.
const (
	kindHeader = "header"
	kindEnd    = "end"
)

// Header is what a recording says of itself. Version is filled in by the
// Writer; every other field may be empty.
type Header struct {
	Version         int     `json:"recording"`
	Title           string  `json:"title,omitempty"`
	About           string  `json:"about,omitempty"`
	Gateway         string  `json:"gateway,omitempty"`
	Connector       string  `json:"connector,omitempty"`
	ContractVersion int     `json:"contract_version,omitempty"`
	Revision        string  `json:"revision,omitempty"` // of the contract, such as 2026-08
	Config          *Config `json:"config,omitempty"`
}

// Config is how the recorded gateway was set up. A nil or zero field was not
// written down.
type Config struct {
	// Identities are pairs of platform and bot id, the default first (MP-1).
	Identities []Identity `json:"identities,omitempty"`
	// Timeouts are in seconds, of one outbound request (OUT-4) and of the
	// handshake (DIAL-4).
	OutboundTimeout float64 `json:"outbound_timeout_s,omitempty"`
	ConnectTimeout  float64 `json:"connect_timeout_s,omitempty"`
	// Reconnect says whether it dialled again, and Backoff after how many
	// seconds for the first time (RC-1).
	Reconnect *bool   `json:"reconnect,omitempty"`
	Backoff   float64 `json:"reconnect_backoff_s,omitempty"`
	// TypingIndicator says whether it sent typing during a turn (OUT-11).
	TypingIndicator *bool `json:"typing_indicator,omitempty"`
	// MaxMessage bounds one message it took, in bytes (FR-8).
	MaxMessage int `json:"max_message,omitempty"`
	// Sessions says how it formed session keys.
	Sessions *Sessions `json:"sessions,omitempty"`
	// Gateways are the configurations of several gateways, by the peer that names
	// them in the lines. Then no other field is set.
	Gateways map[string]*Config `json:"gateways,omitempty"`
	// AdapterExtra is further configuration of the recorded gateway, as it is.
	AdapterExtra json.RawMessage `json:"adapter_extra,omitempty"`
}

// Sessions is how session keys were formed (SK-4, SK-5). A field that is nil was
// not written down.
type Sessions struct {
	GroupPerUser  *bool               `json:"group_sessions_per_user,omitempty"`
	ThreadPerUser *bool               `json:"thread_sessions_per_user,omitempty"`
	Aliases       map[string][]string `json:"whatsapp_aliases,omitempty"`
}

// Identity is a platform and the bot id the gateway has there.
type Identity [2]string

// Line is one line of a recording: a header, an observation or the end.
// Exactly one of Header and Observation is set, or Ended is true.
type Line struct {
	Number      int // in the file, from 1
	Header      *Header
	Observation *trace.Observation
	Ended       bool
	Cut         bool // with Ended: the session goes on beyond it
}

// Problem is something about one line of a recording. As an error it ends the
// reading; as a warning it does not.
type Problem struct {
	File string
	Line int    // from 1
	Text string // what, and what to do
	Err  error  // what the underlying reader returned; nil for every other problem
}

func (p *Problem) Error() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text) }

// Unwrap returns Err.
func (p *Problem) Unwrap() error { return p.Err }
