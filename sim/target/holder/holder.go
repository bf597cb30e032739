// Package holder speaks to a connector driver: a program, in any language, that
// holds the connector under test and does to it what a scenario says. relaysim
// starts it once for each run and talks JSON Lines over its stdin and stdout; see
// PROTOCOL.md. The program is not trusted: every answer has a deadline, every
// line a bound, and its end in between is an error that says what to do.
//
// Start reading at Start. The package knows no scenarios and no connector.
package holder

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"
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
	// maxLine bounds a line that the program prints, in bytes.
	maxLine = 4 << 20
)

// Holder is one running program. Only one goroutine uses it.
type Holder struct {
	program Program
	cmd     *exec.Cmd
	in      io.WriteCloser
	lines   chan []byte
	gone    chan struct{} // closed when the program and its reader are gone
	ended   error         // how; read after gone
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
	h := &Holder{program: p, lines: make(chan []byte), gone: make(chan struct{}), note: note}
	h.cmd = exec.Command("sh", "-c", "exec "+p.Command)
	h.cmd.Stderr, h.cmd.WaitDelay = p.Stderr, leave
	in, err := h.cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	out, w := io.Pipe()
	h.in, h.cmd.Stdout = in, w
	if err := h.cmd.Start(); err != nil {
		return nil, nil, fmt.Errorf("connector driver %q: %w", p.Command, err)
	}
	var reading sync.WaitGroup
	reading.Go(func() { h.read(out) })
	go func() {
		h.ended = h.cmd.Wait()
		w.Close()
		reading.Wait()
		close(h.gone)
	}()
	r, err := h.Do(ctx, "start", map[string]any{"protocol": Version, "setup": setup})
	if err == nil && r.URL == "" {
		err = h.fault(`its answer to start has no url: want {"id":1,"url":"http://127.0.0.1:…"}`)
	}
	if err != nil {
		return nil, nil, errors.Join(err, h.Close())
	}
	return h, r, nil
}

// read hands lines on until there are no more. A nil line is one that is too
// long.
func (h *Holder) read(out io.Reader) {
	s := bufio.NewScanner(out)
	s.Buffer(nil, maxLine)
	for s.Scan() {
		if line := bytes.TrimSpace(s.Bytes()); len(line) > 0 {
			h.lines <- bytes.Clone(line)
		}
	}
	if errors.Is(s.Err(), bufio.ErrTooLong) {
		h.lines <- nil
	}
	_, _ = io.Copy(io.Discard, out)
}

func (h *Holder) fault(format string, args ...any) error {
	return fmt.Errorf("connector driver %q: %s", h.program.Command, fmt.Sprintf(format, args...))
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
	wrote := make(chan error, 1)
	go func() {
		_, err := h.in.Write(append(line, '\n'))
		wrote <- err
	}()
	for {
		select {
		case <-wrote: // who does not read has ended, or does not answer
			wrote = nil
		case line := <-h.lines:
			r, err := h.reply(line, what)
			if r != nil || err != nil {
				return r, err
			}
		case <-h.gone:
			return nil, h.over()
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-limit.C:
			return nil, h.fault(`it did not answer %s within %v: print {"id":%d} on one line, and flush`, what, h.program.Answer, h.id)
		}
	}
}

// over says that the program has ended, once all it printed was read.
func (h *Holder) over() error {
	if h.ended != nil {
		return h.fault("it ended by itself (%v): it must run until it is told to stop", h.ended)
	}
	return h.fault("it ended by itself: it must run until it is told to stop, or until its stdin ends")
}

// reply reads a line; nil where it is a note.
func (h *Holder) reply(line []byte, what string) (*Reply, error) {
	if line == nil {
		return nil, h.fault("it printed a line of more than %d bytes", maxLine)
	}
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

// Close tells the program to stop and waits until it is gone; the error says that
// it had to be killed.
func (h *Holder) Close() error {
	line := strings.NewReader(fmt.Sprintf("{\"id\":%d,\"do\":\"stop\"}\n", h.id+1))
	wrote := make(chan struct{})
	go func() {
		defer close(wrote)
		_, _ = io.Copy(h.in, line)
		_ = h.in.Close()
	}()
	defer func() { <-wrote }()
	limit := time.NewTimer(leave)
	defer limit.Stop()
	for {
		select {
		case <-h.lines: // what it says now is nobody's
		case <-h.gone:
			return nil
		case <-limit.C:
			_ = h.cmd.Process.Kill()
			for {
				select {
				case <-h.lines:
				case <-h.gone:
					return h.fault("it did not end within %v of stop, and was killed: end when stop comes or stdin ends", leave)
				}
			}
		}
	}
}
