package wire

// The ops of an action (OUT-2, OUT-3, FU-1, MED-1, PRM-1, RX-1, TH-1, TH-2).
const (
	OpSend         = "send"
	OpEdit         = "edit"
	OpTyping       = "typing"
	OpFollowUp     = "follow_up"
	OpGetChatInfo  = "get_chat_info"
	OpSendMedia    = "send_media"
	OpPrompt       = "prompt"
	OpReact        = "react"
	OpThreadCreate = "thread_create"
	OpThreadRename = "thread_rename"
	OpInterrupt    = "interrupt" // not an op on the wire: a frame of its own (INT-1)
)

// Action is what the gateway asks of the connector (OUT-1). Each op has its
// own fields; the others are ignored.
type Action struct {
	Op      string
	ChatID  string
	Content *string // nil: "" for ops that must carry content, left out of typing

	MessageID  string
	ReplyTo    string // "" = null
	SessionKey string
	Kind       string // of capability (FU-1)
	Emoji      string
	ThreadName string
	Reason     string // of an interrupt; "" = null
	Remove     bool   // of a reaction

	Metadata map[string]any // nil = {}
	// Extra fields of the action, written after the op's own, which they never replace.
	Extra map[string]any
	// Platform is not part of the action on the wire: it forces the platform
	// that the frame names (MP-2).
	Platform string
}

// AppendOutbound appends an outbound frame (OUT-1). platform and botID are
// left out when "" (MP-2).
func AppendOutbound(dst []byte, requestID string, a *Action, platform, botID string) []byte {
	return dst
}
