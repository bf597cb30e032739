package connector

import (
	"maps"
	"slices"

	"github.com/relaysim/relaysim/sim/connector/state"
)

// revoke deprovisions a gateway and returns the sockets to close, and its
// instance where no other gateway is left of it. The tenant's author bindings go
// with its last instance (REV-3).
func (r *routes) revoke(gatewayID string) (sockets []*socket, gone *instance, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := r.record(gatewayID)
	if g == nil {
		return nil, nil, false
	}
	g.revoked = true
	if !slices.ContainsFunc(r.records, func(o *record) bool { return o.Tenant == g.Tenant && !o.revoked }) {
		maps.DeleteFunc(r.users, func(_, tenant string) bool { return tenant == g.Tenant })
	}
	if !slices.ContainsFunc(r.records, func(o *record) bool { return o.instance == g.instance && !o.revoked }) {
		gone = g.instance
	}
	for _, s := range r.open {
		if s.record == g {
			sockets = append(sockets, s)
		}
	}
	return sockets, gone, true
}

// ofInstance lists the gateways of the instance that a gateway is of.
func (r *routes) ofInstance(gatewayID string) (ids []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := r.record(gatewayID)
	for _, o := range r.records {
		if g != nil && o.instance == g.instance {
			ids = append(ids, o.ID)
		}
	}
	return ids
}

// rotate replaces a gateway's secrets and returns the old ones.
func (r *routes) rotate(gatewayID string, secrets []string) (old []string, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := r.record(gatewayID)
	if g == nil {
		return nil, false
	}
	old, g.secrets = g.secrets, slices.Clone(secrets)
	return old, true
}

// apply takes over what has become of a gateway's record, and returns the sockets
// to close.
func (r *routes) apply(gatewayID string, changed state.Record) []*socket {
	if changed.Secrets != nil {
		r.rotate(gatewayID, changed.Secrets)
	}
	if !changed.Revoked {
		return nil
	}
	sockets, gone, _ := r.revoke(gatewayID)
	if gone != nil {
		gone.forget() // what came for it here before this was known, too
	}
	return sockets
}

// putRecord keeps what has become of a gateway's record, for those that come
// after this instance, and tells those beside it.
func (c *Connector) putRecord(gatewayID string) error {
	tenant, changed := c.routes.changed(gatewayID)
	if err := c.state.PutRecord(gatewayID, changed); err != nil {
		return err
	}
	c.tell(tenant, told{Kind: toldRecord, Gateway: gatewayID})
	return nil
}

func (r *routes) changed(gatewayID string) (tenant string, _ state.Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := r.record(gatewayID)
	if g.revoked {
		return g.Tenant, state.Record{Revoked: true} // its secrets are of no use to anybody
	}
	return g.Tenant, state.Record{Secrets: g.secrets}
}

// record finds a gateway by id; nil if there is none. The lock is held.
func (r *routes) record(gatewayID string) *record {
	for _, g := range r.records {
		if g.ID == gatewayID {
			return g
		}
	}
	return nil
}

func (r *routes) secrets() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []string
	for _, g := range r.records {
		list = append(list, g.secrets...)
	}
	return list
}

// tenants lists the tenants that have a gateway.
func (r *routes) tenants() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []string
	for _, g := range r.records {
		if !slices.Contains(list, g.Tenant) {
			list = append(list, g.Tenant)
		}
	}
	return list
}
