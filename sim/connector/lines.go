package connector

import (
	"bytes"
	"errors"
)

var errLineTooLong = errors.New("line is too long")

// lines finds the lines in messages: one message may carry several, one line
// may span messages (FR-1).
type lines struct {
	limit int // of one line, in bytes
	tail  []byte
}

// feed calls f with every line that message completes, without its newline;
// blank ones are skipped. It fails when a line passes the limit (FR-8).
func (l *lines) feed(message []byte, f func(line []byte)) error {
	for {
		i := bytes.IndexByte(message, '\n')
		if i < 0 {
			if len(l.tail)+len(message) > l.limit {
				return errLineTooLong
			}
			l.tail = append(l.tail, message...)
			return nil
		}
		line := message[:i]
		message = message[i+1:]
		if len(l.tail)+len(line) > l.limit {
			return errLineTooLong
		}
		if len(l.tail) > 0 {
			line = append(l.tail, line...)
			l.tail = nil
		}
		if len(bytes.TrimSpace(line)) > 0 {
			f(line)
		}
	}
}
