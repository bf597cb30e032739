package trace

import "bytes"

// maxLine bounds the tail of an unfinished line, in bytes. A line that is
// longer is no frame; the next one is. It is well over what a peer takes (FR-8).
const maxLine = 64 << 20

// Framer finds the frames that messages complete: lines may be split over
// messages and glued into one (FR-1). The zero Framer is ready. Whoever fills a
// trace without a Log, such as a reader of recordings, uses one for all of it.
type Framer struct{ lanes map[lane]*lineBuffer }

// lane is one direction of one socket.
type lane struct {
	conn int
	from Side
}

// Frame sets o.Frames when o is a message. The frames share o.Data's memory
// where they can, so both must stay as they are. A close ends both lanes of its
// socket.
func (f *Framer) Frame(o *Observation) {
	switch o.Kind {
	case Frame:
		k := lane{o.Conn, o.From}
		b := f.lanes[k]
		if b == nil {
			if f.lanes == nil {
				f.lanes = map[lane]*lineBuffer{}
			}
			b = &lineBuffer{}
			f.lanes[k] = b
		}
		o.Frames = b.feed(o.Data)
	case Close:
		// What the other side still sends is its own new start; nothing can be
		// waiting for the rest of a line on a socket that ended.
		delete(f.lanes, lane{o.Conn, Gateway})
		delete(f.lanes, lane{o.Conn, Connector})
	}
}

// lineBuffer puts lines back together that were split over messages.
type lineBuffer struct {
	tail []byte // owned; what came after the last newline
	skip bool   // the line grew past maxLine: drop the rest of it
}

func (b *lineBuffer) feed(msg []byte) []FrameLine {
	// One line in one message is nearly every message: one allocation for it.
	if len(b.tail) == 0 && !b.skip && bytes.IndexByte(msg, '\n') == len(msg)-1 && len(msg) > 0 {
		return oneFrame(msg[: len(msg)-1 : len(msg)-1])
	}
	var frames []FrameLine
	for {
		i := bytes.IndexByte(msg, '\n')
		if i < 0 {
			b.keep(msg)
			return frames
		}
		if line := b.finish(msg[:i:i]); len(bytes.TrimSpace(line)) > 0 {
			frames = append(frames, NewFrame(line))
		}
		msg = msg[i+1:]
	}
}

func oneFrame(line []byte) []FrameLine {
	if len(bytes.TrimSpace(line)) == 0 {
		return nil
	}
	one := &struct {
		frame [1]FrameLine
		cache frameCache
	}{}
	one.frame[0] = FrameLine{Line: line, cache: &one.cache}
	return one.frame[:]
}

// keep adds to the tail. The message's bytes are copied, so the tail may grow.
func (b *lineBuffer) keep(msg []byte) {
	if len(b.tail)+len(msg) > maxLine {
		b.tail, b.skip = nil, true
	}
	if !b.skip {
		b.tail = append(b.tail, msg...)
	}
}

// finish returns the line that rest completes and starts a new tail.
func (b *lineBuffer) finish(rest []byte) []byte {
	switch {
	case b.skip, len(b.tail)+len(rest) > maxLine:
		b.tail, b.skip = nil, false
		return nil
	case len(b.tail) == 0:
		return rest
	}
	line := append(b.tail, rest...)
	b.tail = nil // the line is the frame's now
	return line
}
