package record

import (
	"io"
	"sync/atomic"
)

// lines collects what is to be written in one go: all lines that came while the
// write before was under way, or the one line that came. Nothing stays in it
// when there is nothing more to write.
type lines struct {
	file   io.Writer
	buf    []byte
	writes atomic.Int64 // that the file took
	size   atomic.Int64 // bytes, with those in buf
}

// atOnce is how much is written in one go, in bytes.
const atOnce = 64 << 10

// Write implements io.Writer.
func (l *lines) Write(b []byte) (int, error) {
	if len(l.buf) > 0 && len(l.buf)+len(b) > atOnce {
		if err := l.flush(); err != nil {
			return 0, err
		}
	}
	l.buf = append(l.buf, b...)
	l.size.Add(int64(len(b)))
	return len(b), nil
}

// flush writes what was collected.
func (l *lines) flush() error {
	if len(l.buf) == 0 {
		return nil
	}
	_, err := l.file.Write(l.buf)
	l.buf = l.buf[:0]
	if cap(l.buf) > 2*atOnce {
		l.buf = nil
	}
	if err == nil {
		l.writes.Add(1)
	}
	return err
}
