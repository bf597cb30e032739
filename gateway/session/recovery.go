package session

import (
	"errors"
	"time"
)

// recentlyActive is how long before a crash a session was used to count as
// interrupted by it (SES-8).
const recentlyActive = 120 * time.Second

// maxRestarts in a row with a turn of a session running suspend it (SES-9).
const maxRestarts = 3

// Open begins a life of the store: it loads what was kept, and takes up what the
// life before left behind (SES-8, SES-9). A *SetAsideError says that the store
// works, but without what was kept before; after any other it must not be used.
// Lives do not overlap: with a Disk, the next begins after Release or the end of
// the process. It waits for the Keeper.
func (s *Store) Open() error {
	clean, err := s.load()
	var aside *SetAsideError
	if err != nil && !errors.As(err, &aside) {
		return err
	}
	s.mu.Lock()
	s.recover(clean)
	s.pruneAt(s.now())
	s.changed()
	s.mu.Unlock()
	return errors.Join(err, s.Save())
}

// load reads what was kept, and says whether the life before was closed.
func (s *Store) load() (clean bool, err error) {
	if s.opt.Keeper == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		clean, s.clean = s.clean, false
		return clean, nil
	}
	s.saving.Lock()
	k, clean, err := s.opt.Keeper.Load()
	s.saving.Unlock()
	if err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range k.Entries {
		e := &k.Entries[i]
		s.entries[e.Key], s.keys[e.ID] = e, e.Key
	}
	for i := range k.Past {
		p := &k.Past[i]
		s.past[p.ID], s.keys[p.ID] = p, p.Key
	}
	return clean, nil
}

// recover takes up the sessions of the life before. The caller holds mu.
func (s *Store) recover(clean bool) {
	now := s.now()
	s.lives++
	clear(s.working)
	for _, e := range s.entries {
		if e.Running {
			e.Restarts++
		} else {
			e.Restarts = 0
		}
		e.Running = false
		switch {
		case e.Restarts >= maxRestarts:
			e.Suspended = true // (SES-9)
		case !clean && now.Sub(e.UpdatedAt) <= recentlyActive:
			s.markResumePending(e, resumeAfterCrash) // (SES-8)
		}
	}
}

// Close ends a life of the store: a session whose turn was cut short is to be
// resumed, and the marker is left that says that this was no crash (SES-8). No
// turn runs any more. It waits for the Keeper.
func (s *Store) Close() error {
	s.mu.Lock()
	for _, e := range s.entries {
		if e.Running {
			s.markResumePending(e, resumeAfterStop)
		}
	}
	s.clean = true
	s.mu.Unlock()
	if err := s.Save(); err != nil || s.opt.Keeper == nil {
		return err
	}
	s.saving.Lock()
	defer s.saving.Unlock()
	return s.opt.Keeper.MarkClean()
}

// Release lets another process have what is kept. Nothing changes any more. It
// waits for the Keeper.
func (s *Store) Release() error {
	if s.opt.Keeper == nil {
		return nil
	}
	s.saving.Lock()
	defer s.saving.Unlock()
	return s.opt.Keeper.Release()
}
