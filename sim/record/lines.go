package record

import (
	"io"
	"sync/atomic"
	"time"
)

// lines collects what is to be written in one go: all lines that came while the
// write before was under way, or the one line that came. Nothing stays in it
// when there is nothing more to write.
type lines struct {
	file  io.Writer
	buf   []byte
	size  atomic.Int64 // bytes, with those in buf
	began atomic.Int64 // when the write under way did, in Unix nanoseconds; 0: none is
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
	l.began.Store(time.Now().UnixNano())
	_, err := l.file.Write(l.buf)
	l.began.Store(0)
	l.buf = l.buf[:0]
	if cap(l.buf) > 2*atOnce {
		l.buf = nil
	}
	return err
}

// underWay is how long the write under way has taken so far; 0 if none is. Any
// goroutine may ask.
func (l *lines) underWay() time.Duration {
	began := l.began.Load()
	if began == 0 {
		return 0
	}
	return time.Since(time.Unix(0, began))
}
