// Package scenario turns YAML into a Scenario in which every value knows its
// place, and the same tables into a JSON Schema. It imports match for the
// patterns it keeps; it has no behaviour and knows no sockets and no player.
//
// The struct tags of this file are the one table of the language: the loader,
// the suggestions for misspelt fields and the schema are all read from them.
//
//	yaml  the field's name; inline: its fields stand among the others
//	doc   what it means, for the schema
//	need  it must be given
//	enum  the values it or its elements may have
//	keys  the keys its map may have
//	with  it stands only beside one of these fields, or of any where it is *
//	as    written: text without ${}; value: a tree without operators
//	key   where a map is meant, this field's value may be written alone, as a
//	      scalar, a list or true; lone: one element may be written without its list
//	one   on the blank field: exactly one of these is given; * is all without with
package scenario

import (
	"fmt"
	"time"
)

// Pos is a place in a file. Lines and columns start at 1; columns count
// characters. The zero Pos is no place.
type Pos struct {
	File      string
	Line, Col int
}

func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Col == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Pattern is a tree for match with the place it was written at.
type Pattern struct {
	Set   bool
	Value any // map[string]any, []any, string, json.Number, bool or nil
	Pos   Pos
}

// Scenario is one file. It runs once for each of its revisions.
type Scenario struct {
	Pos Pos `yaml:"-"`

	Name      string             `yaml:"name" need:"true" as:"written" doc:"What is shown, as a sentence."`
	About     string             `yaml:"about" as:"written" doc:"Why it matters, for the reader."`
	Covers    []string           `yaml:"covers" as:"written" doc:"Rule ids of the contract that this scenario asserts."`
	Tags      []string           `yaml:"tags" as:"written" doc:"Words for --tags."`
	Revisions []string           `yaml:"revisions" enum:"2026-06|2026-08" doc:"The revisions it holds in. Default: all."`
	Strict    string             `yaml:"strict" enum:"default|all" doc:"all: typing must be expected too."`
	Vars      map[string]any     `yaml:"vars" doc:"Values for ${name}."`
	Connector Connector          `yaml:"connector" doc:"The fake connector's side."`
	Gateway   *Gateway           `yaml:"gateway" doc:"The one gateway. Default: one that fronts every platform of the connector."`
	Gateways  map[string]Gateway `yaml:"gateways" doc:"Several gateways by name, in place of gateway."`
	Agent     []Rule             `yaml:"agent" doc:"What the agent does; the first rule that matches an event."`
	Steps     []Step             `yaml:"steps" need:"true" doc:"What happens and what is expected, in order."`

	// AnyOrder lets expectations match in any order. Recordings have it: two
	// lanes of a session that race were written down in one of their orders.
	AnyOrder bool `yaml:"-"`
	// CoversAt is where each entry of Covers stands.
	CoversAt []Pos `yaml:"-"`
	// Recorded marks a compiled recording, whose problems are those of its lines.
	Recorded bool `yaml:"-"`
}

// Connector configures the fake connector.
type Connector struct {
	Platforms map[string]Platform   `yaml:"platforms" doc:"The platforms it fronts, by name. Default: discord."`
	Tenants   map[string]Tenant     `yaml:"tenants" doc:"Who owns which scopes and users. Default: one tenant, default, that owns everything."`
	Secrets   map[string][]string   `yaml:"secrets" doc:"Accepted secrets by gateway id, primary first (AUTH-3). Default: the gateway's own."`
	Auth      string                `yaml:"auth" enum:"required|open" doc:"open: an upgrade without a token is accepted as development. Default: required."`
	Handshake string                `yaml:"handshake" enum:"auto|manual" doc:"manual: a hello is not answered; a frame step does it."`
	Results   string                `yaml:"results" enum:"auto|manual" doc:"manual: outbound requests are not answered; frame steps do it."`
	Fail      map[string]string     `yaml:"fail" keys:"send|edit|typing|follow_up|get_chat_info|react|thread_create|thread_rename|send_media|prompt" doc:"Ops to refuse, with the error text to answer."`
	Chats     map[string]ChatConfig `yaml:"chats" doc:"What get_chat_info answers, by chat id."`
}

