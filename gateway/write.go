package gateway

import (
	"bytes"
	"context"
	"errors"
	"sync"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway/wire"
)

// maxOutbox bounds what waits to be written, in bytes: acks and typing only.
const maxOutbox = 1 << 20

var (
	errStuck    = errors.New("a write was stuck: the peer does not read")
	errUnread   = errors.New("the peer does not read its acks")
	errTooBig   = errors.New("a message or line is too big (FR-8)")
	errFinished = errors.New("socket closed")
)

// outbox is what a connection has to write. Whoever has something to say and
// may wait writes inline. Whoever may not wait, which is above all the reading
// goroutine (FR-7), posts; a goroutine that exists only while something is
// posted flushes it. What was posted is written before what is written later,
// so the order on the wire is the order in which things were said.
type outbox struct {
	writing sync.Mutex // held while the socket is written to
	line    []byte     // Guarded by writing. For encoding.
	taken   []byte     // Guarded by writing. What was posted, being written.

	mu       sync.Mutex
	posted   []byte // Guarded by mu. Whole lines.
	flushing bool   // Guarded by mu.
	closed   bool   // Guarded by mu.
	flushes  sync.WaitGroup
}

// write sends one line as a message of its own.
func (c *conn) write(line []byte) error {
	c.out.writing.Lock()
	defer c.out.writing.Unlock()
	if err := c.sendPosted(); err != nil {
		return err
	}
	return c.send(line)
}

// writeOutbound encodes and sends one outbound frame.
func (c *conn) writeOutbound(id string, a *wire.Action, to address) error {
	c.out.writing.Lock()
	defer c.out.writing.Unlock()
	if err := c.sendPosted(); err != nil {
		return err
	}
	line := wire.AppendOutbound(c.out.line[:0], id, a, to.platform, to.botID)
	if cap(line) <= keptBuffer {
		c.out.line = line
	}
	return c.send(line)
}

// post queues one line for writing and never waits.
func (c *conn) post(line []byte) {
	c.out.mu.Lock()
	full := len(c.out.posted)+len(line) > maxOutbox
	start := !full && !c.out.flushing && !c.out.closed
	if !full {
		c.out.posted = append(c.out.posted, line...)
	}
	if start {
		c.out.flushing = true
		c.g.work.Begin()
		c.out.flushes.Go(c.flush)
	}
	c.out.mu.Unlock()
	if full {
		c.drop(errUnread)
	}
}

// flush writes what is posted until nothing is.
func (c *conn) flush() {
	defer c.g.work.End()
	for {
		c.out.writing.Lock()
		err := c.sendPosted()
		c.out.writing.Unlock()
		if err != nil {
			c.broken(err)
		}
		c.out.mu.Lock()
		if err != nil || len(c.out.posted) == 0 {
			c.out.flushing = err != nil // a broken connection flushes no more
			c.out.mu.Unlock()
			return
		}
		c.out.mu.Unlock()
	}
}

// sendPosted writes what is posted, a message for each line. The caller holds
// the writing lock.
func (c *conn) sendPosted() error {
	c.out.mu.Lock()
	c.out.taken, c.out.posted = c.out.posted, c.out.taken[:0]
	c.out.mu.Unlock()
	rest := c.out.taken
	for len(rest) > 0 {
		end := bytes.IndexByte(rest, '\n') + 1
		if err := c.send(rest[:end]); err != nil {
			return err
		}
		rest = rest[end:]
	}
	return nil
}

// send writes one message. Its context is never cancelled, which is cheap; the
// watchdog ends a write that is stuck.
func (c *conn) send(line []byte) error {
	c.guard.enter()
	err := c.ws.Write(context.Background(), websocket.MessageText, line)
	c.guard.leave()
	return err
}

// close lets no flush begin any more and waits for the one that runs.
func (o *outbox) close() {
	o.mu.Lock()
	o.closed = true
	o.mu.Unlock()
	o.flushes.Wait()
}
