package connector

import (
	"maps"
	"slices"
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
	r.sessions.forget(g.Tenant, g.Instance)
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
