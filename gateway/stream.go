package gateway

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/coder/quartz"
)

// StreamOptions configures a Stream. The zero value works.
type StreamOptions struct {
	// Interval is the least time between two edits, in gateway clock time. Zero
	// means 1 s.
	Interval time.Duration
}

const (
	// gather is how long what is written waits for more before it is shown, in
	// gateway clock time, so that a short text is sent whole.
	gather          = 100 * time.Millisecond
	defaultInterval = time.Second
)

// Stream is a reply that is shown while it grows: a message, and edits of it. A
// text that gets too long for one goes on in another (OUT-7). Where nothing can
// be edited each segment is sent when it is whole. It has the chat, the thread
// and the scope of the turn's reply (OUT-9, SC-6).
//
// Write never waits for the connector; Break and Close do. Its methods are for
// one goroutine at a time. What was not closed is when the turn ends, also beside
// a call that some goroutine of the agent is still in; the turn waits for that.
type Stream struct {
	t        *Turn
	ctx      context.Context
	interval time.Duration

	mu       sync.Mutex
	thoughts thoughts      // Guarded by mu.
	text     string        // Guarded by mu. Of the message that grows, as it shall be.
	segment  []byte        // Guarded by mu. The whole segment.
	timer    *quartz.Timer // Guarded by mu. Shows the text; nil when nothing is due.
	showing  bool          // Guarded by mu. A goroutine shows the text or finishes it.
	waiting  []*pause      // Guarded by mu. Until none does: the agent, the end of the turn.
	last     time.Time     // Guarded by mu. When the text was shown last.
	closed   bool          // Guarded by mu.

	message growing // Owned by who shows, else guarded by mu.
}

// errStreamClosed is what Write returns after Close.
var errStreamClosed = errors.New("the stream is closed")

// Stream begins a reply that is shown while it grows. ctx bounds its calls. What
// Agent.Turn returns is sent after it; an agent that streams all it has to say
// returns "".
func (t *Turn) Stream(ctx context.Context, o StreamOptions) *Stream {
	s := &Stream{t: t, ctx: ctx, interval: o.Interval, message: newGrowing(t)}
	setDefault(&s.interval, defaultInterval)
	s.thoughts.strays = t.g.rev.StripsStrayTags
	t.mu.Lock()
	defer t.mu.Unlock()
	t.streams = append(t.streams, s)
	return s
}

// Write adds to the text. It fails only after Close.
func (s *Stream) Write(p []byte) (int, error) { return s.WriteString(string(p)) }

// WriteString is Write for a string.
func (s *Stream) WriteString(text string) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, errStreamClosed
	}
	s.add(s.thoughts.next(text))
	s.schedule()
	return len(text), nil
}

// add takes in what can be shown. The caller holds mu.
func (s *Stream) add(text string) {
	s.text += text
	s.segment = append(s.segment, text...)
}

// schedule lets the text be shown when it is time to. The caller holds mu.
func (s *Stream) schedule() {
	if s.closed || s.showing || s.timer != nil || !s.message.wants(s.text) {
		return
	}
	wait := gather
	if !s.last.IsZero() {
		wait = max(gather, s.interval-s.t.g.clock.Since(s.last))
	}
	s.timer = s.t.g.clock.AfterFunc(wait, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.timer = nil
		if !s.closed && !s.showing {
			s.showing = true
			s.t.g.work.Begin()
			s.t.g.turns.Go(s.show) // before the turn's own end: that closes the stream
		}
	})
}

// show shows the text as far as it has come.
func (s *Stream) show() {
	defer s.t.g.work.End()
	s.mu.Lock()
	text := s.text
	s.mu.Unlock()
	rest := s.message.grow(s.ctx, text)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = rest + s.text[len(text):]
	s.last = s.t.g.clock.Now()
	if s.release() == 0 {
		s.schedule()
	}
}

// release ends being the one who shows the text, and wakes who waits for that:
// so many go on with it. The caller holds mu.
func (s *Stream) release() (woken int) {
	waiting := s.waiting
	s.showing, s.waiting = false, nil
	for _, p := range waiting {
		p.wake()
	}
	return len(waiting)
}

// Break ends a segment, such as before a tool is used: the message is finished,
// and what is written next begins another. It returns when the segment is
// delivered, or why it could not be.
func (s *Stream) Break() error {
	text, ok := s.settle(false)
	if !ok {
		return errStreamClosed
	}
	return s.finish(text)
}

// Close ends the last segment as Break does, and the stream. Only the first call
// does something.
func (s *Stream) Close() error {
	text, ok := s.settle(true)
	if !ok {
		return nil
	}
	return s.finish(text)
}

// settle waits until nobody shows the text any more, and takes it. It is not ok
// when the stream is closed.
func (s *Stream) settle(closes bool) (text string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return "", false
	}
	s.closed = closes
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	for s.showing { // or finishes it: the turn may end beside a Break
		p := s.t.g.newPause()
		s.waiting = append(s.waiting, p)
		s.mu.Unlock()
		p.wait(context.Background()) // the calls of who shows it end with ctx
		s.mu.Lock()
	}
	s.showing = true // until finish has
	s.add(s.thoughts.end())
	text = s.text
	s.t.says(string(s.segment))
	s.text, s.segment, s.thoughts = "", nil, thoughts{strays: s.thoughts.strays}
	return text, true
}

// finish delivers a segment.
func (s *Stream) finish(text string) error {
	next, err := s.message.finish(s.ctx, text)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.message, s.last = next, time.Time{}
	s.release()
	return err
}

// says keeps a segment for the transcript.
func (t *Turn) says(segment string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if segment = strings.TrimSpace(segment); segment != "" {
		t.said = append(t.said, segment)
	}
}

// whole is all that the agent said: what it streamed, and its reply.
func (t *Turn) whole(reply string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.said) == 0 {
		return reply
	}
	return strings.TrimSpace(strings.Join(append(t.said, reply), "\n\n"))
}

// closeStreams ends what the agent has left open.
func (t *Turn) closeStreams() {
	t.mu.Lock()
	streams := t.streams
	t.mu.Unlock()
	for _, s := range streams {
		if err := s.Close(); err != nil {
			t.g.log.Warn("relay: a stream was not delivered", "session", t.SessionKey, "error", err)
		}
	}
}
