package session

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Keeper keeps what a Store knows beyond the life of the process. Its methods
// are called one at a time, and may take their time. Disk is one.
type Keeper interface {
	// Load returns what Save was given last, and removes the marker of a clean
	// stop: clean says that there was one (SES-8). What cannot be read it sets
	// aside, and returns nothing and a *SetAsideError: the Keeper works on (SES-7).
	// From here to Release nobody else may keep anything there; if somebody does,
	// Load fails.
	Load() (k Kept, clean bool, err error)
	// Release ends that. It may be called without a Load.
	Release() error
	// Save replaces what was kept, whole or not at all.
	Save(k Kept) error
	// Append appends messages to the transcript of a session (SES-12).
	Append(id string, list []Message) error
	// Transcript returns the transcript of a session, without one nothing. A
	// *SkippedError comes with what could be read.
	Transcript(id string) ([]Message, error)
	// Forget removes the transcript of a session.
	Forget(id string) error
	// MarkClean leaves the marker of a clean stop.
	MarkClean() error
}

// Kept is what a Store knows, but for the transcripts.
type Kept struct {
	Entries []Entry `json:"entries"` // by key
	Past    []Past  `json:"past"`    // by id
}

// SetAsideError says that what was kept could not be read. It was not thrown
// away: it is where Kept says.
type SetAsideError struct {
	File, Kept string
	Err        error
}

func (e *SetAsideError) Error() string {
	return fmt.Sprintf("sessions: %s cannot be read and was set aside as %s: %v (SES-7)", e.File, e.Kept, e.Err)
}

func (e *SetAsideError) Unwrap() error { return e.Err }

// SkippedError says that lines of a transcript could not be read, as when a
// process ended while it wrote one. They are still there; the others were read.
type SkippedError struct {
	File  string
	Lines []int // from 1
}

func (e *SkippedError) Error() string {
	return fmt.Sprintf("%s: lines %v cannot be read and were skipped", e.File, e.Lines)
}

// change is what has happened since the last Save.
type change struct {
	version   int      // counts changes, of all time
	lines     []line   // for transcripts, in order
	forgotten []string // ids
}

type line struct {
	id      string
	message Message
}

// changed notes that there is something to save. The caller holds mu.
func (s *Store) changed() { s.change.version++ }

// Save makes what was done before it outlive the process. It waits for the
// Keeper, so it is not for a goroutine that reads a socket; without one it does
// nothing. What it could not keep the next Save tries again.
func (s *Store) Save() error {
	if s.opt.Keeper == nil {
		return nil
	}
	s.mu.Lock()
	want := s.change.version
	s.mu.Unlock()
	s.saving.Lock()
	defer s.saving.Unlock()
	if s.saved >= want {
		return nil // somebody else's Save has kept it meanwhile
	}
	s.mu.Lock()
	c := s.change
	s.change.lines, s.change.forgotten = nil, nil
	k := s.kept()
	s.mu.Unlock()
	k.sort()
	if err := s.keep(&c, k); err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.change.lines = latest(append(c.lines, s.change.lines...))
		s.change.forgotten = append(c.forgotten, s.change.forgotten...)
		return fmt.Errorf("save sessions: %w", err)
	}
	s.saved = c.version
	return nil
}

// keep gives a change to the Keeper, and takes from c what it has kept. A
// transcript that cannot be written keeps nothing else from being kept. The
// caller holds saving.
func (s *Store) keep(c *change, k Kept) error {
	var failed error
	c.lines, failed = s.keepLines(c.lines)
	if err := s.opt.Keeper.Save(k); err != nil {
		return errors.Join(failed, err)
	}
	for len(c.forgotten) > 0 {
		if err := s.opt.Keeper.Forget(c.forgotten[0]); err != nil {
			return err
		}
		c.forgotten = c.forgotten[1:]
	}
	return failed
}

// keepLines appends lines to their transcripts and returns those that it could
// not append, in order.
func (s *Store) keepLines(lines []line) (left []line, err error) {
	var ids []string
	byID := map[string][]Message{}
	for _, l := range lines {
		if byID[l.id] == nil {
			ids = append(ids, l.id)
		}
		byID[l.id] = append(byID[l.id], l.message)
	}
	failed := map[string]bool{}
	for _, id := range ids {
		if e := s.opt.Keeper.Append(id, byID[id]); e != nil {
			failed[id] = true
			err = errors.Join(err, e)
		}
	}
	return slices.DeleteFunc(lines, func(l line) bool { return !failed[l.id] }), err
}

// kept is a copy of the content, in no order. The caller holds mu.
func (s *Store) kept() Kept {
	k := Kept{Entries: make([]Entry, 0, len(s.entries)), Past: make([]Past, 0, len(s.past))}
	for _, e := range s.entries {
		k.Entries = append(k.Entries, *e)
	}
	for _, p := range s.past {
		k.Past = append(k.Past, *p)
	}
	return k
}

func (k *Kept) sort() {
	slices.SortFunc(k.Entries, func(a, b Entry) int { return strings.Compare(a.Key, b.Key) })
	slices.SortFunc(k.Past, func(a, b Past) int { return strings.Compare(a.ID, b.ID) })
}
