package connector

import (
	"encoding/json"

	"github.com/relaysim/relaysim/sim/connector/buffer"
)

// What the instances of one connector tell each other, by tenant (BUS-1). Each
// kind is for the one that holds a certain socket; the others do nothing.
const (
	toldBuffered  = "buffered"  // something waits for an instance: drain it
	toldEvent     = "event"     // a frame for an instance that keeps no buffer
	toldAttached  = "attached"  // its newest socket is here: deliver to no other one
	toldInterrupt = "interrupt" // a frame for the instance that runs a session (INT-1)
	toldRecord    = "record"    // a record has changed: Revoked or Secrets (REV-3, AUTH-3)
)

// told is one message of the bus.
type told struct {
	Kind     string `json:"kind"`
	Instance string `json:"instance,omitempty"`
	Gateway  string `json:"gateway,omitempty"`
	Frame    []byte `json:"frame,omitempty"`
}

// tell gives the other instances a message. No lock is held. Without a bus there
// are none.
func (c *Connector) tell(tenant string, m told) {
	if c.others == nil {
		return
	}
	b, _ := json.Marshal(m) // texts
	if err := c.others.Publish(tenant, b); err != nil {
		c.note("", "the bus cannot be written to: "+err.Error())
	}
}

// heard does what a message of another instance is about, if it is for one of
// the sockets here.
func (c *Connector) heard(tenant string, message []byte) {
	var m told
	if err := json.Unmarshal(message, &m); err != nil {
		c.note("", "a message of the bus cannot be read: "+err.Error())
		return
	}
	if m.Kind == toldRecord {
		c.recordChanged(m.Gateway)
		return
	}
	i := c.routes.find(buffer.Name{Tenant: tenant, Instance: m.Instance})
	if i == nil {
		return // it is new, and not known here yet
	}
	switch m.Kind {
	case toldBuffered:
		i.nudged()
	case toldEvent:
		_, _ = i.deliverHere(m.Frame, nil) // to nobody where it is not held here
	case toldAttached:
		i.release()
	case toldInterrupt:
		if s := c.routes.socketOf(i); s != nil {
			s.post(m.Frame)
		}
	}
}

// missed looks at what messages that were lost may have been about. A frame for
// an instance without a buffer, and an interrupt, are lost.
func (c *Connector) missed() {
	for _, g := range c.routes.records {
		c.recordChanged(g.ID)
		g.instance.nudged()
	}
}

// recordChanged takes over what another instance did to a gateway's record.
func (c *Connector) recordChanged(gatewayID string) {
	changed, err := c.state.Record(gatewayID)
	if err != nil {
		c.note("", "a record cannot be read: "+err.Error())
		return
	}
	for _, s := range c.routes.apply(gatewayID, changed) {
		s.closeSoon(closeUnauthorized, "revoked")
	}
}
