package session

import (
	"errors"
	"fmt"
	"sync"
)

// What commands do to a session. Each says whether there was one.

// Reset replaces a session by a fresh one at once: /new and /reset (SES-5).
func (s *Store) Reset(key string) (Entry, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entries[key]
	if e == nil {
		return Entry{}, false
	}
	next := s.replace(e, ReasonReset, s.now())
	next.Fresh = true
	return *next, true
}

// Suspend makes the next message begin another session: /stop (SES-5).
func (s *Store) Suspend(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entries[key]
	if e == nil {
		return false
	}
	e.Suspended = true
	s.changed()
	return true
}

// MarkResumePending says that a turn was cut short, and why; the next message
// goes on in the same session (SES-2). A suspended one stays suspended (SES-10).
func (s *Store) MarkResumePending(key, why string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entries[key]
	return e != nil && s.markResumePending(e, why)
}

func (s *Store) markResumePending(e *Entry, why string) bool {
	if e.Suspended {
		return false
	}
	e.ResumePending, e.ResumeReason, e.ResumeMarkedAt = true, why, s.now()
	s.changed()
	return true
}

// ErrUnknownSession is wrapped by Resume's error when the key has never named
// the session, or it has been forgotten.
var ErrUnknownSession = errors.New("no such session")

// Resume lets a key name one of its past sessions again: /resume (SES-5). An id
// of another key is unknown here: it is somebody else's conversation. The session
// that the key names already is resumed where /stop has suspended it, or where it
// is about to expire.
func (s *Store) Resume(key, id string) (Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, now := s.entries[key], s.now()
	if e != nil && e.ID == id {
		e.Suspended, e.Restarts, e.UpdatedAt = false, 0, now
		s.changed()
		return *e, nil
	}
	p := s.past[id]
	if e == nil || p == nil || p.Key != key {
		return Entry{}, fmt.Errorf("%w: %q", ErrUnknownSession, id)
	}
	delete(s.past, id)
	s.retire(e, ReasonSwitched)
	next := &Entry{
		Key: key, ID: id, CreatedAt: now, UpdatedAt: now, Turns: p.Turns,
		Platform: e.Platform, ChatType: e.ChatType, ChatName: e.ChatName,
	}
	s.entries[key] = next
	s.changed()
	return *next, nil
}

// Work says that background work of a session is active until done is called:
// so long it neither expires nor is pruned (SES-4, SES-11). Work ends with the
// life of the store. done may be called more than once.
func (s *Store) Work(key string) (done func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.working[key]++
	life := s.lives
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if life != s.lives {
			return // what works now is not this
		}
		if s.working[key]--; s.working[key] == 0 {
			delete(s.working, key)
		}
	})
}
