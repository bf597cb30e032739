package scenario

// Rule is what the agent does with an event.
type Rule struct {
	Pos  Pos     `yaml:"-"`
	Told string  `yaml:"-"` // the name of its turn, where steps tell what it does; see Telling
	When *Routed `yaml:"when" doc:"The event it is for. Default: every event."`
	Once bool    `yaml:"once" doc:"Use the rule one time only."`
	Do   []Act   `yaml:"do" need:"true" doc:"What it does, in order."`
}

// Act is one thing the agent does; exactly one field is set. Ops default their
// chat or session to the turn's. ${text}, ${session}, ${user}, ${user_name},
// ${chat}, ${message_id}, ${context} and ${quoted} are of the turn's event,
// ${session_id} and ${notice} of its session, ${last.message_id} and
// ${last.error} of the last call's result.
type Act struct {
	_   struct{} `one:"*"`
	Pos Pos      `yaml:"-"`
	// HasRefs marks what Resolve must look at. Load sets it; nothing is replaced
	// in an act made otherwise.
	HasRefs bool `yaml:"-"`

	Reply       *string `yaml:"reply" doc:"End the turn with this reply."`
	Fail        string  `yaml:"fail" doc:"End the turn with this error (TURN-5)."`
	Panic       string  `yaml:"panic" doc:"The agent panics with this (TURN-5). One in another process ends the turn with the error \"panic: …\"."`
	Wait        string  `yaml:"wait" doc:"Wait for a signal step of this name."`
	Background  string  `yaml:"background" enum:"begin|end" doc:"Background work of the turn's session begins, or all of it ends; it may outlast the turn (SES-4)."`
	OnInterrupt *string `yaml:"on_interrupt" with:"wait" doc:"Beside wait: an interrupt ends the wait and the turn, with this reply. Without it an interrupt is not noticed."`
	Write       string  `yaml:"write" doc:"Stream: add this to a message that is edited while it grows. The end of the turn finishes it."`
	EndSegment  bool    `yaml:"end_segment" doc:"Stream: finish the message; what is written next begins another."`
	Call        `yaml:",inline"`
}

// Ends says whether the act ends its turn whatever happens.
func (a *Act) Ends() bool { return a.Reply != nil || a.Fail != "" || a.Panic != "" }

// Call is one call of the agent's; exactly one field is set.
type Call struct {
	_            struct{} `one:"*"`
	Send         *Args    `yaml:"send" outside:"chat" doc:"Send a message (OUT-2)."`
	Edit         *Args    `yaml:"edit" args:"message_id" outside:"chat" doc:"Edit a message (OUT-2)."`
	Typing       *Args    `yaml:"typing" outside:"chat" doc:"Show as typing (OUT-2)."`
	FollowUp     *Args    `yaml:"follow_up" args:"kind" outside:"session" doc:"Answer through a capability of the connector (FU-1)."`
	Interrupt    *Args    `yaml:"interrupt" outside:"session" doc:"Tell the connector to interrupt a session (INT-1)."`
	GetChatInfo  *Args    `yaml:"get_chat_info" outside:"chat" doc:"Ask for a chat (OUT-3)."`
	React        *Args    `yaml:"react" outside:"chat" doc:"React to a message (RX-1)."`
	ThreadCreate *Args    `yaml:"thread_create" outside:"chat" doc:"Open a thread (TH-1)."`
	ThreadRename *Args    `yaml:"thread_rename" outside:"chat" doc:"Rename a thread (TH-2)."`
	SendMedia    *Args    `yaml:"send_media" outside:"chat" doc:"Send media (MED-1)."`
	Prompt       *Args    `yaml:"prompt" outside:"chat" doc:"Ask with buttons (PRM-1)."`
}

// Args are the arguments of a call, by the contract's names. chat and session
// may be written for chat_id and session_key.
type Args struct {
	Chat      string         `yaml:"chat" doc:"Chat id."`
	Session   string         `yaml:"session" doc:"Session key."`
	Content   *string        `yaml:"content" main:"true" doc:"The text."`
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