// ChatConfig is what the connector knows of a chat.
type ChatConfig struct {
	Name string `yaml:"name" doc:"Default: the chat id."`
	Type string `yaml:"type" doc:"Such as dm, group or channel."`
}

// Platform is one identity of the connector: a preset by the platform's name,
// any descriptor field of which may be overridden.
type Platform struct {
	BotID      string         `yaml:"bot_id" doc:"Default: the platform's name followed by -bot."`
	Descriptor map[string]any `yaml:"descriptor" doc:"Descriptor fields that differ from the preset; null removes one."`
}

// Tenant is a customer of the connector.
type Tenant struct {
	Scopes []string `yaml:"scopes" doc:"Guilds, workspaces or servers it owns."`
	Users  []string `yaml:"users" doc:"Authors bound to it (SC-4)."`
}

// Gateway configures the gateway under test.
type Gateway struct {
	ID               string            `yaml:"id" doc:"Gateway id. Default: gw-1, or gw- and its name."`
	Secret           string            `yaml:"secret" doc:"Per-gateway secret. Default: one made for the run."`
	NoAuth           bool              `yaml:"no_auth" doc:"Dial without a token (AUTH-1)."`
	Tenant           string            `yaml:"tenant" doc:"Default: the only tenant."`
	Instance         string            `yaml:"instance" doc:"Default: its id."`
	Platforms        []string          `yaml:"platforms" doc:"The platforms it fronts, in order. Default: all of the connector's."`
	BotIDs           map[string]string `yaml:"bot_ids" doc:"Bot ids it says in hello, where they differ from the connector's."`
	Commands         []any             `yaml:"commands" doc:"The command manifest it declares (MP-5)."`
	Sessions         SessionOptions    `yaml:"sessions" doc:"How session keys are formed (SK-4)."`
	Typing           *bool             `yaml:"typing" doc:"Typing during a turn (OUT-11). Default: true."`
	Connect          *bool             `yaml:"connect" doc:"false: it does not dial before a step says so. Default: true."`
	Reconnect        *bool             `yaml:"reconnect" doc:"false: it does not re-dial (RC). Default: true."`
	HandshakeTimeout Duration          `yaml:"handshake_timeout" doc:"Default 30s."`
	RequestTimeout   Duration          `yaml:"request_timeout" doc:"Default 30s."`
	MaxMessage       int               `yaml:"max_message" doc:"Bytes; default 1048576 (FR-8)."`
}

// SessionOptions mirrors the reference's names.
type SessionOptions struct {
	GroupPerUser  *bool               `yaml:"group_sessions_per_user" doc:"Default true."`
	ThreadPerUser *bool               `yaml:"thread_sessions_per_user" doc:"Default false."`
	Aliases       map[string][]string `yaml:"whatsapp_aliases" doc:"Ids that name the same WhatsApp user (SK-5)."`
}

// Duration is written as 500ms, 2s, 1m30s.
type Duration = time.Duration

// Rule is what the agent does with an event.
type Rule struct {
	Pos  Pos     `yaml:"-"`
	When *Routed `yaml:"when" doc:"The event it is for. Default: every event."`
	Once bool    `yaml:"once" doc:"Use the rule one time only."`
	Do   []Act   `yaml:"do" need:"true" doc:"What it does, in order."`
}

// Act is one thing the agent does; exactly one field is set. Ops default their
// chat or session to the turn's. ${text}, ${session}, ${user}, ${user_name},
// ${chat}, ${message_id}, ${context} and ${quoted} are of the turn's event;
// ${last.message_id} and ${last.error} are of the last call's result.
type Act struct {
	_   struct{} `one:"*"`
	Pos Pos      `yaml:"-"`
	// HasRefs marks what Resolve must look at. Load sets it; nothing is replaced
	// in an act made otherwise.
	HasRefs bool `yaml:"-"`

	Reply       *string `yaml:"reply" doc:"End the turn with this reply."`
	Fail        string  `yaml:"fail" doc:"End the turn with this error (TURN-5)."`
	Wait        string  `yaml:"wait" doc:"Wait for a signal step of this name."`
	OnInterrupt *string `yaml:"on_interrupt" with:"wait" doc:"Beside wait: an interrupt ends the wait and the turn, with this reply. Without it an interrupt is not noticed."`
	Call        `yaml:",inline"`
}

