package driver

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"
)

// What a driver may do at most.
const (
	maxLine     = 4 << 20  // bytes of one line it prints
	maxMessages = 100_000  // in one scenario
	maxBytes    = 64 << 20 // of messages in one scenario
)

// drained is how long what an ended program has printed is waited for.
const drained = 500 * time.Millisecond

// process is one running driver. It is not trusted: whatever it does wrong is a
// fault, which ends it and everything that waits for it.
type process struct {
	// Fixed after spawn.
	o       *Options
	cmd     *exec.Cmd
	in, out *os.File // its stdin and stdout
	said    *said

	greeted chan *message // takes the hello
	broken  chan struct{} // closed with the first fault
	mute    chan struct{} // closed when it has closed its stdout
	ended   chan struct{} // closed when the program has ended; its readers may go on
	gone    chan struct{} // closed when the program and its readers are gone
	ids     atomic.Int64  // of calls and questions
	reports atomic.Int64  // messages that tell of something that happened

	// Owned by read.
	hello           bool // it has said hello
	messages, bytes int

	writing sync.Mutex // Held while a line is written.

	mu       sync.Mutex
	fault    error                   // Guarded by mu. The first; set before broken is closed.
	stopping bool                    // Guarded by mu. It was told to stop: its end is no fault.
	asked    map[int64]chan *message // Guarded by mu. Questions without an answer.
	life     *life                   // Guarded by mu. The one that is running.
	lived    bool                    // Guarded by mu. There has been one.
	fresh    bool                    // Guarded by mu. read counts from nothing again.
}

// spawn starts the program.
func spawn(o *Options) (*process, error) {
	var ends [6]*os.File
	for i := 0; i < len(ends); i += 2 {
		r, w, err := os.Pipe()
		if err != nil {
			closeAll(ends[:])
			return nil, err
		}
		ends[i], ends[i+1] = r, w
	}
	p := &process{
		o: o, cmd: shell(o.Command), in: ends[1], out: ends[2],
		said:    &said{to: o.Stderr, prefix: o.prefix(), heard: o.Heard},
		greeted: make(chan *message, 1), broken: make(chan struct{}), mute: make(chan struct{}),
		ended: make(chan struct{}), gone: make(chan struct{}),
		asked: map[int64]chan *message{},
	}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = ends[0], ends[3], ends[5]
	p.cmd.Dir = p.o.Dir
	group(p.cmd)
	if err := p.cmd.Start(); err != nil {
		closeAll(ends[:])
		return nil, err
	}
	closeAll([]*os.File{ends[0], ends[3], ends[5]}) // they are the program's
	go p.serve(ends[4])
	return p, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close() // nil is no file, and says so
	}
}

// serve reads what the program prints until it is gone.
func (p *process) serve(stderr *os.File) {
	defer close(p.gone)
	var others sync.WaitGroup
	var ended error
	others.Go(func() { p.said.copy(stderr) })
	others.Go(func() {
		ended = p.cmd.Wait()
		close(p.ended)
		// What it has started may hold its pipes open.
		soon := time.Now().Add(drained)
		p.out.SetReadDeadline(soon)
		stderr.SetReadDeadline(soon)
	})
	if err := p.read(); err != nil {
		p.fail(err)
	}
	close(p.mute)
	late := time.AfterFunc(p.o.Stop, func() { killGroup(p.cmd) })
	others.Wait()
	if !late.Stop() {
		p.fail(errors.New("it closed its stdout and went on: keep it open until the end"))
	}
	killGroup(p.cmd)
	p.fail(endedFault(ended))
	closeAll([]*os.File{p.in, p.out, stderr})
}

// endedFault says how a program ended that should not have.
func endedFault(err error) error {
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return fmt.Errorf("it ended by itself (%s): it must run until it is told to stop", exit)
	case err != nil:
		return fmt.Errorf("it ended by itself: %w", err)
	}
	return errors.New("it ended by itself (exit status 0): it must run until it is told to stop or its stdin ends")
}

// read takes the lines of the program until there are no more. The error is a
// fault.
func (p *process) read() error {
	b := bufio.NewReaderSize(p.out, 64<<10)
	var line []byte
	for {
		piece, err := b.ReadSlice('\n')
		line = append(line, piece...)
		switch {
		case len(line) > maxLine:
			return fmt.Errorf("it printed a line of more than %d bytes", maxLine)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return nil // it has closed its stdout: serve says how it ended
		}
		if err := p.line(line); err != nil {
			return err
		}
		line = line[:0]
	}
}

// line takes one line. The error is a fault.
func (p *process) line(line []byte) error {
	p.mu.Lock()
	if p.fresh {
		p.fresh, p.messages, p.bytes = false, 0, 0
	}
	p.mu.Unlock()
	trimmed := bytes.TrimSpace(line)
	if len(trimmed) == 0 {
		return nil
	}
	if p.o.Heard != nil {
		p.o.Heard(trimmed)
	}
	m, err := parse(trimmed)
	if err != nil {
		return err
	}
	if m.Type != "synced" { // which is asked for
		p.messages++
		p.bytes += len(line)
	}
	if p.messages > maxMessages || p.bytes > maxBytes {
		return fmt.Errorf("it sent more than %d messages, or %d bytes of them, in one scenario: it floods", maxMessages, maxBytes)
	}
	return p.receive(m)
}

// renew forgets what the program has said and sent: from now on it is the next
// scenario's.
func (p *process) renew() {
	p.said.begin()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fresh = true
}

// receive does what a message says. The error is a fault.
func (p *process) receive(m *message) error {
	switch {
	case m.Type == "hello" && p.hello:
		return errors.New("it said hello twice: once is enough, when it begins")
	case m.Type == "hello":
		p.hello = true
		p.greeted <- m
		return nil
	case !p.hello:
		return fmt.Errorf("it sent %s before hello", m.Type)
	case m.Type == "log":
		p.said.add(m.Text)
		return nil
	case m.Type == "synced":
		return p.answer(m)
	}
	p.mu.Lock()
	l, lived := p.life, p.lived
	p.mu.Unlock()
	if l != nil {
		p.reports.Add(1)
		return l.receive(m)
	}
	if !lived {
		return fmt.Errorf("it sent %s before start", m.Type)
	}
	return nil // it crossed the end of its life
}

// answer gives a synced to who waits for it.
func (p *process) answer(m *message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	to := p.asked[m.ID]
	if to == nil {
		return fmt.Errorf("it sent synced with the id %d, which nothing that waits for it has: answer sync, advance, kill and reset once, with their id", m.ID)
	}
	delete(p.asked, m.ID)
	to <- m
	return nil
}

// fail ends the program because of a fault. Only the first counts, and none
// once it was told to stop.
func (p *process) fail(err error) {
	p.mu.Lock()
	first := p.fault == nil && !p.stopping
	if first {
		p.fault = &Fault{Command: p.o.Command, Text: err.Error()}
		close(p.broken)
	}
	l := p.life
	p.mu.Unlock()
	if l != nil {
		l.finish()
	}
	if first {
		killGroup(p.cmd)
		p.out.SetReadDeadline(time.Now().Add(drained))
	}
}

// failed is the fault, if there is one.
func (p *process) failed() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fault
}

// Fault is something that a driver did wrong.
type Fault struct {
	Command string // of the driver
	Text    string // what it did, and what to do instead
}

func (f *Fault) Error() string { return "driver " + f.Command + ": " + f.Text }
