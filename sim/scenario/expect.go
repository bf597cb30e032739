package scenario

// Expectation is one thing that must have happened; exactly one field besides
// the modifiers is set.
type Expectation struct {
	_   struct{} `one:"*"`
	Pos Pos      `yaml:"-"`

	// Socket is on which of its gateway's sockets, from 1, something was recorded.
	// Zero: on any. No file can say it.
	Socket int `yaml:"-"`

	On   string `yaml:"on" with:"*" doc:"The gateway or dialled socket meant. Default: any."`
	From string `yaml:"from" enum:"gateway|connector" with:"frame|close|nothing" doc:"For frame and close, also where there is to be nothing of them: whose. Default: gateway for frame, any for close."`

	Event        *Routed      `yaml:"event" doc:"An event was routed to the agent and began a turn."`
	Send         *Action      `yaml:"send" doc:"A message was sent."`
	Edit         *Action      `yaml:"edit" doc:"A message was edited."`
	Typing       *Action      `yaml:"typing" doc:"The bot showed as typing."`
	FollowUp     *Action      `yaml:"follow_up" doc:"An answer went through a capability."`
	GetChatInfo  *Action      `yaml:"get_chat_info" doc:"A chat was asked for."`
	React        *Action      `yaml:"react" doc:"A reaction was set or taken away."`
	ThreadCreate *Action      `yaml:"thread_create" doc:"A thread was opened."`
	ThreadRename *Action      `yaml:"thread_rename" doc:"A thread was renamed."`
	SendMedia    *Action      `yaml:"send_media" doc:"Media were sent."`
	Prompt       *Action      `yaml:"prompt" doc:"A prompt was shown."`
	Frame        *Pattern     `yaml:"frame" doc:"A frame crossed that matches; the wire itself."`
	Result       *Result      `yaml:"result" doc:"What a call of the agent's returned."`
	Interrupted  *Interrupted `yaml:"interrupted" doc:"An interrupt reached the gateway (INT-2)."`
	State        *Pattern     `yaml:"state" of:"text" doc:"The gateway's state now: connected, disconnected, dormant or disabled; dialling until its first dial has come to something."`
	Close        *Closed      `yaml:"close" doc:"The socket ended."`
	Open         *Opened      `yaml:"open" doc:"The gateway dialled."`
	Answer       *Answered    `yaml:"answer" doc:"What the connector's edge answered the provider."`
	Ack          *Acked       `yaml:"ack" doc:"A buffered delivery was acknowledged (IDLE-5)."`
	Buffer       *Buffer      `yaml:"buffer" doc:"What waits for a gateway's instance now (IDLE-3)."`
	Wake         *Woken       `yaml:"wake" doc:"The gateway's wake URL was poked (WAKE-1)."`
	Dropped      *Pattern     `yaml:"dropped" of:"text" doc:"The connector dropped an event or a request, and why."`
	Session      *SessionNow  `yaml:"session" doc:"A session as the gateway's store has it now (SES)."`
	Reported     *Pattern     `yaml:"reported" of:"text" doc:"The gateway reported a problem that no frame shows, such as a sessions file that it set aside (SES-7)."`
	Chat         *Chat        `yaml:"chat" doc:"What a user would see in a channel now."`
	Nothing      *Nothing     `yaml:"nothing" doc:"true: no event was routed and no action sent that no step expected so far. A list: none of these kinds."`
}

// Routed matches an event as the agent got it. user, scope and the like are
// read where the revision keeps them.
type Routed struct {
	Session   *Pattern `yaml:"session" of:"text" doc:"Session key."`
	Text      *Pattern `yaml:"text" of:"text" main:"true" doc:"What the user wrote."`
	Type      *Pattern `yaml:"type" of:"text" doc:"message_type"`
	MessageID *Pattern `yaml:"message_id" of:"text" doc:"The message."`
	Platform  *Pattern `yaml:"platform" of:"text" doc:"The platform."`
	Chat      *Pattern `yaml:"chat" of:"text" doc:"chat_id"`
	ChatType  *Pattern `yaml:"chat_type" of:"text" doc:"dm, group, channel, thread, …"`
	Scope     *Pattern `yaml:"scope" of:"text" doc:"guild_id in 2026-06, scope_id in 2026-08."`
	User      *Pattern `yaml:"user" of:"text" doc:"user_id"`
	UserName  *Pattern `yaml:"user_name" of:"text" doc:"The name shown (IN-6)."`
	Thread    *Pattern `yaml:"thread" of:"text" doc:"thread_id"`
	SessionID *Pattern `yaml:"session_id" of:"text" doc:"The session that the key names (SES-1)."`
	Notice    *Pattern `yaml:"notice" of:"text" doc:"In the first turn after an automatic reset: suspended, idle or daily (SES-6); null in every other."`
	Source    *Pattern `yaml:"source" of:"map" doc:"Any fields of the source, by their wire names."`
	Event     *Pattern `yaml:"event" of:"map" doc:"Any fields of the event, by their wire names."`
}