// Call is one call of the agent's; exactly one field is set.
type Call struct {
	_            struct{} `one:"*"`
	Send         *Args    `yaml:"send" doc:"Send a message (OUT-2)."`
	Edit         *Args    `yaml:"edit" doc:"Edit a message (OUT-2)."`
	Typing       *Args    `yaml:"typing" doc:"Show as typing (OUT-2)."`
	FollowUp     *Args    `yaml:"follow_up" doc:"Answer through a capability of the connector (FU-1)."`
	Interrupt    *Args    `yaml:"interrupt" doc:"Tell the connector to interrupt a session (INT-1)."`
	GetChatInfo  *Args    `yaml:"get_chat_info" doc:"Ask for a chat (OUT-3)."`
	React        *Args    `yaml:"react" doc:"React to a message (RX-1)."`
	ThreadCreate *Args    `yaml:"thread_create" doc:"Open a thread (TH-1)."`
	ThreadRename *Args    `yaml:"thread_rename" doc:"Rename a thread (TH-2)."`
	SendMedia    *Args    `yaml:"send_media" doc:"Send media (MED-1)."`
	Prompt       *Args    `yaml:"prompt" doc:"Ask with buttons (PRM-1)."`
}

// Args are the arguments of a call, by the contract's names. chat and session
// may be written for chat_id and session_key.
type Args struct {
	Chat      string         `yaml:"chat" doc:"Chat id."`
	Session   string         `yaml:"session" doc:"Session key."`
	Content   *string        `yaml:"content" doc:"The text."`
	MessageID string         `yaml:"message_id" doc:"The message meant."`
	ReplyTo   string         `yaml:"reply_to" doc:"The message answered."`
	Kind      string         `yaml:"kind" doc:"Capability kind, such as discord.interaction_token."`
	Reason    string         `yaml:"reason" doc:"Why, for interrupt."`
	Emoji     string         `yaml:"emoji" doc:"The reaction."`
	Remove    bool           `yaml:"remove" doc:"Take the reaction away."`
	Name      string         `yaml:"thread_name" doc:"The thread's name."`
	Platform  string         `yaml:"platform" doc:"Send for this platform, whatever the chat's."`
	Metadata  map[string]any `yaml:"metadata" doc:"Metadata as the caller sets it (SC-5)."`
	Extra     map[string]any `yaml:"extra" doc:"Further fields of the action, as they are."`
}

// Step is one step: exactly one stimulus or expect, and its modifiers.
type Step struct {
	_   struct{} `one:"*"`
	Pos Pos      `yaml:"-"`
	// HasRefs marks what Resolve must look at. Load sets it; nothing is replaced
	// in a step made otherwise.
	HasRefs bool `yaml:"-"`

	To     string   `yaml:"to" with:"inbound|interaction|webhook|passthrough|interrupt|frame|raw|agent|gateway|connector" doc:"The gateway or dialled socket meant. Default: the only one."`
	From   string   `yaml:"from" with:"frame|raw" doc:"For frame and raw: connector (default) or the name of a dialled socket."`
	Within Duration `yaml:"within" with:"expect" doc:"For expect: virtual time to let pass until it holds."`

	Inbound     *Inbound      `yaml:"inbound" doc:"A user writes: the connector routes an event."`
	Interaction *Interaction  `yaml:"interaction" doc:"Discord posts an interaction to the connector's edge, signed."`
	Webhook     *Webhook      `yaml:"webhook" doc:"Twilio posts a message to the connector's edge, signed."`
	Passthrough *Pattern      `yaml:"passthrough" as:"value" doc:"A passthrough_forward frame with this forward, as it is."`
	Interrupt   *Interrupt    `yaml:"interrupt" doc:"The connector interrupts a session (INT-2)."`
	Frame       *Pattern      `yaml:"frame" as:"value" doc:"Any object as one frame, as it is."`
	Raw         *Raw          `yaml:"raw" doc:"Any bytes, in any number of messages."`
	Agent       *Call         `yaml:"agent" doc:"A call outside a turn."`
	Gateway     string        `yaml:"gateway" enum:"connect|disconnect|kill|start" doc:"The gateway's life."`
	Connector   *Control      `yaml:"connector" doc:"The connector's side of the socket."`
	Dial        *Dial         `yaml:"dial" doc:"A socket opened by hand, to play a gateway frame by frame."`
	Signal      string        `yaml:"signal" doc:"Release the agents that wait for this."`
	Advance     Duration      `yaml:"advance" doc:"Let virtual time pass."`
	Repeat      *Repeat       `yaml:"repeat" doc:"Steps, several times; ${i} counts from 1."`
	Expect      []Expectation `yaml:"expect" key:"lone" doc:"What must have happened; a list holds in any order."`
}

