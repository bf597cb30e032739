package session

import (
	"errors"
	"slices"
	"time"
)

// Who said a message.
const (
	RoleUser      = "user"
	RoleAssistant = "assistant"
)

// Message is one line of a transcript.
type Message struct {
	Role string    `json:"role"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
	// MessageID is the platform's, of a user's message.
	MessageID string `json:"message_id,omitempty"`
	// Undone says that the message was taken back: it is kept, but no longer part
	// of the conversation (SES-12).
	Undone bool `json:"undone,omitempty"`
}

// append appends a message to the transcript of a session. The caller holds mu.
func (s *Store) append(id string, m Message) {
	s.changed()
	if s.opt.Keeper == nil {
		s.transcripts.append(id, m)
		return
	}
	s.change.lines = append(s.change.lines, line{id, m})
}

// Transcript returns what was said in a session, the oldest first, and what was
// taken back as well. A *SkippedError comes with what could be read. It may wait
// for the Keeper.
func (s *Store) Transcript(id string) ([]Message, error) {
	if s.opt.Keeper == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		return slices.Clone(s.transcripts.of(id).list), nil
	}
	if err := s.Save(); err != nil && s.lacks(id) {
		return nil, err
	}
	s.saving.Lock()
	defer s.saving.Unlock()
	return s.opt.Keeper.Transcript(id)
}

// lacks says that the Keeper does not have the whole transcript.
func (s *Store) lacks(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.change.lines, func(l line) bool { return l.id == id })
}

// Undo takes back the last exchange of the session that a key names: the last
// message of the user and what came after it. It returns them as they were, none
// when there is nothing left: /undo, and /retry runs the first of them again
// (SES-12). They stay in the transcript, marked. A *SkippedError says that the
// transcript is not whole; the exchange is taken back all the same. It may wait
// for the Keeper.
func (s *Store) Undo(key string) ([]Message, error) {
	e, ok := s.Entry(key)
	if !ok {
		return nil, nil
	}
	list, err := s.Transcript(e.ID)
	var skipped *SkippedError
	if err != nil && !errors.As(err, &skipped) {
		return nil, err
	}
	last := lastExchange(list)
	if len(last) == 0 {
		return nil, err
	}
	taken := slices.DeleteFunc(slices.Clone(last), func(m Message) bool { return m.Undone })
	s.mu.Lock()
	defer s.mu.Unlock()
	s.append(e.ID, Message{Role: roleUndo, At: s.now()})
	return taken, err
}

// roleUndo is the role of a line that takes back the exchange before it. Files
// have such lines, as they are only appended to; what reads them does not.
const roleUndo = "undo"

// lastExchange is the end of a transcript that begins with the last message of
// the user that stands, nil when none does.
func lastExchange(list []Message) []Message {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Role == RoleUser && !list[i].Undone {
			return list[i:]
		}
	}
	return nil
}

// appendTo takes one more line into a transcript.
func appendTo(list []Message, m Message) []Message {
	if m.Role != roleUndo {
		return append(list, m)
	}
	last := lastExchange(list)
	for i := range last {
		last[i].Undone = true
	}
	return list
}
