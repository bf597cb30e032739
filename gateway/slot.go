package gateway

import (
	"fmt"
	"strings"

	"github.com/relaysim/relaysim/gateway/wire"
)

// slot is where one turn waits for a busy session. What comes while it waits
// joins it or takes its place (TURN-2).
type slot struct {
	turn  *Turn    // nil when the slot is free
	texts []string // of what joined, the first one's too
	size  int      // bytes of the texts and of the media's URLs
}

// put lets a turn wait. Texts merge, and so do media; the event of the first
// stands, so its message is the one replied to. Anything else replaces what
// waited, which is returned. It fails when more than most bytes would wait.
func (s *slot) put(t *Turn, most int) (replaced *Turn, err error) {
	size := contentSize(t.Event)
	if s.turn == nil || !merges(s.turn.Event, t.Event) {
		replaced = s.turn
		*s = slot{turn: t, size: size}
		s.addText(t.Event.Text)
		return replaced, nil
	}
	if s.size+size >= most {
		return nil, fmt.Errorf("%d bytes wait for the session already", s.size)
	}
	s.size += size + 1
	s.turn.size += t.size
	s.addText(t.Event.Text)
	first := s.turn.Event
	first.MediaURLs = append(first.MediaURLs, t.Event.MediaURLs...)
	return nil, nil
}

// addText keeps what a message says; a photo may say nothing.
func (s *slot) addText(text string) {
	if text != "" {
		s.texts = append(s.texts, text)
	}
}

// take empties the slot and returns what waited, as one event; nil when nothing did.
func (s *slot) take() *Turn {
	t := s.turn
	if t != nil {
		t.Event.Text = strings.Join(s.texts, "\n")
	}
	*s = slot{}
	return t
}

const (
	typeText  = "text"
	typePhoto = "photo"
	typeVideo = "video"
)

// merges says whether two messages become one turn.
func merges(first, next *wire.Event) bool {
	if first.MessageType == typeText && next.MessageType == typeText {
		return true
	}
	return isMedia(first) && isMedia(next)
}

// isMedia says whether a message is a photo or an album, which may hold videos:
// some platforms send an album as one message, some as one for each photo.
func isMedia(e *wire.Event) bool {
	return e.MessageType == typePhoto || e.MessageType == typeVideo && len(e.MediaURLs) > 1
}

func contentSize(e *wire.Event) int {
	n := len(e.Text)
	for _, url := range e.MediaURLs {
		n += len(url)
	}
	return n
}