// Inbound is an event as a platform's user causes it.
type Inbound struct {
	Text        string         `yaml:"text" doc:"What the user writes."`
	Type        string         `yaml:"type" doc:"message_type. Default: text."`
	MessageID   *string        `yaml:"message_id" doc:"Default: made for the run."`
	Platform    string         `yaml:"platform" doc:"Default: the connector's first."`
	Channel     string         `yaml:"channel" doc:"chat_id. Default: C1."`
	ChatType    string         `yaml:"chat_type" doc:"Default: group with a guild, else dm."`
	ChatName    string         `yaml:"chat_name" doc:"The chat's name."`
	Guild       string         `yaml:"guild" doc:"Scope: guild, workspace or server."`
	User        *User          `yaml:"user" doc:"Default: U1, ann."`
	Thread      string         `yaml:"thread" doc:"thread_id."`
	Parent      string         `yaml:"parent" doc:"parent_chat_id."`
	Topic       string         `yaml:"topic" doc:"chat_topic."`
	Profile     string         `yaml:"profile" doc:"Names the key namespace (IN-8)."`
	Prospective string         `yaml:"prospective_thread" doc:"prospective_thread_id (SK-7)."`
	ReplyToID   string         `yaml:"reply_to_message_id" doc:"The message answered."`
	ReplyTo     map[string]any `yaml:"reply_to" doc:"text, author, is_own (IN-7)."`
	Media       []string       `yaml:"media_urls" doc:"Where its media are."`
	Context     []any          `yaml:"context" doc:"Surrounding messages, oldest first (CTX-1)."`
	BufferID    string         `yaml:"buffer_id" doc:"Deliver as a buffered entry."`
	Event       map[string]any `yaml:"event" doc:"Further fields of the event, as they are."`
	Source      map[string]any `yaml:"source" doc:"Further fields of the source, as they are."`
}

// User is a platform's user.
type User struct {
	ID          string `yaml:"id" doc:"user_id"`
	Name        string `yaml:"name" doc:"user_name"`
	DisplayName string `yaml:"display_name" doc:"user_display_name (IN-6)"`
	Handle      string `yaml:"handle" doc:"user_handle (IN-6)"`
	Alt         string `yaml:"alt" doc:"user_id_alt"`
}

