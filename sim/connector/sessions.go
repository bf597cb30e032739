package connector

// maxSessions bounds what is remembered of who runs which session; the oldest
// is forgotten first.
const maxSessions = 1 << 14

// sessions remembers which instance of a tenant was given which session (INT-1).
// It is part of routes and guarded by its lock.
type sessions struct {
	instance map[tenantSession]string
	order    []tenantSession // a ring; next is the oldest once it is full
	next     int
}

type tenantSession struct{ tenant, key string }

func (m *sessions) init() { m.instance = map[tenantSession]string{} }

func (m *sessions) put(tenant string, keys []string, instance string) {
	for _, key := range keys {
		k := tenantSession{tenant, key}
		if _, known := m.instance[k]; !known {
			m.remember(k)
		}
		m.instance[k] = instance
	}
}

func (m *sessions) remember(k tenantSession) {
	if len(m.order) < maxSessions {
		m.order = append(m.order, k)
		return
	}
	delete(m.instance, m.order[m.next])
	m.order[m.next] = k
	m.next = (m.next + 1) % maxSessions
}

// of is the instance that runs one of these sessions; empty if none is known.
func (m *sessions) of(tenant string, keys []string) string {
	for _, key := range keys {
		if i, ok := m.instance[tenantSession{tenant, key}]; ok {
			return i
		}
	}
	return ""
}

// forget drops what an instance ran.
func (m *sessions) forget(tenant, instance string) {
	for k, i := range m.instance {
		if k.tenant == tenant && i == instance {
			m.instance[k] = "" // its place in the ring stays taken
		}
	}
}
