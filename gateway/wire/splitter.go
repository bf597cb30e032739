package wire

import (
	"bytes"
	"errors"
)

// ErrLineTooLong says that a line is beyond the size bound (FR-8). The socket
// is to be closed with 1009.
var ErrLineTooLong = errors.New("line too long")

// Splitter cuts WebSocket messages into lines (FR-1). A message may carry
// several lines and a line may span messages. Use it like a bufio.Scanner:
//
//	s.Feed(message)
//	for s.Next() {
//		handle(s.Line())
//	}
//	if err := s.Err(); err != nil { … }
type Splitter struct {
	max     int
	tail    []byte // the line that the messages before left unfinished
	message []byte // what is left of the message
	line    []byte
	err     error
}

// NewSplitter returns a Splitter that refuses lines of more than max bytes,
// newline not counted (FR-8).
func NewSplitter(max int) *Splitter { return &Splitter{max: max} }

// Feed gives the next message. Every line of the one before must have been
// taken. The message must stay as it is until Next returns false.
func (s *Splitter) Feed(message []byte) { s.message = message }

// Next moves to the next whole line that is not blank. It returns false when
// the message is used up (its partial tail is kept) or a line is too long.
func (s *Splitter) Next() bool {
	for s.err == nil {
		n := bytes.IndexByte(s.message, '\n')
		piece := s.message
		if n >= 0 {
			piece = s.message[:n]
		}
		if len(s.tail)+len(piece) > s.max {
			s.err = ErrLineTooLong
			break
		}
		if n < 0 {
			s.tail = append(s.tail, piece...)
			s.message = nil
			break
		}
		s.message = s.message[n+1:]
		s.line = piece
		if len(s.tail) > 0 {
			s.tail = append(s.tail, piece...)
			s.line = s.tail
			s.tail = s.tail[:0]
		}
		if skipSpace(s.line, 0) < len(s.line) {
			return true
		}
	}
	s.line = nil
	return false
}

// Line returns the line that Next found, without its newline. It is valid
// until Next is called again.
func (s *Splitter) Line() []byte { return s.line }

// Err returns ErrLineTooLong once a line was beyond the bound (FR-8); nothing is
// found after that.
func (s *Splitter) Err() error { return s.err }
