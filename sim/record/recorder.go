package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/redact"
	"github.com/relaysim/relaysim/sim/trace"
)

// RecorderOptions configures a Recorder. The zero value records everything as
// it is, without a bound.
type RecorderOptions struct {
	Header recording.Header
	// Redactor cuts secrets out before anything is written. Nil cuts nothing.
	Redactor *redact.Redactor
	// MaxSize ends the recording with the line that reaches it, in bytes. Zero
	// means no bound.
	MaxSize int64
	// MaxDuration ends the recording that long after its start. Zero means no
	// bound.
	MaxDuration time.Duration
	// Ended is called once if the recording ends before Close: with ErrMaxSize
	// or ErrMaxDuration, or with what went wrong. It must not block. Nil tells
	// nobody.
	Ended func(why error)
}

// How a recording may end before it is closed, beside a file that cannot be
// written. After the first two it is complete, with its end line.
var (
	ErrMaxSize     = errors.New("the recording has reached its greatest size")
	ErrMaxDuration = errors.New("the recording has reached its greatest duration")
	ErrStalled     = errors.New("the file takes nothing any more, and too much waits to be written")
)

const (
	// maxQueued bounds what waits to be written, in bytes; as much again may be
	// with the writing goroutine.
	maxQueued = 8 << 20
	// stalled is how long a write may take while somebody waits for it: sessions for
	// room in a full queue, or whoever closes the recording. Then it ends. It costs
	// the sessions that wait once. A machine that is busy takes a second.
	stalled = 2 * time.Second
	// lookEvery is how often somebody who waits looks how long it takes.
	lookEvery = 100 * time.Millisecond
)

// Recorder writes observations as a recording, from a goroutine of its own. A
// line waits for nothing but the write before it; lines that came meanwhile are
// written together. (A write for each in the session's own goroutine is slower,
// see BenchmarkProxy, and a disk that hangs would hang the session.) Its methods
// may be called from any goroutine.
type Recorder struct {
	// Fixed after NewRecorder.
	redactor *redact.Redactor
	maxSize  int64
	tell     func(why error)
	start    time.Time
	timer    *time.Timer   // nil without MaxDuration
	wake     chan struct{} // holds a token when there is something to take
	done     chan struct{} // closed when the goroutine is gone

	frames atomic.Int64 // messages added

	mu    sync.Mutex
	seq   int           // Guarded by mu.
	queue queue         // Guarded by mu.
	room  chan struct{} // Guarded by mu: closed when the queue is taken; nil when nobody waits
	over  bool          // Guarded by mu: it takes nothing more
	why   error         // Guarded by mu: why it is over; nil after Close
	cut   bool          // Guarded by mu: the sessions go on after Close

	// Owned by run.
	w     *recording.Writer
	lines *lines
	spare queue              // reused
	held  int                // observations that the redactor holds back
	one   *trace.Observation // reused, unless the redactor holds on to it
}

// NewRecorder writes the header to w and returns a Recorder of what follows.
// The caller calls Close; w stays open.
func NewRecorder(w io.Writer, o RecorderOptions) (*Recorder, error) {
	r := &Recorder{
		redactor: o.Redactor,
		maxSize:  o.MaxSize,
		tell:     o.Ended,
		start:    time.Now(),
		wake:     make(chan struct{}, 1),
		done:     make(chan struct{}),
		one:      new(trace.Observation),
	}
	r.lines = &lines{file: w}
	w = r.lines
	if r.redactor != nil {
		if err := r.cutHeader(&o.Header); err != nil {
			return nil, err
		}
		w = r.redactor.Gate(w)
	}
	var err error
	if r.w, err = recording.NewWriter(w, o.Header); err != nil {
		return nil, err
	}
	if err := r.lines.flush(); err != nil {
		return nil, err
	}
	if r.tell == nil {
		r.tell = func(error) {}
	}
	if o.MaxDuration > 0 {
		r.timer = time.AfterFunc(o.MaxDuration, func() { r.end(ErrMaxDuration) })
	}
	go r.run()
	return r, nil
}

