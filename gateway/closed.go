package gateway

import (
	"errors"
	"fmt"

	"github.com/coder/websocket"
)

// explain joins what is known about the end of the connection into one error.
func (c *conn) explain(err error) error {
	c.mu.Lock()
	if c.cause != nil {
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

// closeReason says in words what the peer's close frame says.
func closeReason(err error) error {
	ce, ok := errors.AsType[websocket.CloseError](err)
	if !ok {
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
