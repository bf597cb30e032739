package connector

import (
	"errors"

	"github.com/relaysim/relaysim/sim/connector/buffer"
	"github.com/relaysim/relaysim/sim/trace"
)

var errUnknownSession = errors.New("no other instance of the tenant runs the session")

// Interrupt interrupts a session (INT-2). Without to it goes to the instance
// that was given the session, else to the only socket there is.
func (c *Connector) Interrupt(to, sessionKey, chatID string) error {
	s, err := c.routes.named(to)
	running, known := c.runningAnywhere(sessionKey)
	switch {
	case to == "" && known && (s == nil || s.record.instance.name != running):
		return c.interrupt(running, sessionKey, chatID, to)
	case err != nil:
		return c.drop(to, "interrupt", err)
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
	running := s.c.running(s.record.Tenant, []string{key})
	switch {
	case running == "":
		s.c.drop(s.peer, "interrupt", errUnknownSession)
	case running == s.record.Instance:
	default:
		s.c.interrupt(buffer.Name{Tenant: s.record.Tenant, Instance: running}, key, "", s.peer)
	}
}

// interrupt tells the instance that runs a session, whichever connector instance
// holds its socket. Its gateway may be slow, and this goroutine may read
// another's: it is not waited for.
func (c *Connector) interrupt(running buffer.Name, sessionKey, chatID, asker string) error {
	frame := interruptInbound(sessionKey, chatID)
	i := c.routes.find(running)
	switch s := c.routes.socketOf(i); {
	case s != nil:
		s.post(frame)
	case i != nil && c.others != nil:
		c.tell(running.Tenant, told{Kind: toldInterrupt, Instance: running.Instance, Frame: frame})
	default:
		return c.drop(asker, "interrupt", errUnknownSession)
	}
	return nil
}

func interruptInbound(sessionKey, chatID string) []byte {
	b := appendText([]byte(`{"type":"interrupt_inbound","session_key":`), sessionKey)
	b = appendText(append(b, `,"chat_id":`...), chatID)
	return append(b, "}\n"...)
}

// runningAnywhere is the instance that runs a session of whichever tenant, if only
// one does.
func (c *Connector) runningAnywhere(key string) (found buffer.Name, ok bool) {
	for _, tenant := range c.routes.tenants() {
		if instance := c.running(tenant, []string{key}); instance != "" {
			if ok {
				return buffer.Name{}, false
			}
			found, ok = buffer.Name{Tenant: tenant, Instance: instance}, true
		}
	}
	return found, ok
}
