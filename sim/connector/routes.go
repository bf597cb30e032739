package connector

import (
	"cmp"
	"slices"
	"sync"

	"github.com/relaysim/relaysim/sim/connector/buffer"
)

// record is the stored record of a gateway.
type record struct {
	Gateway             // Fixed after init; secrets stands in for Secrets.
	instance *instance  // Fixed after init.
	revoked  bool       // Guarded by routes.mu.
	secrets  []string   // Guarded by routes.mu; the slice itself is never changed.
	greeted  []identity // Guarded by routes.mu: what it fronted when it was last there.
}

// identity is one bot, as a hello names it.
type identity struct{ platform, bot string }

// routes knows who is connected and who owns what.
type routes struct {
	ownsAll string // the tenant that owns everything; empty where tenants are named. Fixed after init.

	mu      sync.Mutex
	records []*record         // Fixed after init; see record for what is in them.
	scopes  map[string]string // tenant by scope
	users   map[string]string // tenant by author
	open    []*socket         // in order of opening
}

func (r *routes) init(c *Connector, o Options) {
	r.scopes, r.users = map[string]string{}, map[string]string{}
	only := "" // with several tenants a record without one belongs to none
	switch len(o.Tenants) {
	case 0:
		r.ownsAll = DefaultTenant
	case 1:
		only = o.Tenants[0].ID
	}
	for _, t := range o.Tenants {
		for _, scope := range t.Scopes {
			r.scopes[scope] = t.ID
		}
		for _, user := range t.Users {
			r.users[user] = t.ID
		}
	}
	gateways := o.Gateways
	if len(gateways) == 0 && o.OpenAuth {
		gateways = []Gateway{{ID: "gw-1"}}
	}
	for _, g := range gateways {
		g.Name = cmp.Or(g.Name, g.ID)
		g.Instance = cmp.Or(g.Instance, g.ID)
		g.Tenant = cmp.Or(g.Tenant, only)
		if r.ownsAll != "" {
			g.Tenant = r.ownsAll
		}
		for _, user := range g.Users {
			r.users[user] = g.Tenant
		}
		r.records = append(r.records, &record{Gateway: g, secrets: slices.Clone(g.Secrets), instance: r.instance(c, g)})
	}
	for _, g := range r.records { // what has become of it under an instance before
		changed, err := c.state.Record(g.ID)
		if err != nil {
			c.note(g.Name, "the record cannot be read: "+err.Error())
		}
		r.apply(g.ID, changed)
	}
}

// instance is that of a record, which it may share with another one.
func (r *routes) instance(c *Connector, g Gateway) *instance {
	name := buffer.Name{Tenant: g.Tenant, Instance: g.Instance}
	for _, other := range r.records {
		if other.instance.name == name {
			return other.instance
		}
	}
	return newInstance(c, name, g)
}

// first is the first record that is not revoked; nil if there is none.
func (r *routes) first() *record {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, g := range r.records {
		if !g.revoked {
			return g
		}
	}
	return nil
}

// find is the instance of that name; nil if there is none.
func (r *routes) find(name buffer.Name) *instance {
	for _, g := range r.records {
		if g.instance.name == name {
			return g.instance
		}
	}
	return nil
}

// authenticated returns the record whose secrets a token was signed with. A revoked
// gateway's are refused (REV-3).
func (r *routes) authenticated(signed func(id string, secrets []string) bool) *record {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, g := range r.records {
		if !g.revoked && signed(g.ID, g.secrets) {
			return g
		}
	}
	return nil
}

// owner is the tenant that owns a scope, else the one the author is bound to
// (SC-4); empty if nobody is.
func (r *routes) owner(scope, user string) string {
	if r.ownsAll != "" {
		return r.ownsAll
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if tenant, ok := r.scopes[scope]; ok && scope != "" {
		return tenant
	}
	if user == "" {
		return ""
	}
	return r.users[user]
}

// add puts a socket in service; false if its gateway was revoked meanwhile.
func (r *routes) add(s *socket) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !s.record.revoked {
		r.open = append(r.open, s)
	}
	return !s.record.revoked
}

func (r *routes) remove(s *socket) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open = slices.DeleteFunc(r.open, func(o *socket) bool { return o == s })
}

func (r *routes) all() []*socket {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.open)
}

// greet adds an identity to those s fronts, and says whether it is the first.
func (r *routes) greet(s *socket, id identity) (first bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	first = len(s.identities) == 0
	tooLong := len(id.platform) > maxIdentityLen || len(id.bot) > maxIdentityLen
	if !tooLong && !slices.Contains(s.identities, id) && len(s.identities) < maxIdentities {
		s.identities = append(s.identities, id)
	}
	s.record.greeted = s.identities[:len(s.identities):len(s.identities)]
	return first && len(s.identities) > 0
}

// greeted says whether s has said hello.
func (r *routes) greeted(s *socket) bool { return len(r.identitiesOf(s)) > 0 }

// identitiesOf lists what s fronts, the default first (MP-1).
func (r *routes) identitiesOf(s *socket) []identity {
	r.mu.Lock()
	defer r.mu.Unlock()
	return s.identities[:len(s.identities):len(s.identities)]
}

// goIdle takes a socket out of what events are delivered to.
func (r *routes) goIdle(s *socket) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.idle = true
}

// named is the newest socket of that name or gateway id; without a name the
// only one there is. The error says why there is none.
func (r *routes) named(name string) (*socket, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if name == "" && len(r.open) > 1 {
		return nil, errAmbiguous
	}
	for _, s := range slices.Backward(r.open) {
		if name == "" || s.named(name) {
			return s, nil
		}
	}
	return nil, absent(name)
}

// socketOf is the newest socket of an instance that has said hello; nil if none
// has.
func (r *routes) socketOf(i *instance) *socket {
	return r.newest(func(s *socket) bool { return s.record.instance == i && len(s.identities) > 0 })
}

// newest is the newest socket that f is true of. The lock is held in f.
func (r *routes) newest(f func(*socket) bool) *socket {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range slices.Backward(r.open) {
		if f(s) {
			return s
		}
	}
	return nil
}

// recordNamed finds a record by its gateway's id or name; nil if there is none.
func (r *routes) recordNamed(name string) *record {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, g := range r.records {
		if g.named(name) {
			return g
		}
	}
	return nil
}

func (g *record) named(name string) bool { return g.ID == name || g.Name == name }

// named: a name from the peer header hides that of the gateway.
func (s *socket) named(name string) bool {
	return s.peer == name || s.peer == s.record.Name && s.record.ID == name
}
