package driver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// write sends a message to the program. Whoever writes learns of a fault from
// broken.
func (p *process) write(m any) {
	line, err := encode(m)
	if err != nil {
		p.fail(err)
		return
	}
	p.writing.Lock()
	defer p.writing.Unlock()
	p.crossed('>', line)
	p.In.SetWriteDeadline(time.Now().Add(p.o.Answer))
	switch _, err := p.In.Write(line); {
	case err == nil:
	case errors.Is(err, os.ErrDeadlineExceeded):
		p.late(fmt.Errorf("it did not read its stdin for %v: read it on a thread or task of its own", p.o.Answer))
	default: // it is ending; serve says why
	}
}

// ask sends a question and waits for its synced. The error is a fault, or ctx's
// cause.
func (p *process) ask(ctx context.Context, what string) (*message, error) {
	return p.question(ctx, what, func(id int64) any { return askMessage{Type: what, ID: id} })
}

// chatter is how many messages a driver may send while it owes an answer before
// they are the reason that it is late: reading them takes its time too.
const chatter = 1000

// question is ask with a message of its own.
func (p *process) question(ctx context.Context, what string, of func(id int64) any) (*message, error) {
	id := p.ids.Add(1)
	answer := make(chan *message, 1)
	p.mu.Lock()
	p.asked[id] = answer
	p.mu.Unlock()
	p.write(of(id))
	before := p.taken.Load()
	limit := time.NewTimer(p.o.Answer)
	defer limit.Stop()
	select {
	case m := <-answer:
		return m, nil
	case <-p.broken:
	case <-p.Gone():
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-limit.C:
		if n := p.taken.Load() - before; n > chatter {
			p.late(fmt.Errorf("it sent %d messages in %v, and among them no answer to %s: it floods", n, p.o.Answer, what))
			break
		}
		p.late(fmt.Errorf(`it did not answer %s within %v: send {"type":"synced","id":%d} once what it has received is handled, whatever else waits`, what, p.o.Answer, id))
	}
	return nil, p.verdict()
}

// late is fail for what was not done in time, unless the program has ended: that
// is the reason then, and serve gives it.
func (p *process) late(err error) {
	select {
	case <-p.Ended():
	default:
		p.fail(err)
	}
}

// over says whether the program can answer no more. Why is verdict's to say.
func (p *process) over() bool {
	select {
	case <-p.broken:
	case <-p.Mute():
	case <-p.Ended():
	default:
		return false
	}
	return true
}

// verdict waits until it is known what was wrong with a program that answers no
// more. It is never nil. The reader of the program must not call it.
func (p *process) verdict() error {
	select {
	case <-p.broken:
		return p.failed()
	case <-p.Gone():
	}
	if err := p.failed(); err != nil { // both have come
		return err
	}
	return errors.New("it is gone") // as it was told to be
}

// stop tells the program to end and waits until it is gone. The error says that
// it had to be killed.
func (p *process) stop() error {
	p.mu.Lock()
	fault := p.fault
	p.stopping = true
	p.mu.Unlock()
	if fault != nil {
		<-p.Gone()
		return nil // it is reported already
	}
	p.write(plainMessage{Type: "stop"})
	return p.depart("stop")
}

// depart closes the program's stdin and waits until it is gone. The error says that
// it had to be killed so long after what told it to end.
func (p *process) depart(after string) error {
	p.In.Close()
	limit := time.NewTimer(p.o.Stop)
	defer limit.Stop()
	select {
	case <-p.Gone():
		return nil
	case <-limit.C:
	}
	p.end()
	return &Fault{Command: p.o.Command, Text: fmt.Sprintf("it did not end within %v of %s and was killed: end when stop comes or stdin ends", p.o.Stop, after)}
}

// end kills the program and waits until it is gone.
func (p *process) end() {
	p.mu.Lock()
	p.stopping = true
	p.mu.Unlock()
	p.Kill()
	<-p.Gone()
}