// cutHeader cuts secrets out of what a header says in a person's words, or by name.
func (r *Recorder) cutHeader(h *recording.Header) error {
	h.Title, h.About = r.redactor.Text(h.Title), r.redactor.Text(h.About)
	if h.Config == nil {
		return nil
	}
	config, err := json.Marshal(h.Config)
	if err != nil {
		return err
	}
	h.Config = &recording.Config{}
	return json.Unmarshal(r.redactor.Bytes(config), h.Config)
}

// Add numbers and stamps o and puts it in line to be written. It copies o and
// its Data. It waits only while the queue is full and the file still takes
// something. After the end it does nothing.
func (r *Recorder) Add(o *trace.Observation) {
	if o.Kind == trace.Frame {
		r.message(o.Conn, o.Peer, o.From, o.Data, o.Binary)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.admit() {
		return
	}
	o.Seq, o.At = r.seq, r.Since()
	own := *o
	own.Data = bytes.Clone(o.Data)
	r.queue.list = append(r.queue.list, entry{seq: o.Seq, at: o.At, whole: &own})
}

// message is Add for a message, which it keeps without an allocation.
func (r *Recorder) message(conn int, peer string, from trace.Side, data []byte, binary bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.admit() {
		return
	}
	r.frames.Add(1)
	r.queue.data = append(r.queue.data, data...)
	r.queue.list = append(r.queue.list, entry{
		seq: r.seq, at: r.Since(), conn: conn, peer: peer, from: from, size: len(data), binary: binary,
	})
}

// admit waits until there is room for one more, which the caller adds, and
// counts it. It is false after the end. r.mu is held.
func (r *Recorder) admit() bool {
	for !r.over && r.queue.bytes() > maxQueued {
		r.wait()
	}
	if r.over {
		return false
	}
	r.seq++
	if len(r.queue.list) == 0 {
		r.rouse()
	}
	return true
}

// rouse lets the goroutine look at the queue.
func (r *Recorder) rouse() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// wait returns when the queue was taken, or ends the recording when the file
// takes nothing. r.mu is held, but not while it waits.
func (r *Recorder) wait() {
	if r.room == nil {
		r.room = make(chan struct{})
	}
	room := r.room
	r.mu.Unlock()
	if !r.await(room) {
		r.end(ErrStalled)
	}
	r.mu.Lock()
}

// await waits for a channel to be closed. It is false if a write takes too long
// meanwhile; one that is only slow to be made does not count.
func (r *Recorder) await(closed <-chan struct{}) bool {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case <-closed:
			return true
		case <-look.C:
			if r.lines.underWay() > stalled {
				return false
			}
		}
	}
}

// end lets no more in. Only the first end counts; it is told to whoever wants
// to know.
func (r *Recorder) end(why error) {
	r.mu.Lock()
	first := !r.over
	if first {
		r.over, r.why = true, why
		if r.room != nil {
			close(r.room)
			r.room = nil
		}
	}
	r.mu.Unlock()
	r.rouse()
	if first && why != nil {
		r.tell(why)
	}
}

// Len is the last Seq that was given.
func (r *Recorder) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seq
}

// Since is the time since the start of the recording, to the microsecond.
func (r *Recorder) Since() time.Duration { return time.Since(r.start).Truncate(time.Microsecond) }

// Frames is how many messages were added.
func (r *Recorder) Frames() int64 { return r.frames.Load() }

// Size is how many bytes the recording has.
func (r *Recorder) Size() int64 { return r.lines.size.Load() }

// Over says whether the recording has ended, and why; nil after Close.
func (r *Recorder) Over() (over bool, why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.over, r.why
}

// Cut is Close where the sessions go on, which the end line says.
func (r *Recorder) Cut() error {
	r.mu.Lock()
	r.cut = true
	r.mu.Unlock()
	return r.Close()
}

// Close writes what is in line and the end line, and waits until that is done,
// but not for a write that hangs. It returns what went wrong since the start; a bound that
// was reached is not wrong. Every call waits.
func (r *Recorder) Close() error {
	r.end(nil)
	if r.timer != nil {
		r.timer.Stop()
	}
	if !r.await(r.done) {
		return ErrStalled
	}
	_, why := r.Over()
	if why == ErrMaxSize || why == ErrMaxDuration {
		return nil
	}
	return why
}
