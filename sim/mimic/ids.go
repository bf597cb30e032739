package mimic

// ids are those that a connector made in place of the recorded ones: the latest
// mostIDs at least, and twice as many at most.
type ids struct{ young, old map[string]string }

const mostIDs = 10_000

func (m *ids) bind(recorded, now string) {
	if m.young == nil || len(m.young) >= mostIDs {
		m.old, m.young = m.young, map[string]string{}
	}
	m.young[recorded] = now
}

func (m *ids) of(recorded string) (now string, known bool) {
	if now, known = m.young[recorded]; !known {
		now, known = m.old[recorded]
	}
	return now, known
}

func (m *ids) none() bool { return m.young == nil }
