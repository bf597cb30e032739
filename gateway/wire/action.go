package wire

import (
	"maps"
	"math/bits"
	"strconv"
)

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
	dst = append(dst, `{"type":"outbound","requestId":`...)
	dst = appendString(dst, requestID)
	dst = append(dst, `,"action":`...)
	dst = appendAction(dst, a)
	if platform != "" {
		dst = append(dst, `,"platform":`...)
		dst = appendString(dst, platform)
	}
	if botID != "" {
		dst = append(dst, `,"botId":`...)
		dst = appendString(dst, botID)
	}
	return append(dst, "}\n"...)
}

// field is one of the fields that Action names, as a bit of a set.
type field uint16

const (
	chatID field = 1 << iota
	messageID
	sessionKey
	kind
	content
	emoji
	threadName
	remove
	replyTo
	metadata
	anyField = metadata<<1 - 1
)

// fieldsOf returns the fields that op always carries, and those it carries
// when they are set. An op that it does not know carries whatever is set.
func fieldsOf(op string) (always, whenSet field) {
	switch op {
	case OpSend, OpSendMedia, OpPrompt:
		return chatID | content | replyTo | metadata, 0
	case OpEdit:
		return chatID | messageID | content | metadata, 0
	case OpTyping:
		return chatID | metadata, content
	case OpFollowUp:
		return sessionKey | kind | content | metadata, 0
	case OpGetChatInfo:
		return chatID, 0
	case OpReact:
		return chatID | messageID | emoji | remove | metadata, 0
	case OpThreadCreate:
		return chatID | threadName | metadata, messageID
	case OpThreadRename:
		return chatID | messageID | threadName | metadata, 0
	}
	return 0, anyField
}

func (a *Action) set() field {
	var set field
	for _, f := range [...]struct {
		bit field
		is  bool
	}{
		{chatID, a.ChatID != ""}, {messageID, a.MessageID != ""}, {sessionKey, a.SessionKey != ""},
		{kind, a.Kind != ""}, {content, a.Content != nil}, {emoji, a.Emoji != ""},
		{threadName, a.ThreadName != ""}, {remove, a.Remove}, {replyTo, a.ReplyTo != ""},
		{metadata, a.Metadata != nil},
	} {
		if f.is {
			set |= f.bit
		}
	}
	return set
}

func appendAction(dst []byte, a *Action) []byte {
	always, whenSet := fieldsOf(a.Op)
	carried := always
	if whenSet != 0 {
		carried |= whenSet & a.set()
	}
	dst = append(dst, `{"op":`...)
	dst = appendString(dst, a.Op)
	for bit := chatID; bit <= metadata; bit <<= 1 {
		if carried&bit != 0 {
			dst = a.appendField(dst, bit)
		}
	}
	if len(a.Extra) > 0 {
		dst = a.appendExtra(dst, carried)
	}
	return append(dst, '}')
}

func (a *Action) appendField(dst []byte, f field) []byte {
	dst = appendKey(dst, f.name())
	switch f {
	case chatID:
		return appendString(dst, a.ChatID)
	case messageID:
		return appendString(dst, a.MessageID)
	case sessionKey:
		return appendString(dst, a.SessionKey)
	case kind:
		return appendString(dst, a.Kind)
	case content:
		if a.Content == nil {
			return append(dst, `""`...)
		}
		return appendString(dst, *a.Content)
	case emoji:
		return appendString(dst, a.Emoji)
	case threadName:
		return appendString(dst, a.ThreadName)
	case remove:
		return strconv.AppendBool(dst, a.Remove)
	case replyTo:
		return appendOptional(dst, a.ReplyTo)
	}
	return appendMap(dst, a.Metadata)
}

func (f field) name() string {
	return [...]string{
		"chat_id", "message_id", "session_key", "kind", "content",
		"emoji", "thread_name", "remove", "reply_to", "metadata",
	}[bits.TrailingZeros16(uint16(f))]
}

// appendExtra appends the fields of Extra, but for those that are written.
func (a *Action) appendExtra(dst []byte, written field) []byte {
	extra := maps.Clone(a.Extra)
	delete(extra, "op")
	for bit := chatID; bit <= metadata; bit <<= 1 {
		if written&bit != 0 {
			delete(extra, bit.name())
		}
	}
	if len(extra) == 0 {
		return dst
	}
	begin := len(dst)
	dst = appendMap(dst, extra)
	dst[begin] = ',' // its members go on where ours ended
	return dst[:len(dst)-1]
}
