package wire

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// The frame types (FR-5).
const (
	TypeHello              = "hello"
	TypeOutbound           = "outbound"
	TypeInterrupt          = "interrupt"
	TypeGoingIdle          = "going_idle"
	TypeInboundAck         = "inbound_ack"
	TypeDescriptor         = "descriptor"
	TypeInbound            = "inbound"
	TypeOutboundResult     = "outbound_result"
	TypeInterruptInbound   = "interrupt_inbound"
	TypePassthroughForward = "passthrough_forward"
	TypeGoingIdleAck       = "going_idle_ack"
)

// Frame is what Scan found in one line. Byte fields alias the line and are nil
// when the field is absent; string fields are "" when absent or not an id.
type Frame struct {
	Type       string // "" when absent or not a string
	RequestID  string // outbound_result
	BufferID   string // inbound, passthrough_forward, going_idle_ack (IDLE-5)
	SessionKey string // interrupt_inbound
	ChatID     string // interrupt_inbound

	Event      []byte // inbound: raw JSON, any kind
	Forward    []byte // passthrough_forward: raw JSON, any kind
	Descriptor []byte // descriptor: raw JSON, any kind
	Result     []byte // outbound_result: raw JSON, any kind
}

// ErrMalformed says that a line is no frame: not valid UTF-8, not JSON, or
// JSON that is not an object (FR-2, FR-3). Such a line is skipped.
var ErrMalformed = errors.New("malformed frame")

// Scan says what one line is, without decoding the parts it does not need. It
// is as strict as a JSON parser. Of a field given twice the last counts. The
// error wraps ErrMalformed.
func Scan(line []byte) (Frame, error) {
	if !utf8.Valid(line) {
		return Frame{}, fmt.Errorf("%w: not UTF-8", ErrMalformed)
	}
	var f Frame
	if !eachMember(line, f.take) {
		return Frame{}, fmt.Errorf("%w: not a JSON object", ErrMalformed)
	}
	return f, nil
}

func (f *Frame) take(key, val []byte) {
	switch string(key) {
	case "type":
		f.Type = typeOf(val)
	case "requestId":
		f.RequestID = stringOf(val)
	case "bufferId":
		f.BufferID = stringOf(val)
	case "session_key":
		f.SessionKey = stringOf(val)
	case "chat_id":
		f.ChatID = stringOf(val)
	case "event":
		f.Event = val
	case "forward":
		f.Forward = val
	case "descriptor":
		f.Descriptor = val
	case "result":
		f.Result = val
	}
}

// typeOf is stringOf without an allocation for the types that are known.
func typeOf(val []byte) string {
	if len(val) == 0 || val[0] != '"' {
		return ""
	}
	name := unquoted(val)
	for _, t := range [...]string{
		TypeInbound, TypeOutboundResult, TypeInterruptInbound, TypePassthroughForward, TypeDescriptor,
		TypeGoingIdleAck, TypeHello, TypeOutbound, TypeInterrupt, TypeGoingIdle, TypeInboundAck,
	} {
		if string(name) == t {
			return t
		}
	}
	return string(name)
}
