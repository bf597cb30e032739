package wire

import (
	"bytes"
	"encoding/json"
)

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
func DecodeResult(raw []byte) Result {
	res := Result{Raw: bytes.Clone(raw)}
	var info []byte
	ok := eachMember(raw, func(key, val []byte) {
		switch string(key) {
		case "success":
			res.Success = isTrue(val)
		case "message_id":
			res.MessageID = stringOf(val)
		case "error":
			res.Error = stringOf(val)
		case "thread_id":
			res.ThreadID = stringOf(val)
		case "chat_info":
			info = val
		case "name":
			res.ChatName = stringOf(val)
		case "type":
			res.ChatType = stringOf(val)
		}
	})
	if !ok {
		return Result{Error: "relay result is not an object", Raw: res.Raw}
	}
	eachMember(info, func(key, val []byte) {
		switch string(key) {
		case "name":
			res.ChatName = stringOf(val)
		case "type":
			res.ChatType = stringOf(val)
		}
	})
	return res
}
