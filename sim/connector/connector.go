// Package connector is the fake connector: the far side of the relay as a
// gateway knows it. It accepts upgrades at /relay, answers hellos and requests,
// keeps capabilities in a vault, takes Discord interactions and Twilio webhooks
// at its edge, and models the chats so that one can ask what a user would see.
//
// It serves every revision of the contract at once, writing the scope under
// both keys (IN-4). It decodes frames and computes session keys on its own and
// shares no code with the gateway but the check of upgrade tokens, so that a
// wrong key or field in one half shows in the other. It knows nothing of
// scenarios, YAML or the player.
//
// Start reading at ServeHTTP.
package connector

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
)

// A Connector is an http.Handler. Its methods may be called from any goroutine.
type Connector struct{}

// ErrDropped is wrapped by what Deliver and Interrupt return when nothing was
// sent because nobody may have it. The trace has a note that says why.
var ErrDropped = errors.New("dropped")

// New returns a connector that serves until Close.
func New(o Options) *Connector { return &Connector{} }

// ServeHTTP serves /relay, the edge, and 400 for anything else (DIAL-2).
func (c *Connector) ServeHTTP(w http.ResponseWriter, r *http.Request) {}

// Close closes every socket and waits until no goroutine of the connector is left.
func (c *Connector) Close() {}

// Delivery is one inbound event on its way to a gateway.
type Delivery struct {
	// To is the gateway meant, among those of the owning tenant. Empty lets the
	// connector choose.
	To string
	// Event is the event as a JSON object. It is not changed; the scope of its
	// source is written under both keys (IN-4).
	Event map[string]any
	// BufferID marks it as a buffered delivery. Empty means it is not.
	BufferID string
}

// Deliver routes an event to an instance of the tenant that owns its scope,
// else its author.
func (c *Connector) Deliver(d Delivery) error { return nil }

// Forward writes a passthrough_forward frame with this JSON text as its forward.
func (c *Connector) Forward(to string, forward json.RawMessage) error { return nil }

// Interrupt interrupts a session (INT-2).
func (c *Connector) Interrupt(to, sessionKey, chatID string) error { return nil }

// WriteFrame writes one line as one message, as it is; the newline is added.
func (c *Connector) WriteFrame(to string, line []byte) error { return nil }

// WriteRaw writes messages as they are.
func (c *Connector) WriteRaw(to string, messages [][]byte, binary bool) error { return nil }

// CloseConn closes a socket with a code and a reason.
func (c *Connector) CloseConn(to string, code int, reason string) error { return nil }

// Drop cuts a socket without a close frame.
func (c *Connector) Drop(to string) error { return nil }

// Revoke deprovisions a gateway: its bindings are dropped, its secrets refused,
// its sockets closed 4401 (REV-3).
func (c *Connector) Revoke(gatewayID string) error { return nil }

// RotateSecrets sets the accepted secrets of a gateway, primary first (AUTH-3).
func (c *Connector) RotateSecrets(gatewayID string, secrets []string) error { return nil }

// RefuseUpgrades answers upgrades with an HTTP status; 0 accepts again.
func (c *Connector) RefuseUpgrades(status int) {}

// SetManualHandshake changes Options.ManualHandshake.
func (c *Connector) SetManualHandshake(manual bool) {}

// SetManualResults changes Options.ManualResults.
func (c *Connector) SetManualResults(manual bool) {}

// SetDescriptor overrides descriptor fields from the next handshake on; a nil
// value removes a field. An empty platform means the first.
func (c *Connector) SetDescriptor(platform string, overrides map[string]any) error { return nil }

// ChatView is what a user sees in a channel.
type ChatView struct {
	Channel  string        `json:"channel"`
	Messages []MessageView `json:"messages"` // oldest first
	Typing   bool          `json:"typing"`
}

// MessageView is one message of a ChatView.
type MessageView struct {
	ID        string   `json:"id"`
	From      string   `json:"from"` // bot or a user id
	Text      string   `json:"text"`
	Edited    bool     `json:"edited"`
	ReplyTo   string   `json:"reply_to,omitempty"`
	ThreadID  string   `json:"thread_id,omitempty"`
	MediaURL  string   `json:"media_url,omitempty"`
	Reactions []string `json:"reactions,omitempty"`
}

// Chat returns what a user sees in a channel now.
func (c *Connector) Chat(channel string) ChatView { return ChatView{Channel: channel} }

// Secrets returns every vault value and credential the connector knows, so that
// a law can see that none crossed (FU-4).
func (c *Connector) Secrets() []string { return nil }

// SignInteraction signs as Discord does for this bot: hex ed25519 over the
// timestamp (unix seconds) followed by the body.
func (c *Connector) SignInteraction(botID, timestamp string, body []byte) string { return "" }

// SignTwilio signs as Twilio does for this bot: base64 HMAC-SHA1 over the URL
// posted to, followed by the sorted parameters.
func (c *Connector) SignTwilio(botID, url string, params url.Values) string { return "" }
