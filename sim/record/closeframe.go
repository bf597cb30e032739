package record

import (
	"crypto/rand"
	"encoding/binary"
)

const (
	codeGoingAway = 1001
	codeNone      = 1005 // a close frame without a code; never on the wire
	codeCut       = -1   // no close frame at all
)

// closeBody reads the payload of a close frame (RFC 6455 §5.5.1). One that is
// too short for a code counts as one without.
func closeBody(b []byte) (code int, reason string) {
	if len(b) < 2 {
		return codeNone, ""
	}
	return int(binary.BigEndian.Uint16(b)), string(b[2:])
}

// closeFrame makes a close frame, masked if it is for the connector.
func closeFrame(code int, reason string, masked bool) []byte {
	body := append(binary.BigEndian.AppendUint16(nil, uint16(code)), reason...)
	b := []byte{0x80 | opClose, byte(len(body))}
	if masked {
		var key [4]byte
		_, _ = rand.Read(key[:]) // never fails
		b[1] |= 0x80
		b = append(b, key[:]...)
		unmask(body, binary.LittleEndian.Uint32(key[:])) // masking is the same
	}
	return append(b, body...)
}
