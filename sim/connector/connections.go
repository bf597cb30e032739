package connector

import "net/http"

// Connection is one open socket of a gateway.
type Connection struct {
	Number     int      `json:"number"`  // in the trace
	Peer       string   `json:"peer"`    // what to names it by
	Gateway    string   `json:"gateway"` // its id
	Tenant     string   `json:"tenant,omitempty"`
	Identities []string `json:"identities"` // platform and bot, as its hellos said; empty before the first
	Idle       bool     `json:"idle,omitempty"`
}

// Connections lists the open sockets in the order in which they opened.
func (c *Connector) Connections() []Connection {
	c.routes.mu.Lock()
	defer c.routes.mu.Unlock()
	list := []Connection{}
	for _, s := range c.routes.open {
		o := Connection{
			Number: s.number, Peer: s.peer, Gateway: s.record.ID, Tenant: s.record.Tenant, Idle: s.idle,
			Identities: []string{},
		}
		for _, id := range s.identities {
			o.Identities = append(o.Identities, id.platform+" "+id.bot)
		}
		list = append(list, o)
	}
	return list
}

// Goodbye closes every socket 1001, refuses upgrades from now on, and does not
// wait. Close comes after it.
func (c *Connector) Goodbye() {
	c.RefuseUpgrades("", http.StatusServiceUnavailable)
	for _, s := range c.routes.all() {
		s.closeSoon(closeGoingAway, "the connector stops")
	}
}

const closeGoingAway = 1001
