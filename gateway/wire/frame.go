package wire

import "errors"

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
// is as strict as a JSON parser. The error wraps ErrMalformed.
func Scan(line []byte) (Frame, error) { return Frame{}, ErrMalformed }
