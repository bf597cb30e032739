package wire

import "encoding/json"

// Result is the connector's answer to an action (OUT-1). "" means absent.
type Result struct {
	Success   bool
	MessageID string
	Error     string
	// ChatName and ChatType answer get_chat_info, without its defaults (OUT-3).
	ChatName, ChatType string
	ThreadID           string // TH-1, TH-3
	// Raw is the result as it was on the wire; nil when it never came from there.
	Raw json.RawMessage
}

// DecodeResult decodes an outbound_result frame's result. One that is not an
// object is a failure with an error text.
func DecodeResult(raw []byte) Result { return Result{} }