// Interaction is a Discord interaction at the connector's edge; one of Command,
// Component, Modal, Autocomplete and Ping, or a whole Body.
type Interaction struct {
	_ struct{} `one:"command|component|modal|autocomplete|ping|body"`

	Command      string         `yaml:"command" doc:"Slash command (type 2)."`
	Options      []any          `yaml:"options" with:"command|autocomplete" doc:"Its options, as Discord has them."`
	Component    string         `yaml:"component" doc:"custom_id of a pressed component (type 3)."`
	Modal        string         `yaml:"modal" doc:"custom_id of a submitted modal (type 5)."`
	Autocomplete string         `yaml:"autocomplete" doc:"Command being completed (type 4)."`
	Ping         bool           `yaml:"ping" doc:"Discord's own check (type 1)."`
	ID           string         `yaml:"id" with:"command|component|modal|autocomplete|ping" doc:"Default: made for the run."`
	Token        string         `yaml:"token" with:"command|component|modal|autocomplete|ping" doc:"The secret the connector strips. Default: made for the run."`
	Guild        string         `yaml:"guild" with:"command|component|modal|autocomplete" doc:"Guild id; without it a DM."`
	Channel      string         `yaml:"channel" with:"command|component|modal|autocomplete" doc:"Default: C1."`
	User         *User          `yaml:"user" with:"command|component|modal|autocomplete" doc:"Default: U1, ann."`
	Fields       map[string]any `yaml:"fields" with:"command|component|modal|autocomplete|ping" doc:"Further fields of the body, as they are."`
	Body         *string        `yaml:"body" doc:"The whole body, in place of all the others."`
	Signature    string         `yaml:"signature" enum:"good|bad|missing|stale" doc:"Default: good (SEC-1)."`
}

// Webhook is a Twilio webhook at the connector's edge.
type Webhook struct {
	Params    map[string]string `yaml:"params" doc:"Form fields, such as From, To, Body."`
	Signature string            `yaml:"signature" enum:"good|bad|missing" doc:"Default: good (SEC-1)."`
}

// Interrupt is an interrupt from the connector.
type Interrupt struct {
	Session string `yaml:"session" need:"true" doc:"Session key."`
	Chat    string `yaml:"chat" doc:"chat_id"`
}

// Raw is bytes, one element a WebSocket message.
type Raw struct {
	_ struct{} `one:"messages|base64"`

	Messages []string `yaml:"messages" key:"list" doc:"Text messages, as they are."`
	Base64   []string `yaml:"base64" doc:"Messages in base64, in place of messages."`
	Binary   bool     `yaml:"binary" doc:"Send them as binary messages."`
}

// Control is what the connector does to its socket or its records.
type Control struct {
	_ struct{} `one:"*"`

	Close      *CloseCode     `yaml:"close" doc:"Close the socket with a code."`
	Drop       bool           `yaml:"drop" doc:"Cut the socket without a close frame."`
	Revoke     bool           `yaml:"revoke" doc:"Deprovision the gateway: secret refused, socket closed 4401 (REV-3)."`
	Refuse     int            `yaml:"refuse" doc:"Answer the next upgrades with this HTTP status; 0 accepts again."`
	Rotate     []string       `yaml:"rotate" doc:"Accepted secrets from now on, primary first (AUTH-3)."`
	Results    string         `yaml:"results" enum:"auto|manual" doc:"Change how requests are answered."`
	Handshake  string         `yaml:"handshake" enum:"auto|manual" doc:"Change how hellos are answered."`
	Descriptor map[string]any `yaml:"descriptor" doc:"Descriptor fields from the next handshake on."`
}

// CloseCode is a close frame.
type CloseCode struct {
	Code   int    `yaml:"code" key:"scalar" need:"true" doc:"1000-1003, 1007-1014 or 3000-4999; 1005: a close frame without a code."`
	Reason string `yaml:"reason" doc:"At most 123 bytes."`
}

// Dial opens a socket by hand.
type Dial struct {
	As      string   `yaml:"as" need:"true" doc:"Its name, for from and to."`
	Path    string   `yaml:"path" doc:"Default: /relay."`
	Gateway string   `yaml:"gateway" doc:"The gateway whose credentials it uses. Default: the only one."`
	Token   *string  `yaml:"token" doc:"A bearer token as it is; empty: none. Default: a good one."`
	Secret  string   `yaml:"secret" doc:"Sign with this secret in place of the gateway's."`
	Expires Duration `yaml:"expires" doc:"The token's life, negative: already over. Default: 300s."`
	Forever bool     `yaml:"forever" doc:"A token that never expires (exp 0)."`
	Padded  bool     `yaml:"padded" doc:"With base64 padding (AUTH-3)."`
}

// Repeat is steps, several times.
type Repeat struct {
	Times int    `yaml:"times" need:"true" doc:"How often, at least once."`
	Steps []Step `yaml:"steps" need:"true" doc:"What is repeated."`
}
