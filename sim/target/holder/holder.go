// Package holder speaks to a connector driver: a program, in any language, that
// holds the connector under test and does to it what a scenario says. relaysim
// starts it once for each run and talks JSON Lines over its stdin and stdout; see
// PROTOCOL.md. The program is not trusted: every answer has a deadline, every
// line a bound, and its end in between is an error that says what to do.
//
// Start reading at Start. The package knows no scenarios and no connector.
package holder

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/relaysim/relaysim/sim/target/program"
)

// Version is that of the protocol.
const Version = 1

// Program says how a connector driver is run. Command is required.
type Program struct {
	// Command is a line for sh.
	Command string
	// Stderr takes what the program writes to its own. Nil discards.
	Stderr io.Writer
	// Answer bounds one answer, in real time. Zero means 10 s.
	Answer time.Duration
}

const (
	defaultAnswer = 10 * time.Second
	// leave is how long the program may take to end when it is told to.
	leave = 2 * time.Second
)

// Holder is one running program. Only one goroutine uses it.
type Holder struct {
	program Program
	running *program.Program
	lines   chan []byte
	left    chan struct{} // closed when nobody takes lines any more
	writing sync.WaitGroup
	over    error // why the program is not heard any more; read after it is gone
	id      int
	note    func(reason string)
}

// Reply is an answer of the program.
type Reply struct {
	ID      int             `json:"id"`
	Note    string          `json:"note"` // not an answer: the connector dropped something
	Error   string          `json:"error"`
	Dropped bool            `json:"dropped"` // the connector let it fall, as it may have to
	URL     string          `json:"url"`     // to start
	Status  int             `json:"status"`  // the edge's
	Body    string          `json:"body"`
	Chat    json.RawMessage `json:"chat"`
}

// Start runs the program and asks it to start a connector that is set up in that
// way. note is told what the connector drops, on the caller's goroutine. The
// caller closes the Holder; the Reply has the connector's URL.
func Start(ctx context.Context, p Program, setup any, note func(reason string)) (*Holder, *Reply, error) {
	if p.Answer == 0 {
		p.Answer = defaultAnswer
	}
	if p.Stderr == nil {
		p.Stderr = io.Discard
	}
	h := &Holder{program: p, lines: make(chan []byte), left: make(chan struct{}), note: note}
	var err error
	h.running, err = program.Start(program.Options{
		Command: p.Command, Mute: leave, Printed: h.printed, Over: func(why error) { h.over = why },
		Said: func(line []byte) { fmt.Fprintf(p.Stderr, "%s\n", line) },
	})
	if err != nil {
		return nil, nil, fmt.Errorf("connector driver %q: %w", p.Command, err)
	}
	r, err := h.Do(ctx, "start", map[string]any{"protocol": Version, "setup": setup})
	if err == nil && r.URL == "" {
		err = h.fault(`its answer to start has no url: want {"id":1,"url":"http://127.0.0.1:…"}`)
	}
	if err != nil {
		return nil, nil, errors.Join(err, h.Close())
	}
	return h, r, nil
}

// printed hands a line on to who waits for an answer.
func (h *Holder) printed(line []byte) error {
	select {
	case h.lines <- bytes.Clone(line):
	case <-h.left: // what it says now is nobody's
	}
	return nil
}

func (h *Holder) fault(format string, args ...any) error {
	return fmt.Errorf("connector driver %q: %w", h.program.Command, fmt.Errorf(format, args...))
}

// Do asks for something and waits until it is done. An error of the program's own
// is in the Reply; the error is of a program that does not keep the protocol, or
// ctx's cause.
func (h *Holder) Do(ctx context.Context, what string, args map[string]any) (*Reply, error) {
	h.id++
	m := map[string]any{"id": h.id, "do": what}
	for name, value := range args {
		m[name] = value
	}
	line, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	limit := time.NewTimer(h.program.Answer)
	defer limit.Stop()
	_ = h.running.In.SetWriteDeadline(time.Now().Add(h.program.Answer))
	h.writing.Go(func() { _, _ = h.running.In.Write(append(line, '\n')) }) // who does not read does not answer
	for {
		select {
		case line := <-h.lines:
			r, err := h.reply(line, what)
			if r != nil || err != nil {
				return r, err
			}
		case <-h.running.Gone():
			return nil, h.fault("%w", h.over)
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-limit.C:
			select {
			case <-h.running.Ended(): // which is the better reason
				limit.Reset(leave)
				continue
			default:
			}
			return nil, h.fault(`it did not answer %s within %v: print {"id":%d} on one line, and flush`, what, h.program.Answer, h.id)
		}
	}
}

// reply reads a line; nil where it is a note.
func (h *Holder) reply(line []byte, what string) (*Reply, error) {
	var r Reply
	if err := json.Unmarshal(line, &r); err != nil {
		shown := string(line[:min(len(line), 80)])
		return nil, h.fault("it printed %q, which is no message (%v): its stdout is for the protocol, other output goes to stderr", shown, err)
	}
	if r.Note != "" {
		h.note(r.Note)
		return nil, nil
	}
	if r.ID != h.id {
		return nil, h.fault("it answered %d, but %d (%s) was asked", r.ID, h.id, what)
	}
	return &r, nil
}

// Close tells the program to stop and waits until it is gone, with all that it
// has started; the error says that it had to be killed.
func (h *Holder) Close() error {
	defer h.writing.Wait()
	close(h.left)
	in := h.running.In
	_ = in.SetWriteDeadline(time.Now().Add(leave))
	_, _ = fmt.Fprintf(in, "{\"id\":%d,\"do\":\"stop\"}\n", h.id+1) // who does not read is killed below
	_ = in.Close()
	limit := time.NewTimer(leave)
	defer limit.Stop()
	select {
	case <-h.running.Gone():
		return nil
	case <-limit.C:
	}
	h.running.Kill()
	<-h.running.Gone()
	return h.fault("it did not end within %v of stop, and was killed: end when stop comes or stdin ends", leave)
}
