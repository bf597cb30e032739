package gateway

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/coder/websocket"
)

// close ends the socket with a close frame and waits a short while for the
// peer's, which either it or the reading goroutine gets to see. It does nothing
// once nothing is read any more.
func (c *conn) close(code websocket.StatusCode, reason string) {
	c.mu.Lock()
	if c.over {
		c.mu.Unlock()
		return
	}
	c.closing.Add(1)
	c.mu.Unlock()
	defer c.closing.Done()
	grace := time.AfterFunc(closeGrace, c.cut)
	defer grace.Stop()
	if err := c.ws.Close(code, reason); websocket.CloseStatus(err) != -1 {
		c.mu.Lock()
		c.answer = err
		c.mu.Unlock()
	}
}

// explain joins what is known about the end of the connection into one error:
// why we ended it, or else how the reading ended. A refusal of the peer's
// stands even where it crossed an end of ours, for it is final (REV-1).
func (c *conn) explain(err error) error {
	c.mu.Lock()
	if c.answer != nil {
		err = c.answer
	}
	if c.cause != nil && websocket.CloseStatus(err) != closeUnauthorized {
		err = c.cause
	}
	c.mu.Unlock()
	err = closeReason(err)
	switch {
	case c.ready:
		return fmt.Errorf("relay %s: %w", c.g.where, err)
	case c.ws != nil:
		return fmt.Errorf("dial %s: handshake: %w", c.g.where, err)
	}
	return fmt.Errorf("dial %s: upgrade: %w", c.g.where, err)
}

// closeReason says in words what the peer's close frame says, or that there was
// none.
func closeReason(err error) error {
	ce, ok := errors.AsType[websocket.CloseError](err)
	switch {
	case !ok && errors.Is(err, io.EOF):
		return fmt.Errorf("cut without a close frame: %w", io.EOF)
	case !ok:
		return err
	}
	text := fmt.Sprintf("closed %d", ce.Code)
	if ce.Reason != "" {
		text += fmt.Sprintf(" %q", ce.Reason)
	}
	if ce.Code == closeUnauthorized {
		text += " (AUTH-4)"
	}
	return &closedError{text, ce}
}

// closedError is a close frame of the peer's, for websocket.CloseStatus to find.
type closedError struct {
	text  string
	frame websocket.CloseError
}

func (e *closedError) Error() string { return e.text }
func (e *closedError) Unwrap() error { return e.frame }
