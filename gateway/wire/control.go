package wire

// AppendInterrupt appends an interrupt frame (INT-1). An empty reason is null.
func AppendInterrupt(dst []byte, sessionKey, reason string) []byte { return dst }

// AppendInboundAck appends the ack of one buffered delivery (IDLE-5).
func AppendInboundAck(dst []byte, bufferID string) []byte { return dst }

// AppendGoingIdle appends a going_idle frame (IDLE-1).
func AppendGoingIdle(dst []byte) []byte { return dst }
