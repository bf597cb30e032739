package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/coder/quartz"
	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway/wire"
)

// Bounds in real time: what they guard against is a peer that does nothing.
const (
	stuckWrite = 10 * time.Second // at most twice this
	closeGrace = 2 * time.Second  // for the peer's close frame
)

// conn is one generation of the connection: one socket from its dial to its
// end. What arrives on it, and who waits for a result on it, never meets
// another one. The goroutine of Run reads it; anybody writes.
type conn struct {
	g *Gateway

	// Owned by the reading goroutine.
	ws       *websocket.Conn // set before anybody else knows the conn
	guard    *watchdog
	ready    bool // the handshake is done
	farewell *closeFrame

	table descriptors // locks itself

	mu        sync.Mutex
	cause     error                   // Guarded by mu. Why we end it; nil when the peer does.
	cancel    context.CancelCauseFunc // Guarded by mu. Ends the dial.
	socket    io.Closer               // Guarded by mu. nil before the upgrade.
	handshake *quartz.Timer           // Guarded by mu. nil once the handshake is done (DIAL-4).
	idle      *pause                  // Guarded by mu. Somebody waits, or has waited, for going_idle_ack.
	idleTimer *quartz.Timer           // Guarded by mu. Wakes idle at the latest.
	idleUntil time.Time               // Guarded by mu. When that is, in gateway clock time.
	over      bool                    // Guarded by mu. Nothing is read any more.
	closing   sync.WaitGroup          // finish waits for it; begins under mu while not over
	answer    error                   // Guarded by mu. The peer's close frame, when close has read it.
	pending   map[string]*call        // Guarded by mu. nil when over.

	out outbox // locks itself
}

// closeFrame is how the reading goroutine shall end the socket.
type closeFrame struct {
	code   websocket.StatusCode
	reason string
}

func newConn(g *Gateway) *conn {
	return &conn{g: g, pending: map[string]*call{}}
}

// serve dials, shakes hands and reads until the socket ends, and returns why.
// It returns after every goroutine of the connection is gone.
func (c *conn) serve(ctx context.Context) error {
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		c.drop(context.Cause(ctx))
	})
	err := c.open(ctx)
	if err == nil {
		err = c.read()
	}
	c.finish()
	if !stop() {
		<-ended
	}
	return c.explain(err)
}

// open upgrades and says hello. The time for the handshake begins here.
func (c *conn) open(ctx context.Context) error {
	dialling, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	limit := c.g.opt.HandshakeTimeout
	c.mu.Lock()
	c.cancel = cancel
	c.handshake = c.g.clock.AfterFunc(limit, func() {
		c.overdue(fmt.Errorf("no descriptor within %v (DIAL-4)", limit))
	})
	c.mu.Unlock()

	ws, socket, err := c.g.upgrade(dialling)
	if err != nil {
		return err
	}
	c.ws = ws
	c.guard = newWatchdog(stuckWrite, func() { c.drop(errStuck) })
	c.mu.Lock()
	c.socket = socket
	gone := c.cause != nil
	c.mu.Unlock()
	if gone {
		_ = socket.Close() // whoever ended the dial came too late for it
		return errFinished
	}
	if err := c.write(c.g.hellos[0]); err != nil {
		return err
	}
	for _, hello := range c.g.hellos[1:] {
		c.post(hello) // the peer may answer each before it reads the next
	}
	return nil
}

// overdue ends a handshake that takes too long.
func (c *conn) overdue(why error) {
	c.mu.Lock()
	waiting := c.handshake != nil
	c.mu.Unlock()
	if waiting {
		c.drop(why)
	}
}

// read reads the socket until it ends, and returns why.
func (c *conn) read() error {
	lines := wire.NewSplitter(c.g.opt.MaxMessage)
	var message []byte
	for {
		_, r, err := c.ws.Reader(context.Background())
		if err != nil {
			return err
		}
		message, err = readAll(r, message[:0])
		if err != nil {
			if errors.Is(err, websocket.ErrMessageTooBig) {
				c.blame(errTooBig)
				c.close(websocket.StatusMessageTooBig, tooBig) // lets the peer see the code
			}
			return err
		}
		lines.Feed(message)
		for c.farewell == nil && lines.Next() {
			c.receive(lines.Line())
		}
		if lines.Err() != nil {
			c.end(websocket.StatusMessageTooBig, tooBig, lines.Err())
		}
		if c.farewell != nil {
			c.close(c.farewell.code, c.farewell.reason)
			return errFinished
		}
		if cap(message) > keptBuffer {
			message = nil
		}
	}
}

const (
	tooBig     = "message too big (FR-8)"
	keptBuffer = 64 << 10 // bytes: one big message must not be paid for ever
)

// readAll appends what r has left to b.
func readAll(r io.Reader, b []byte) ([]byte, error) {
	if cap(b) == 0 {
		b = make([]byte, 0, 4096)
	}
	for {
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
	}
}

// end makes the reading goroutine close the socket after the current line.
// Only handlers call it.
func (c *conn) end(code websocket.StatusCode, reason string, why error) {
	c.blame(why)
	if len(reason) > maxReason {
		reason = strings.ToValidUTF8(reason[:maxReason], "")
	}
	c.farewell = &closeFrame{code, reason}
}

// maxReason is what fits into a close frame beside its code, in bytes (RFC
// 6455 §5.5).
const maxReason = 123

// blame records why we end the connection. The first cause stands.
func (c *conn) blame(why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause == nil {
		c.cause = why
	}
}

// drop ends the connection at once, in whatever stage it is.
func (c *conn) drop(why error) {
	c.blame(why)
	c.mu.Lock()
	cancel := c.cancel
	c.mu.Unlock()
	if cancel != nil {
		cancel(why)
	}
	c.cut()
}

// cut closes the socket below the library, which every reader and writer
// notices at once.
func (c *conn) cut() {
	c.mu.Lock()
	socket := c.socket
	c.mu.Unlock()
	if socket != nil {
		_ = socket.Close()
	}
}

// broken is called after a write failed. The reading goroutine sees the same
// end and knows better what it was, such as a close frame of the peer's, so it
// is given a short while to say.
func (c *conn) broken(err error) {
	time.AfterFunc(closeGrace, func() { c.drop(err) })
}

// finish answers everybody who waits on the connection and waits for its
// goroutines. After it no frame and no result of it is handled.
func (c *conn) finish() {
	c.g.conn.CompareAndSwap(c, nil)
	c.mu.Lock()
	c.over = true
	pending, idle, timers := c.pending, c.idle, []*quartz.Timer{c.handshake, c.idleTimer}
	c.pending, c.handshake = nil, nil
	c.mu.Unlock()
	for _, timer := range timers {
		if timer != nil {
			timer.Stop()
		}
	}
	for _, k := range pending {
		k.settle(failure(textLost)) // (OUT-5)
	}
	if idle != nil {
		idle.wake()
	}
	c.cut()
	if c.ws != nil {
		_ = c.ws.CloseNow()
		c.guard.stop()
	}
	c.closing.Wait()
	c.out.close()
}
