package scenario

// Step is one step: exactly one stimulus or expect, and its modifiers.
type Step struct {
	_   struct{} `one:"*"`
	Pos Pos      `yaml:"-"`
	// HasRefs marks what Resolve must look at. Load sets it; nothing is replaced
	// in a step made otherwise.
	HasRefs bool `yaml:"-"`
	// Tell is set in steps of recordings only, in place of everything else but To.
	Tell *Telling `yaml:"-"`

	To     string   `yaml:"to" with:"inbound|passthrough|interrupt|frame|raw|agent|gateway|connector|store" doc:"The gateway or dialled socket meant. Default: the only one."`
	At     string   `yaml:"at" with:"inbound|interaction|webhook|passthrough|interrupt|connector|dial" doc:"The connector instance it happens at. Default: the one that holds the socket meant, else the first that runs."`
	From   string   `yaml:"from" with:"frame|raw" doc:"For frame and raw: connector (default) or the name of a dialled socket."`
	Within Duration `yaml:"within" with:"expect" doc:"For expect: virtual time to let pass until it holds."`

	Inbound     *Inbound      `yaml:"inbound" doc:"A user writes: the connector routes an event."`
	Interaction *Interaction  `yaml:"interaction" doc:"Discord posts an interaction to the connector's edge, signed."`
	Webhook     *Webhook      `yaml:"webhook" doc:"Twilio posts a message to the connector's edge, signed."`
	Passthrough *Pattern      `yaml:"passthrough" as:"value" doc:"A passthrough_forward frame with this forward, as it is."`
	Interrupt   *Interrupt    `yaml:"interrupt" doc:"The connector interrupts a session (INT-2)."`
	Frame       *Pattern      `yaml:"frame" as:"value" doc:"Any object as one frame, as it is."`
	Raw         *Raw          `yaml:"raw" doc:"Any bytes, in any number of messages."`
	Agent       *Call         `yaml:"agent" turn:"no" doc:"A call outside a turn."`
	Gateway     string        `yaml:"gateway" enum:"connect|disconnect|go_idle|go_dormant|wake|kill|start" doc:"The gateway's life. go_idle: it leaves and waits up to 10s for the ack; go_dormant: so, and dials again once something wakes its host: wake."`
	Connector   *Control      `yaml:"connector" doc:"The connector's side of the socket."`
	Dial        *Dial         `yaml:"dial" doc:"A socket opened by hand, to play a gateway frame by frame."`
	Store       *StoreFile    `yaml:"store" doc:"The sessions file of a gateway with store: disk, while it is stopped."`
	Signal      string        `yaml:"signal" doc:"Release the agents that wait for this."`
	Advance     Duration      `yaml:"advance" doc:"Let virtual time pass."`
	Repeat      *Repeat       `yaml:"repeat" doc:"Steps, several times; ${i} counts from 1."`
	Expect      []Expectation `yaml:"expect" key:"lone" doc:"What must have happened; a list holds in any order."`
}

// Inbound is an event as a platform's user causes it.
type Inbound struct {
	Text        string         `yaml:"text" main:"true" doc:"What the user writes."`
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
	ID          string `yaml:"id" main:"true" doc:"user_id"`
	Name        string `yaml:"name" doc:"user_name"`
	DisplayName string `yaml:"display_name" doc:"user_display_name (IN-6)"`
	Handle      string `yaml:"handle" doc:"user_handle (IN-6)"`
	Alt         string `yaml:"alt" doc:"user_id_alt"`
}

// Interaction is a Discord interaction at the connector's edge; one of Command,
// Component, Modal, Autocomplete and Ping, or a whole Body.
type Interaction struct {
	_ struct{} `one:"command|component|modal|autocomplete|ping|body"`

	Command      string         `yaml:"command" main:"true" doc:"Slash command (type 2)."`
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
	Session string `yaml:"session" main:"true" need:"true" doc:"Session key."`
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

	Close       *CloseCode     `yaml:"close" doc:"Close the socket with a code."`
	Drop        bool           `yaml:"drop" doc:"Cut the socket without a close frame."`
	Cut         *Cut           `yaml:"cut" doc:"Cut the socket on which a frame crosses, from now on, once."`
	Revoke      bool           `yaml:"revoke" doc:"Deprovision the gateway: secret refused, socket closed 4401 (REV-3)."`
	Deprovision bool           `yaml:"deprovision" doc:"Deprovision the gateway's instance: all its gateways are revoked, and what waits for it is dropped (REV-3)."`
	Kill        bool           `yaml:"kill" doc:"End the connector instance: its sockets are cut; what it keeps stays, for the others and for its next life."`
	Restart     bool           `yaml:"restart" doc:"The same, and it comes back at once. One that was killed comes back."`
	Instance    string         `yaml:"instance" doc:"The connector instance that new sockets are led to from now on. Default: the first that runs."`
	Refuse      int            `yaml:"refuse" doc:"Answer the next upgrades with this HTTP status, those of one gateway with to; 0 accepts again."`
	Rotate      []string       `yaml:"rotate" doc:"Accepted secrets from now on, primary first (AUTH-3)."`
	Results     string         `yaml:"results" enum:"auto|manual" doc:"Change how requests are answered."`
	Handshake   string         `yaml:"handshake" enum:"auto|manual" doc:"Change how hellos are answered."`
	Descriptor  map[string]any `yaml:"descriptor" doc:"Descriptor fields from the next handshake on."`
}

// CloseCode is a close frame.
type CloseCode struct {
	Code   int    `yaml:"code" key:"scalar" need:"true" doc:"1000-1003, 1007-1014 or 3000-4999; 1005: a close frame without a code."`
	Reason string `yaml:"reason" doc:"At most 123 bytes."`
}

// Cut is a frame at which a socket is cut.
type Cut struct {
	_ struct{} `one:"before|after"`

	Before string `yaml:"before" enum:"descriptor|inbound|outbound_result|interrupt_inbound|passthrough_forward|going_idle_ack|hello|outbound|interrupt|going_idle|inbound_ack" doc:"Its type; it does not cross any more."`
	After  string `yaml:"after" enum:"descriptor|inbound|outbound_result|interrupt_inbound|passthrough_forward|going_idle_ack|hello|outbound|interrupt|going_idle|inbound_ack" doc:"Its type; it still crosses, and if it is a gateway's the connector does what it says."`
	Number int    `yaml:"number" range:"1..100000" doc:"Which of them, counted over all sockets. Default: the first."`
}

// Dial opens a socket by hand.
type Dial struct {
	As      string   `yaml:"as" main:"true" need:"true" doc:"Its name, for from and to."`
	Path    string   `yaml:"path" doc:"Default: /relay."`
	Gateway string   `yaml:"gateway" doc:"The gateway whose credentials it uses. Default: the only one."`
	Token   *string  `yaml:"token" doc:"A bearer token as it is; empty: none. Default: a good one."`
	Secret  string   `yaml:"secret" doc:"Sign with this secret in place of the gateway's."`
	Expires Duration `yaml:"expires" doc:"The token's life, negative: already over. Default: 300s."`
	Forever bool     `yaml:"forever" doc:"A token that never expires (exp 0)."`
	ID      string   `yaml:"id" doc:"Claim to be the gateway of this id, signed with the secret all the same."`
	Padded  bool     `yaml:"padded" doc:"With base64 padding (AUTH-3)."`
}

// Repeat is steps, several times.
type Repeat struct {
	Times int    `yaml:"times" need:"true" range:"1..100000" doc:"How often, at least once."`
	Steps []Step `yaml:"steps" need:"true" doc:"What is repeated."`
}
