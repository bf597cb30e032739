package connector

import (
	"encoding/json"
	"fmt"
	"slices"
)

// In every method below, to names a socket: by its peer name or its gateway's
// id, the newest if there are several. Empty means the only one.

// Forward delivers a passthrough_forward frame with this JSON text as its
// forward, whatever it is (PT-6). To may also name a gateway that is away and
// has a buffer.
func (c *Connector) Forward(to string, forward json.RawMessage) error {
	t, err := c.routes.forwardTo(to)
	if err != nil {
		return fmt.Errorf("forward: %w", err)
	}
	return t.instance.deliver(passthrough(forward), t.socket)
}

func passthrough(forward json.RawMessage) []byte {
	b := append([]byte(`{"type":"passthrough_forward","forward":`), forward...)
	return append(b, "}\n"...)
}

// WriteFrame writes one line as one message, as it is; the newline is added.
func (c *Connector) WriteFrame(to string, line []byte) error {
	return c.WriteRaw(to, [][]byte{append(slices.Clone(line), '\n')}, false)
}

// WriteRaw writes messages as they are. The trace keeps their bytes.
func (c *Connector) WriteRaw(to string, messages [][]byte, binary bool) error {
	s, err := c.routes.named(to)
	if err != nil {
		return err
	}
	for _, m := range messages {
		if err := s.write(m, binary); err != nil {
			return err
		}
	}
	return nil
}

// CloseConn closes a socket with a code (1000-1003, 1007-1014, 3000-4999) and a
// reason of at most 123 bytes. It does not wait for the gateway's close frame.
func (c *Connector) CloseConn(to string, code int, reason string) error {
	sendable := code >= 1000 && code <= 1003 || code >= 1007 && code <= 1014 || code >= 3000 && code <= 4999
	if !sendable || len(reason) > 123 {
		return fmt.Errorf("close code %d with a reason of %d bytes cannot be sent", code, len(reason))
	}
	s, err := c.routes.named(to)
	if err != nil {
		return err
	}
	s.closeSoon(code, reason)
	return nil
}

// Drop cuts a socket without a close frame.
func (c *Connector) Drop(to string) error {
	s, err := c.routes.named(to)
	if err != nil {
		return err
	}
	s.cut("")
	return nil
}

// Revoke deprovisions a gateway: its bindings are dropped, its secrets refused,
// its sockets closed 4401, and what waits for its instance is dropped (REV-3).
func (c *Connector) Revoke(gatewayID string) error {
	sockets, gone, ok := c.routes.revoke(gatewayID)
	if !ok {
		return fmt.Errorf("gateway %q is not known", gatewayID)
	}
	if gone != nil {
		gone.forget()
	}
	for _, s := range sockets {
		s.closeSoon(closeUnauthorized, "revoked")
	}
	return c.putRecord(gatewayID)
}

// Deprovision revokes every gateway of the instance that a gateway is of (REV-3).
func (c *Connector) Deprovision(gatewayID string) error {
	ids := c.routes.ofInstance(gatewayID)
	if len(ids) == 0 {
		return fmt.Errorf("gateway %q is not known", gatewayID)
	}
	for _, id := range ids {
		if err := c.Revoke(id); err != nil {
			return err
		}
	}
	return nil
}

// Holds says whether a socket of that name is open here. Without a name, whether
// any is.
func (c *Connector) Holds(to string) bool {
	return c.routes.newest(func(s *socket) bool { return to == "" || s.named(to) }) != nil
}

// RotateSecrets sets the accepted secrets of a gateway, primary first (AUTH-3).
// Its open sockets stay.
func (c *Connector) RotateSecrets(gatewayID string, secrets []string) error {
	old, ok := c.routes.rotate(gatewayID, secrets)
	if !ok {
		return fmt.Errorf("gateway %q is not known", gatewayID)
	}
	for _, secret := range old {
		c.world.secrets.know(secret)
	}
	return c.putRecord(gatewayID)
}

// RefuseUpgrades answers the upgrades of a gateway, or of every one where the name
// is empty, with an HTTP status; 0 accepts again.
func (c *Connector) RefuseUpgrades(gateway string, status int) {
	if gateway != "" {
		c.refused.Store(gateway, status)
		return
	}
	c.refused.Clear()
	c.refuse.Store(int64(status))
}

// SetManualHandshake changes Options.ManualHandshake.
func (c *Connector) SetManualHandshake(manual bool) { c.manualHandshake.Store(manual) }

// SetManualResults changes Options.ManualResults.
func (c *Connector) SetManualResults(manual bool) { c.manualResults.Store(manual) }

// SetDescriptor overrides descriptor fields from the next handshake on; a nil
// value removes a field. An empty platform means the first.
func (c *Connector) SetDescriptor(platform string, overrides map[string]any) error {
	if platform == "" {
		platform = c.platforms.first()
	}
	return c.platforms.override(platform, overrides)
}
