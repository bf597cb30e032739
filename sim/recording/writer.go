package recording

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/relaysim/relaysim/sim/trace"
)

// Writer writes a recording. Each line is one Write of the underlying writer,
// so what was reported written is there even if the program is killed. One
// goroutine at a time may use it.
type Writer struct {
	w      io.Writer
	buf    []byte // the line being put together, reused
	events int
	last   int // seq of the last observation
	closed bool
	err    error // the first error, returned ever after
}

// NewWriter writes the header line to w and returns a Writer for the rest.
// h.Version is set to Version.
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	h.Version = Version
	line, err := json.Marshal(struct {
		Kind string `json:"kind"`
		Header
	}{kindHeader, h})
	if err != nil {
		return nil, fmt.Errorf("recording header: %w", err)
	}
	rw := &Writer{w: w}
	rw.buf = append(append(rw.buf, line...), '\n')
	rw.flush()
	return rw, rw.err
}

// Write appends one observation, whose Seq must be greater than the one
// before. After an error it writes nothing more and returns that error again.
func (w *Writer) Write(o *trace.Observation) error {
	if w.err != nil {
		return w.err
	}
	if w.buf, w.err = w.line(o); w.err != nil {
		return w.err
	}
	w.flush()
	w.last = o.Seq
	w.events++
	return w.err
}

// line puts o's line together in the writer's buffer.
func (w *Writer) line(o *trace.Observation) ([]byte, error) {
	if w.closed {
		return nil, fmt.Errorf("recording: seq %d comes after the end line", o.Seq)
	}
	if o.Seq <= w.last {
		return nil, fmt.Errorf("recording: seq %d comes after %d", o.Seq, w.last)
	}
	line, err := appendObservation(w.buf[:0], o)
	if err == nil && len(line) > MaxLine {
		err = fmt.Errorf("recording: seq %d makes a line of %d bytes, at most %d can be read again", o.Seq, len(line), MaxLine)
	}
	return line, err
}

// Close writes the end line. It does not close the underlying writer. A second
// Close does nothing.
func (w *Writer) Close() error { return w.end("") }

// Cut is Close where the session goes on: what is under way in it is nobody's
// fault.
func (w *Writer) Cut() error { return w.end(`,"cut":true`) }

func (w *Writer) end(how string) error {
	if w.err != nil || w.closed {
		return w.err
	}
	w.closed = true
	w.buf = fmt.Appendf(w.buf[:0], "{\"kind\":%q,\"events\":%d%s}\n", kindEnd, w.events, how)
	w.flush()
	return w.err
}

func (w *Writer) flush() {
	if _, err := w.w.Write(w.buf); err != nil {
		w.err = fmt.Errorf("recording: %w", err)
	}
}
