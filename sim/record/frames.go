package record

import (
	"encoding/binary"
	"fmt"
)

// MaxMessage is the greatest message that is written down, in bytes. A greater
// one is passed on all the same; a note stands in its place. A line of a
// recording can hold six times as much, which is what escaping may cost.
const MaxMessage = 2 << 20

// The opcodes of RFC 6455 §11.8 that are looked at.
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xA
)

// maxControl bounds the payload of a control frame, in bytes (RFC 6455 §5.5).
const maxControl = 125

// keptBuffer is how much memory a direction keeps between messages, in bytes.
const keptBuffer = 64 << 10

// sink takes what the frames of one direction come to. The slices are good
// until it returns.
type sink interface {
	message(data []byte, binary bool)
	closing(code int, reason string)
	// odd is told of something that is passed on and cannot be written down.
	odd(what string)
}

// frames reads along with one direction of a socket (RFC 6455 §5.2), in
// whatever pieces its bytes come. It refuses nothing: what breaks the protocol
// is for the far end to answer. The zero frames is ready.
type frames struct {
	head [14]byte
	have int // bytes of head so far

	body   bool // the head is complete
	fin    bool
	opcode byte
	rsv    byte
	masked bool
	mask   uint32 // as the next byte of the payload needs it
	left   uint64 // bytes of the payload to come

	control []byte // the payload of a control frame
	data    []byte // the message so far
	open    bool   // a message has begun and is not finished
	binary  bool   // that message is
	size    uint64 // of that message, kept or not
}

// between says whether the direction stands between two frames, where one more
// could be put in.
func (f *frames) between() bool { return f.have == 0 && !f.body }

// feed takes the next bytes. end is how many of them are up to the end of the
// last frame that ended here, or -1 if none did.
func (f *frames) feed(b []byte, to sink) (end int) {
	end = -1
	for i := 0; i < len(b); {
		if !f.body {
			i += f.readHead(b[i:])
			if !f.body {
				return end
			}
		}
		n := len(b) - i
		if uint64(n) > f.left {
			n = int(f.left)
		}
		f.payload(b[i : i+n])
		f.left -= uint64(n)
		i += n
		if f.left == 0 {
			f.frame(to)
			f.have, f.body = 0, false
			end = i
		}
	}
	return end
}

// readHead takes what belongs to the head and returns how much that was.
func (f *frames) readHead(b []byte) (took int) {
	for took < len(b) {
		f.head[f.have] = b[took]
		f.have++
		took++
		if f.have >= 2 && f.have == f.headLen() {
			f.begin()
			return took
		}
	}
	return took
}

func (f *frames) headLen() int {
	n := 2
	switch f.head[1] & 0x7f {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	if f.head[1]&0x80 != 0 {
		n += 4
	}
	return n
}

// begin reads the complete head.
func (f *frames) begin() {
	f.body = true
	f.fin = f.head[0]&0x80 != 0
	f.rsv = f.head[0] >> 4 & 7
	f.opcode = f.head[0] & 0x0f
	n := 2
	switch short := f.head[1] & 0x7f; short {
	case 126:
		f.left = uint64(binary.BigEndian.Uint16(f.head[2:]))
		n += 2
	case 127:
		f.left = binary.BigEndian.Uint64(f.head[2:])
		n += 8
	default:
		f.left = uint64(short)
	}
	f.masked = f.head[1]&0x80 != 0
	if f.masked {
		f.mask = binary.LittleEndian.Uint32(f.head[n:])
	}
	f.control = f.control[:0]
	if f.rsv == 0 && (f.opcode == opText || f.opcode == opBinary) {
		f.data, f.size = f.data[:0], 0
	}
}

// payload takes a piece of the payload.
func (f *frames) payload(b []byte) {
	keep := &f.data
	switch {
	case f.rsv != 0:
		return
	case f.opcode == opClose:
		keep = &f.control
		b = b[:min(len(b), maxControl-len(f.control))]
	case f.opcode > opBinary:
		return
	default:
		if f.size += uint64(len(b)); f.size > MaxMessage {
			f.data = nil
			return
		}
	}
	from := len(*keep)
	*keep = append(*keep, b...)
	if f.masked {
		f.mask = unmask((*keep)[from:], f.mask)
	}
}

// frame is called at the end of one.
func (f *frames) frame(to sink) {
	switch {
	case f.rsv != 0:
		to.odd("a frame with reserved bits, as of a compression that nobody agreed on")
	case f.opcode == opText || f.opcode == opBinary:
		if f.open {
			to.odd("a message that was never finished: another one begins in it")
		}
		f.open, f.binary = true, f.opcode == opBinary
		f.message(to)
	case f.opcode == opContinuation:
		if !f.open {
			to.odd("a continuation of no message")
			f.data, f.size = f.data[:0], 0
			return
		}
		f.message(to)
	case f.opcode == opClose:
		code, reason := closeBody(f.control)
		to.closing(code, reason)
	case f.opcode != opPing && f.opcode != opPong:
		to.odd(fmt.Sprintf("a frame with opcode %d, which RFC 6455 does not define", f.opcode))
	}
}

// message hands over a message that is complete.
func (f *frames) message(to sink) {
	if !f.fin {
		return
	}
	f.open = false
	if f.size > MaxMessage {
		to.odd(fmt.Sprintf("a message of %d bytes, which is too great to be written down: at most %d", f.size, MaxMessage))
	} else {
		to.message(f.data, f.binary)
	}
	if cap(f.data) > keptBuffer {
		f.data = nil
	}
}

// unmask takes the mask off b (RFC 6455 §5.3) and returns it as the next byte
// needs it.
func unmask(b []byte, mask uint32) uint32 {
	wide := uint64(mask)<<32 | uint64(mask)
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^wide)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= byte(mask)
		mask = mask>>8 | mask<<24
	}
	return mask
}