// Action matches an outbound frame.
type Action struct {
	Chat      *Pattern `yaml:"chat" of:"text" doc:"chat_id"`
	Session   *Pattern `yaml:"session" of:"text" doc:"session_key"`
	Kind      *Pattern `yaml:"kind" of:"text" doc:"Capability kind."`
	Content   *Pattern `yaml:"content" of:"text" main:"true" doc:"The text."`
	MessageID *Pattern `yaml:"message_id" of:"text" doc:"The message meant."`
	ReplyTo   *Pattern `yaml:"reply_to" of:"text" doc:"The message answered."`
	Scope     *Pattern `yaml:"scope" of:"text" doc:"metadata.guild_id in 2026-06, metadata.scope_id in 2026-08."`
	User      *Pattern `yaml:"user" of:"text" doc:"metadata.user_id; not compared in 2026-06, which has none."`
	Thread    *Pattern `yaml:"thread" of:"text" doc:"metadata.thread_id"`
	Platform  *Pattern `yaml:"platform" of:"text" doc:"The frame's platform; not compared in 2026-06, which has none."`
	Bot       *Pattern `yaml:"bot" of:"text" doc:"The frame's botId; not compared in 2026-06, which has none."`
	Emoji     *Pattern `yaml:"emoji" of:"text" doc:"The reaction."`
	Remove    *Pattern `yaml:"remove" of:"bool" doc:"Whether the reaction was taken away."`
	Name      *Pattern `yaml:"thread_name" of:"text" doc:"The thread's name."`
	Metadata  *Pattern `yaml:"metadata" of:"map" doc:"Any fields of the metadata, by their wire names."`
	Action    *Pattern `yaml:"action" of:"map" doc:"Any fields of the action, by their wire names."`
	Request   *Pattern `yaml:"request" of:"text" doc:"The frame's requestId."`
	Result    *Pattern `yaml:"result" of:"map" doc:"What the connector answered; null: nothing yet."`
}

// Result matches what a call returned.
type Result struct {
	Call      *Pattern `yaml:"call" of:"text" doc:"The op."`
	Success   *Pattern `yaml:"success" of:"bool" doc:"Whether it succeeded."`
	Error     *Pattern `yaml:"error" of:"text" doc:"Why not."`
	MessageID *Pattern `yaml:"message_id" of:"text" doc:"The message sent."`
	Name      *Pattern `yaml:"name" of:"text" doc:"get_chat_info's name."`
	Type      *Pattern `yaml:"type" of:"text" doc:"get_chat_info's type."`
	Args      *Pattern `yaml:"args" of:"map" doc:"The action's fields, by their wire names."`
	After     Duration `yaml:"after" doc:"The call took at least this much virtual time."`
}

// Interrupted matches an interrupt as the gateway took it.
type Interrupted struct {
	Session *Pattern `yaml:"session" of:"text" doc:"Session key."`
	Chat    *Pattern `yaml:"chat" of:"text" doc:"chat_id"`
	Active  *Pattern `yaml:"active" of:"bool" doc:"Whether a turn of that session ran."`
}

// Closed matches the end of a socket.
type Closed struct {
	Code   *Pattern `yaml:"code" of:"number" key:"scalar" doc:"Close code; -1 where the socket was cut."`
	Reason *Pattern `yaml:"reason" of:"text" doc:"Close reason."`
}

// Opened matches an upgrade.
type Opened struct {
	Path   *Pattern `yaml:"path" of:"text" doc:"The path dialled."`
	Auth   *Pattern `yaml:"auth" of:"text" doc:"present or absent"`
	As     *Pattern `yaml:"as" of:"text" doc:"The gateway id it was authenticated as; null where refused."`
	Status *Pattern `yaml:"status" of:"number" doc:"HTTP status of the answer to the upgrade: 101, 400, …"`
}

// Answered matches what the edge answered.
type Answered struct {
	Status *Pattern `yaml:"status" of:"number" doc:"HTTP status."`
	Body   *Pattern `yaml:"body" doc:"The JSON body, or its text."`
}

// Acked matches an inbound_ack.
type Acked struct {
	Buffer *Pattern `yaml:"buffer" of:"text" key:"scalar" doc:"bufferId"`
}

// Buffer matches what waits for an instance.
type Buffer struct {
	Entries *Pattern `yaml:"entries" of:"list" key:"list" doc:"What waits, oldest first: the frames with their bufferId. An entry written as text is what the user wrote."`
	Flipped *Pattern `yaml:"flipped" of:"bool" doc:"Whether it gets nothing live until it has drained (IDLE-2)."`
}

// Woken matches a poke as the gateway's host got it.
type Woken struct {
	Path    *Pattern `yaml:"path" of:"text" key:"scalar" doc:"The path of the wake URL."`
	Method  *Pattern `yaml:"method" of:"text" doc:"GET."`
	Headers *Pattern `yaml:"headers" of:"map" doc:"The request's headers, by their names in lower case."`
	Body    *Pattern `yaml:"body" of:"text" doc:"The payload; there is none."`
}

// Chat matches what a user sees.
type Chat struct {
	Channel  string   `yaml:"channel" need:"true" main:"true" doc:"chat_id"`
	Messages *Pattern `yaml:"messages" of:"list" doc:"All messages, oldest first: from (bot or a user id), text, id, edited, reply_to."`
	Typing   *Pattern `yaml:"typing" of:"bool" doc:"Whether the bot shows as typing."`
}

// Nothing says what must not have happened.
type Nothing struct {
	Kinds []string `yaml:"kinds" key:"true|list" enum:"event|send|edit|typing|follow_up|get_chat_info|react|thread_create|thread_rename|send_media|prompt|frame|result|interrupted|open|close|dropped|delivery|wake" doc:"true means event and every op. delivery: an event or a forward that the connector sent."`
}
