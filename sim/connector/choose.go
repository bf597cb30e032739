package connector

import (
	"errors"
	"slices"
)

var (
	errNoOwner   = errors.New("no tenant owns its scope or author")
	errNoSocket  = errors.New("no gateway of the tenant is connected")
	errIdle      = errors.New("the gateway is going idle")
	errForeign   = errors.New("the gateway meant belongs to another tenant")
	errAmbiguous = errors.New("no such socket, or several and none named")
)

// choose finds the socket of a tenant that gets what comes from a source, and
// remembers that its instance runs the session. To narrows it to one gateway.
// It never finds another tenant's (SEC-3).
func (r *routes) choose(tenant, to string, src source) (*socket, error) {
	if tenant == "" {
		return nil, errNoOwner
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var best *socket
	foreign, idle := false, false
	running := ""
	if len(r.open) > 1 { // else there is nothing to choose
		running = r.sessions.of(tenant, append(sessionKeys(src, false), sessionKeys(src, true)...))
	}
	for _, s := range r.open {
		if to != "" && !s.named(to) {
			continue
		}
		if s.record.Tenant != tenant {
			foreign = true
			continue
		}
		idle = idle || s.idle
		if s.takesEvents() && (best == nil || s.suits(src, running) >= best.suits(src, running)) {
			best = s // the newest among equals
		}
	}
	switch {
	case best == nil && foreign && to != "":
		return nil, errForeign
	case best == nil && idle:
		return nil, errIdle // the place of its durable buffer (IDLE-3)
	case best == nil:
		return nil, errNoSocket
	}
	r.sessions.put(tenant, sessionKeys(src, best.record.SharedGroups), best.record.Instance)
	return best, nil
}

// takesEvents: it has said hello and not going_idle. The lock of routes is held.
func (s *socket) takesEvents() bool { return len(s.identities) > 0 && !s.idle }

// suits ranks a socket for an event: the instance that runs the session, then
// one that fronts the platform, then any. The lock of routes is held.
func (s *socket) suits(src source, running string) int {
	rank := 0
	if running != "" && s.record.Instance == running {
		rank += 2
	}
	if slices.ContainsFunc(s.identities, func(id identity) bool { return id.platform == src.platform }) {
		rank++
	}
	return rank
}
