package connector

import (
	"errors"
	"fmt"
	"slices"
)

var (
	errNoOwner   = errors.New("no tenant owns its scope or author")
	errNoSocket  = errors.New("no gateway of the tenant is connected")
	errForeign   = errors.New("the gateway meant belongs to another tenant")
	errAbsent    = errors.New("it is not connected")
	errNobody    = errors.New("no gateway is connected")
	errAmbiguous = errors.New("several are connected, and none is named")
)

// target is who gets a delivery.
type target struct {
	*record
	socket *socket // nil: its instance is away or going idle
}

// choose finds the gateway of a tenant that gets what comes from a source, and
// remembers that its instance runs the session. To narrows it to one gateway.
// It never finds another tenant's (SEC-3).
//
// What the policy of that gateway does not let through is neither kept nor does
// it wake anybody (GATE-3).
func (c *Connector) choose(tenant, to string, src source, r remark) (target, error) {
	if tenant == "" {
		return target{}, errNoOwner
	}
	linked, err := c.routes.linked(tenant, src.author)
	if err != nil {
		return target{}, err
	}
	running := ""
	if len(c.routes.records) > 1 { // else there is nothing to choose
		running = c.running(tenant, append(sessionKeys(src, false), sessionKeys(src, true)...))
	}
	best, err := c.routes.best(tenant, to, linked, src, running)
	if err != nil {
		return target{}, err
	}
	if err := best.Policy.judge(src, r); err != nil {
		return target{}, err
	}
	if err := c.state.PutSessions(tenant, sessionKeys(src, best.SharedGroups), best.Instance); err != nil {
		c.note("", "a session cannot be kept: "+err.Error())
	}
	return best, nil
}

// running is the instance of a tenant that runs the first of these sessions that
// is known; empty if none is.
func (c *Connector) running(tenant string, sessions []string) string {
	instance, err := c.state.SessionOf(tenant, sessions)
	if err != nil {
		c.note("", "the sessions cannot be read: "+err.Error())
	}
	return instance
}

// best is the target that suits a source best, among those of the instance that
// its author is linked to, if it is to any.
func (r *routes) best(tenant, to, linked string, src source, running string) (target, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var best target
	most, foreign := -1, false
	for _, t := range r.targets(to) {
		switch {
		case t.Tenant != tenant:
			foreign = true
		case linked != "" && t.Instance != linked:
		case t.suits(src, running) >= most:
			best, most = t, t.suits(src, running)
		}
	}
	switch {
	case best.record == nil && foreign && to != "":
		return target{}, errForeign
	case best.record == nil:
		return target{}, errNoSocket
	}
	return best, nil
}

// targets are those that can take an event, in the order in which they are
// preferred less among equals: instances with a buffer, the last one first, then
// sockets, the newest last. To narrows it. The lock is held.
func (r *routes) targets(to string) []target {
	var list []target
	for _, g := range slices.Backward(r.records) {
		if (to == "" || g.named(to)) && g.instance.reachable() && !g.revoked {
			list = append(list, target{record: g})
		}
	}
	for _, s := range r.open {
		if (to == "" || s.named(to)) && s.takesEvents() {
			list = append(list, target{s.record, s})
		}
	}
	return list
}

// takesEvents: it has said hello and not going_idle. The lock of routes is held.
func (s *socket) takesEvents() bool { return len(s.identities) > 0 && !s.idle }

// suits ranks a target for an event: the instance that runs the session, then
// one that is there, then one that fronts the platform. The lock of routes is held.
func (t target) suits(src source, running string) int {
	rank := 0
	if running != "" && t.Instance == running {
		rank += 4
	}
	if t.socket != nil {
		rank += 2
	}
	if t.fronts(src.platform) {
		rank++
	}
	return rank
}

// fronts says whether it said hello for a platform, the last time it was there.
func (t target) fronts(platform string) bool {
	identities := t.record.greeted
	if t.socket != nil {
		identities = t.socket.identities
	}
	return slices.ContainsFunc(identities, func(id identity) bool { return id.platform == platform })
}

// forwardTo is the gateway that a forward names, or the only one.
func (r *routes) forwardTo(to string) (target, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.targets(to)
	if len(list) == 0 {
		return target{}, absent(to)
	}
	if to == "" && slices.ContainsFunc(list, func(t target) bool { return t.instance != list[0].instance }) {
		return target{}, errAmbiguous
	}
	return list[len(list)-1], nil
}

// absent says that nobody who was meant is there.
func absent(to string) error {
	if to == "" {
		return errNobody
	}
	return fmt.Errorf("gateway %q: %w", to, errAbsent)
}
