package buffer

import (
	"cmp"
	"maps"
	"slices"
	"sync"
)

// Memory is a Buffers that lives as long as the process. Make one with NewMemory.
type Memory struct {
	limits Limits

	mu        sync.Mutex
	last      int // number of the last entry
	instances map[Name]*queue
}

// queue is the buffer of one instance.
type queue struct {
	flipped bool
	entries []Entry
	bytes   int
}

// NewMemory returns an empty Memory.
func NewMemory(l Limits) *Memory {
	l.Entries = cmp.Or(l.Entries, DefaultEntries)
	l.Bytes = cmp.Or(l.Bytes, DefaultBytes)
	return &Memory{limits: l, instances: map[Name]*queue{}}
}

// Append implements Buffers.
func (m *Memory) Append(of Name, frame []byte) (Entry, State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	q := m.use(of)
	if !q.hasRoom(len(frame), m.limits) {
		return Entry{}, q.state(), ErrFull
	}
	m.last++
	e := Entry{ID: ID(m.last), Frame: frame}
	q.append(e)
	return e, q.state(), nil
}

// First implements Buffers.
func (m *Memory) First(of Name) (Entry, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	q := m.instances[of]
	if q == nil || len(q.entries) == 0 {
		return Entry{}, false, nil
	}
	return q.entries[0], true, nil
}

// Remove implements Buffers.
func (m *Memory) Remove(of Name, id string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	q := m.instances[of]
	return q != nil && q.remove(id), nil
}

// Flip implements Buffers.
func (m *Memory) Flip(of Name, flipped bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.use(of).flipped = flipped
	return nil
}

// List implements Buffers.
func (m *Memory) List(of Name) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if q := m.instances[of]; q != nil {
		return slices.Clone(q.entries), nil
	}
	return nil, nil
}

// State implements Buffers.
func (m *Memory) State(of Name) (State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if q := m.instances[of]; q != nil {
		return q.state(), nil
	}
	return State{}, nil
}

// Forget implements Buffers.
func (m *Memory) Forget(of Name) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.instances, of)
	return nil
}

// use is the queue of an instance, made on first use. The lock is held.
func (m *Memory) use(of Name) *queue {
	q := m.instances[of]
	if q == nil {
		q = &queue{}
		m.instances[of] = q
	}
	return q
}

func (q *queue) hasRoom(bytes int, l Limits) bool {
	return len(q.entries) < l.Entries && q.bytes+bytes <= l.Bytes
}

func (q *queue) append(e Entry) {
	q.entries = append(q.entries, e)
	q.bytes += len(e.Frame)
}

func (q *queue) remove(id string) bool {
	i := slices.IndexFunc(q.entries, func(e Entry) bool { return e.ID == id })
	if i < 0 {
		return false
	}
	q.bytes -= len(q.entries[i].Frame)
	if i == 0 { // nearly always; the others need not move
		q.entries[0] = Entry{}
		q.entries = q.entries[1:]
		return true
	}
	q.entries = slices.Delete(q.entries, i, i+1)
	return true
}

func (q *queue) state() State { return State{Flipped: q.flipped, Entries: len(q.entries)} }

// names are those of the instances, in order. The lock is held.
func (m *Memory) names() []Name {
	return slices.SortedFunc(maps.Keys(m.instances), func(a, b Name) int {
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Instance, b.Instance))
	})
}
