package session

import "time"

// pruneEvery is how often Use looks for what is to be forgotten.
const pruneEvery = time.Hour

// Prune forgets the entries and past sessions that were not used for
// Options.PruneAfter, transcripts included, and says how many entries that were
// (SES-11). Suspended ones and ones with active work stay. Open and, once an
// hour, Use do it as well.
func (s *Store) Prune() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pruneAt(s.now())
}

// prune prunes when it is time to. The caller holds mu.
func (s *Store) prune(now time.Time) {
	if since := now.Sub(s.pruned); since < 0 || since >= pruneEvery {
		s.pruneAt(now)
	}
}

func (s *Store) pruneAt(now time.Time) int {
	s.pruned = now
	if s.opt.PruneAfter < 0 {
		return 0
	}
	n, limit := 0, now.Add(-s.opt.PruneAfter)
	for key, e := range s.entries {
		if e.UpdatedAt.Before(limit) && !e.Suspended && !e.Running && !s.busy(e) {
			delete(s.entries, key)
			s.forget(e.ID)
			n++
		}
	}
	for id, p := range s.past {
		if p.UpdatedAt.Before(limit) {
			delete(s.past, id)
			s.forget(id)
		}
	}
	return n
}

// forget forgets a session that nothing names any more. The caller holds mu.
func (s *Store) forget(id string) {
	delete(s.keys, id)
	s.transcripts.forget(id)
	if s.opt.Keeper != nil {
		s.change.forgotten = append(s.change.forgotten, id)
	}
	s.changed()
}
