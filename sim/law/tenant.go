package law

import "github.com/relaysim/relaysim/sim/trace"

// tenants holds SEC-3 with SC-4 and FU-3: a connector lets nothing cross from
// one tenant to another.
type tenants struct {
	known  *Known
	report report
	peers  map[string]string           // tenant by the gateway's name
	owners map[string]map[string]bool  // the tenants in which a session key has run
	asked  map[int]map[string]crossing // requests that must be declined, by socket and id
}

// crossing is a request for something of another tenant's.
type crossing struct {
	rule string
	what string
}

func newTenants(k *Known, r report) *tenants {
	return &tenants{
		known: k, report: r,
		peers: map[string]string{}, owners: map[string]map[string]bool{}, asked: map[int]map[string]crossing{},
	}
}

func (l *tenants) frame(o *trace.Observation, s *socket, f *frame) {
	switch {
	case l.known.ScriptedConnector || s.tenant == "":
	case o.From == trace.Gateway && f.typ == "outbound":
		l.request(s, f)
	case o.From == trace.Gateway:
	case f.typ == "outbound_result":
		l.result(o, s, f)
	case f.typ == "interrupt_inbound":
		key, _ := trace.Text(f.line.Field("session_key"))
		if l.foreign(key, s.tenant) {
			l.report("SEC-3", o.Seq, "an interrupt of session %q goes to tenant %s, which does not run it", key, s.tenant)
		}
	default:
		if owner := l.owner(f.in.scope, f.in.user); owner != "" && owner != s.tenant {
			l.report("SEC-3", o.Seq, "an event of tenant %s goes to a gateway of tenant %s", owner, s.tenant)
		}
	}
}

// owner is the tenant of a scope, or without one of an author (SC-4).
func (l *tenants) owner(scope, user string) string {
	if scope != "" {
		return l.known.Tenants.Scopes[scope]
	}
	return l.known.Tenants.Users[user]
}

// foreign says whether a session is known, and not as this tenant's.
func (l *tenants) foreign(session, tenant string) bool {
	owners := l.owners[session]
	return len(owners) > 0 && !owners[tenant]
}

func (l *tenants) request(s *socket, f *frame) {
	var c crossing
	switch a := &f.out; {
	case a.session != "" && l.foreign(a.session, s.tenant):
		c = crossing{"FU-3", "session " + a.session}
	case a.session == "" && a.scope != "":
		if owner := l.known.Tenants.Scopes[a.scope]; owner == "" || owner == s.tenant {
			return
		}
		c = crossing{"SC-4", "scope " + a.scope}
	default:
		return
	}
	if l.asked[s.conn] == nil {
		l.asked[s.conn] = map[string]crossing{}
	}
	l.asked[s.conn][f.out.id] = c
}

func (l *tenants) result(o *trace.Observation, s *socket, f *frame) {
	id := f.line.RequestID()
	c, ok := l.asked[s.conn][id]
	if !ok {
		return
	}
	delete(l.asked[s.conn], id)
	if string(f.line.Field("result", "success")) == "true" {
		l.report(c.rule, o.Seq, "a gateway of tenant %s was let into %s, which is another tenant's", s.tenant, c.what)
	}
}

func (l *tenants) observe(o *trace.Observation, s *socket) {
	switch {
	case len(l.known.Tenants.Gateways) == 0:
	case o.Kind == trace.Open && o.Peer != "" && s != nil && s.tenant != "":
		l.peers[o.Peer] = s.tenant
	case o.Kind == trace.Close && s != nil:
		delete(l.asked, s.conn)
	case o.Kind == trace.Routed && l.peers[o.Peer] != "":
		if l.owners[o.SessionKey] == nil {
			l.owners[o.SessionKey] = map[string]bool{}
		}
		l.owners[o.SessionKey][l.peers[o.Peer]] = true
	}
}

func (l *tenants) end() {}
