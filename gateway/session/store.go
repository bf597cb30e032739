package session

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/quartz"

	"github.com/relaysim/relaysim/gateway/wire"
)

// Options configures a Store. The zero value works: it keeps sessions in memory
// under the default policy.
type Options struct {
	Policies Policies
	// PruneAfter is how long an entry may be unused before it is forgotten
	// (SES-11). Zero means 90 days, a negative value never.
	PruneAfter time.Duration
	// Location is where the hour of a daily policy and the ids' dates are meant.
	// Nil means time.Local.
	Location *time.Location
	// Clock is the only source of time. Nil means the real clock.
	Clock quartz.Clock
	// NewID makes the random part of a session id. Nil means random bits. It is
	// called from any goroutine.
	NewID func() uint32
	// Keeper keeps the store's content beyond its life. Nil keeps it in memory, and
	// of the transcripts the last 32 to 64 MiB.
	Keeper Keeper
}

const defaultPruneAfter = 90 * 24 * time.Hour

// Store maps session keys to sessions. Its methods may be called from any
// goroutine. They change the memory only and never wait, but for those that say
// so: Save makes what they did outlive the process.
type Store struct {
	// Fixed after NewStore.
	opt Options

	mu          sync.Mutex
	entries     map[string]*Entry // Guarded by mu, by key.
	past        map[string]*Past  // Guarded by mu, by id.
	keys        map[string]string // Guarded by mu. The keys of all ids in entries and past.
	working     map[string]int    // Guarded by mu. Background work by key (SES-4).
	lives       int               // Guarded by mu. How often it was opened.
	transcripts transcripts       // Guarded by mu. Empty with a Keeper.
	change      change            // Guarded by mu. What no Save has kept yet.
	clean       bool              // Guarded by mu. The last life was closed (SES-8).
	pruned      time.Time         // Guarded by mu. When last.

	saving sync.Mutex // held while the Keeper works; never taken under mu
	saved  int        // Guarded by saving. The version last kept.
}

// NewStore checks o and returns an empty store; see Open.
func NewStore(o Options) (*Store, error) {
	if err := o.Policies.check(); err != nil {
		return nil, err
	}
	if o.PruneAfter == 0 {
		o.PruneAfter = defaultPruneAfter
	}
	if o.Location == nil {
		o.Location = time.Local
	}
	if o.Clock == nil {
		o.Clock = quartz.NewReal()
	}
	if o.NewID == nil {
		o.NewID = randomPart
	}
	return &Store{
		opt: o, entries: map[string]*Entry{}, past: map[string]*Past{}, keys: map[string]string{},
		working: map[string]int{},
	}, nil
}

func randomPart() uint32 {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return binary.BigEndian.Uint32(b[:])
}

// now is the wall-clock time: a reading of the monotonic clock stands still
// while the machine sleeps, and a session does not.
func (s *Store) now() time.Time { return s.opt.Clock.Now().Round(0).In(s.opt.Location) }

// Use is what the next message of a session does (SES-2): it returns the
// session that the key names from now on, which may be a new one.
func (s *Store) Use(key string, src *wire.Source) Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.use(key, src)
}

// Begin begins a turn: Use, and the user's message appended to the transcript
// (SES-12). The notice is there once after an automatic reset (SES-6).
func (s *Store) Begin(key string, src *wire.Source, m Message) (Entry, Notice) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.use(key, src)
	var n Notice
	if e.AutoReset != "" && !e.Noticed {
		n = Notice{e.AutoReset, e.HadActivity}
		e.Noticed = true
	}
	e.Running = true
	e.Turns++
	m.Role, m.At = RoleUser, e.UpdatedAt
	s.append(e.ID, m)
	return *e, n
}

// Succeed ends a turn that did what it should: the session counts as used, and
// is no longer to be resumed (SES-10). The reply, unless it is "", is appended
// to the transcript. The session is that of the turn, which the key may no
// longer name.
func (s *Store) Succeed(turn *Entry, reply string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if reply != "" {
		s.append(turn.ID, Message{Role: RoleAssistant, Text: reply, At: now})
	}
	e := s.entries[turn.Key]
	if e == nil || e.ID != turn.ID {
		return
	}
	e.UpdatedAt = now
	e.Running, e.Restarts = false, 0
	e.ResumePending, e.ResumeReason, e.ResumeMarkedAt = false, "", time.Time{}
	s.changed()
}

