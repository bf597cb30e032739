package scrub

import (
	"bufio"
	"bytes"
	"io"
)

// lines gives out the lines of a file, newlines included: of one that it reads
// itself, or of what a reader of the same file has passed by it.
type lines struct {
	in     *bufio.Reader // nil where they are written to it
	buf    bytes.Buffer
	number int // of the last line given out, from 1
}

func newLines(in io.Reader) *lines {
	if in == nil {
		return &lines{}
	}
	return &lines{in: bufio.NewReaderSize(in, 64<<10)}
}

// Write implements io.Writer.
func (l *lines) Write(b []byte) (int, error) { return l.buf.Write(b) }

// next returns the next line, which is the caller's, or io.EOF. The last may have
// no newline.
func (l *lines) next() ([]byte, error) {
	var line []byte
	var err error
	if l.in != nil {
		line, err = l.in.ReadBytes('\n')
	} else {
		line, err = l.buf.ReadBytes('\n')
	}
	if len(line) == 0 {
		return nil, err
	}
	l.number++
	return line, nil
}
