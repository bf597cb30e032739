package wire

// AppendInterrupt appends an interrupt frame (INT-1). An empty reason is null.
func AppendInterrupt(dst []byte, sessionKey, reason string) []byte {
	dst = append(dst, `{"type":"interrupt","session_key":`...)
	dst = appendString(dst, sessionKey)
	dst = append(dst, `,"reason":`...)
	dst = appendOptional(dst, reason)
	return append(dst, "}\n"...)
}

// AppendInboundAck appends the ack of one buffered delivery (IDLE-5).
func AppendInboundAck(dst []byte, bufferID string) []byte {
	dst = append(dst, `{"type":"inbound_ack","bufferId":`...)
	dst = appendString(dst, bufferID)
	return append(dst, "}\n"...)
}

// AppendGoingIdle appends a going_idle frame (IDLE-1).
func AppendGoingIdle(dst []byte) []byte {
	return append(dst, `{"type":"going_idle"}`+"\n"...)
}