// Fail ends a turn that did not succeed: it failed, or was interrupted. What it
// said all the same, unless that is "", is appended to the transcript.
func (s *Store) Fail(turn *Entry, said string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if said != "" {
		s.append(turn.ID, Message{Role: RoleAssistant, Text: said, At: s.now()})
	}
	if e := s.entries[turn.Key]; e != nil && e.ID == turn.ID {
		e.Running = false
		s.changed()
	}
}

// use decides in the order of SES-2. The caller holds mu.
func (s *Store) use(key string, src *wire.Source) *Entry {
	now := s.now()
	s.prune(now)
	e := s.entries[key]
	if e == nil {
		return s.create(key, src, now)
	}
	if why := s.over(e, now); why != "" {
		next := s.replace(e, why, now)
		next.AutoReset, next.HadActivity, next.Previous = why, e.Turns > 0, e.ID
		return next
	}
	e.UpdatedAt = now
	s.changed()
	return e
}

// over says why the next message begins another session, or "" (SES-2).
func (s *Store) over(e *Entry, now time.Time) Reason {
	switch {
	case e.Suspended:
		return ReasonSuspended
	case e.ResumePending, s.busy(e): // (SES-4)
		return ""
	}
	return s.opt.Policies.of(e).expired(e.UpdatedAt, now)
}

// busy says that background work is active in a session (SES-4).
func (s *Store) busy(e *Entry) bool { return s.working[e.Key] > 0 }

func (s *Store) create(key string, src *wire.Source, now time.Time) *Entry {
	e := &Entry{
		Key: key, ID: s.newID(key, now), CreatedAt: now, UpdatedAt: now,
		Platform: src.Platform, ChatType: src.ChatType, ChatName: src.ChatName,
	}
	s.entries[key] = e
	s.changed()
	return e
}

// replace lets the key of e name a session that begins now.
func (s *Store) replace(e *Entry, why Reason, now time.Time) *Entry {
	s.retire(e, why)
	next := &Entry{
		Key: e.Key, ID: s.newID(e.Key, now), CreatedAt: now, UpdatedAt: now,
		Platform: e.Platform, ChatType: e.ChatType, ChatName: e.ChatName,
	}
	s.entries[e.Key] = next
	s.changed()
	return next
}

// maxPast bounds the past sessions of one key, which a user makes with every
// /new: the oldest are forgotten before Options.PruneAfter.
const maxPast = 1000

func (s *Store) retire(e *Entry, why Reason) {
	s.past[e.ID] = &Past{e.Key, e.ID, e.CreatedAt, e.UpdatedAt, e.Turns, why}
	if list := s.pastOf(e.Key); len(list) > maxPast {
		oldest := list[len(list)-1].ID
		delete(s.past, oldest)
		s.forget(oldest)
	}
}

// newID makes an id for a session of a key that no other session has (SES-1):
// two under one id would share a transcript.
func (s *Store) newID(key string, now time.Time) string {
	date := now.Format("20060102_150405_")
	for n := s.opt.NewID(); ; n++ {
		id := fmt.Sprintf("%s%08x", date, n)
		if _, taken := s.keys[id]; !taken {
			s.keys[id] = key
			return id
		}
	}
}

// Entry returns the session that a key names now, false when there is none.
func (s *Store) Entry(key string) (Entry, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.entries[key]; e != nil {
		return *e, true
	}
	return Entry{}, false
}

// Entries returns all sessions that a key names now, the last used first.
func (s *Store) Entries() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Entry, 0, len(s.entries))
	for _, key := range slices.Sorted(maps.Keys(s.entries)) {
		list = append(list, *s.entries[key])
	}
	slices.SortStableFunc(list, func(a, b Entry) int { return b.UpdatedAt.Compare(a.UpdatedAt) })
	return list
}

// Past returns the sessions that a key has named before, the newest first.
func (s *Store) Past(key string) []Past {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pastOf(key)
}

// pastOf is Past. The caller holds mu.
func (s *Store) pastOf(key string) []Past {
	var list []Past
	for _, p := range s.past {
		if p.Key == key {
			list = append(list, *p)
		}
	}
	slices.SortFunc(list, func(a, b Past) int { return strings.Compare(b.ID, a.ID) })
	return list
}
