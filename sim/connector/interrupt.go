package connector

import (
	"errors"

	"github.com/relaysim/relaysim/sim/trace"
)

var errUnknownSession = errors.New("no other instance of the tenant runs the session")

// Interrupt interrupts a session (INT-2). Without to it goes to the instance
// that was given the session, else to the only socket there is.
func (c *Connector) Interrupt(to, sessionKey, chatID string) error {
	s := c.routes.named(to)
	if to == "" {
		if running := c.routes.runningAnywhere(sessionKey); running != nil {
			s = running
		}
	}
	if s == nil {
		return c.drop(to, "interrupt", errAmbiguous)
	}
	return s.write(interruptInbound(sessionKey, chatID), false)
}

// forwardInterrupt hands a gateway's interrupt to the instance of its tenant
// that runs the session (INT-1). Its own session needs no forwarding, and a
// session of another tenant is unknown to it (SEC-3).
func (s *socket) forwardInterrupt(frame []byte) {
	var key string
	trace.Members(frame, func(k, value []byte) {
		if string(k) == "session_key" {
			key, _ = trace.Text(value)
		}
	})
	other, own := s.c.routes.running(s.record.Tenant, key, s)
	switch {
	case other != nil:
		// Its gateway may be slow, and this goroutine reads another's.
		other.post(interruptInbound(key, ""))
	case !own:
		s.c.drop(s.peer, "interrupt", errUnknownSession)
	}
}

func interruptInbound(sessionKey, chatID string) []byte {
	b := appendText([]byte(`{"type":"interrupt_inbound","session_key":`), sessionKey)
	b = appendText(append(b, `,"chat_id":`...), chatID)
	return append(b, "}\n"...)
}

// running is the newest socket of the instance that runs a session of a tenant,
// unless that is the asker's own.
func (r *routes) running(tenant, key string, asker *socket) (other *socket, own bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	instance := r.sessions.of(tenant, []string{key})
	if instance == "" {
		return nil, false
	}
	if asker != nil && asker.record.Instance == instance {
		return nil, true
	}
	for _, s := range r.open {
		if s.record.Tenant == tenant && s.record.Instance == instance && len(s.identities) > 0 {
			other = s
		}
	}
	return other, false
}

// runningAnywhere is the socket that runs a session of whichever tenant, if only one does.
func (r *routes) runningAnywhere(key string) *socket {
	var found *socket
	for _, tenant := range r.tenants() {
		if s, _ := r.running(tenant, key, nil); s != nil {
			if found != nil {
				return nil
			}
			found = s
		}
	}
	return found
}
