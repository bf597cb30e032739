package driver

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/relaysim/relaysim/sim/target/program"
)

// What a driver may do at most.
const (
	maxMessages = 100_000  // in one scenario
	maxBytes    = 64 << 20 // of messages in one scenario
)

// process is one running driver. It is not trusted: whatever it does wrong is a
// fault, which ends it and everything that waits for it.
type process struct {
	// Fixed after spawn.
	*program.Program
	o    *Options
	said *said

	greeted chan *message // takes the hello
	broken  chan struct{} // closed with the first fault
	ids     atomic.Int64  // of calls and questions
	reports atomic.Int64  // messages that tell of something that happened
	taken   atomic.Int64  // messages, but for answers

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
	p := &process{
		o: o, said: &said{to: o.Stderr, name: o.program()}, greeted: make(chan *message, 1), broken: make(chan struct{}),
		asked: map[int64]chan *message{},
	}
	p.mu.Lock() // whoever fails it waits until there is a Program
	defer p.mu.Unlock()
	var err error
	p.Program, err = program.Start(program.Options{
		Command: o.Command, Dir: o.Dir, Mute: o.Stop, Printed: p.line, Over: p.fail,
		Said: func(line []byte) {
			p.heard(line)
			p.said.add(string(line))
		},
	})
	return p, err
}

// heard tells who listens.
func (p *process) heard(line []byte) {
	if p.o.Heard != nil {
		p.o.Heard(line)
	}
}

// line takes one line. The error is a fault.
func (p *process) line(line []byte) error {
	p.mu.Lock()
	if p.fresh {
		p.fresh, p.messages, p.bytes = false, 0, 0
	}
	p.mu.Unlock()
	p.heard(line)
	p.crossed('<', line)
	m, err := parse(line)
	if err != nil {
		return err
	}
	if m.Type != "synced" { // which is asked for
		p.messages++
		p.taken.Add(1)
		p.bytes += len(line)
	}
	if p.messages > maxMessages || p.bytes > maxBytes {
		return fmt.Errorf("it sent more than %d messages, or %d bytes of them, in one scenario: it floods", maxMessages, maxBytes)
	}
	return p.receive(m)
}

// crossed shows a line of the protocol to the driver's author.
func (p *process) crossed(way rune, line []byte) {
	if p.o.Lines != nil {
		fmt.Fprintf(p.o.Lines, "%d %c %s\n", p.PID(), way, p.said.masked(string(bytes.TrimSpace(line))))
	}
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
		p.Kill()
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
