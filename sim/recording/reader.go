package recording

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Reader reads a recording line by line, never the whole of it.
type Reader struct {
	file     string
	in       *bufio.Reader
	buf      []byte // the line at hand, reused
	number   int    // its number, from 1
	torn     bool   // it is the last and has no newline
	header   bool   // the header was read
	ended    bool   // the end line was read
	last     int    // seq of the last observation
	events   int    // lines that have a seq
	unknown  map[string]bool
	warnings []*Problem
	err      error // what ended the reading, returned ever after
}

// maxWarnings bounds what a strange file can make a Reader keep.
const maxWarnings = 100

// NewReader returns a Reader of r. file is its name in problems.
func NewReader(r io.Reader, file string) *Reader {
	return &Reader{file: file, in: bufio.NewReaderSize(r, 64<<10), unknown: map[string]bool{}}
}

// File is the name given to NewReader.
func (r *Reader) File() string { return r.file }

// Next returns the next line: first the header, then the observations with
// their own Seq and At, then the end line if there is one. After the last it
// returns io.EOF. Any other error is a *Problem and ends the reading. The line
// belongs to the caller; an observation's Frames are not filled in.
func (r *Reader) Next() (*Line, error) {
	for r.err == nil {
		var line *Line
		if line, r.err = r.next(); line != nil {
			return line, nil
		}
	}
	return nil, r.err
}

// Warnings returns what was wrong so far but did not end the reading.
func (r *Reader) Warnings() []*Problem { return r.warnings }

// next reads one line of the file. It returns nil and no error for one that
// is skipped.
func (r *Reader) next() (*Line, error) {
	if r.number == 0 {
		if err := r.sniff(); err != nil {
			return nil, err
		}
	}
	switch err := r.readLine(); {
	case err == io.EOF:
		return nil, r.finish()
	case err != nil:
		return nil, err
	case len(r.buf) == 0:
		return nil, nil
	case r.ended:
		return nil, r.problem("a line after the end line: a recording is one session, so cut the file here")
	}
	line, err := r.decode()
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) && r.torn && r.header {
		r.warn("the last line was cut off in the middle and is left out")
		return nil, nil
	}
	if err != nil {
		return nil, r.problem("%s", err)
	}
	return line, nil
}

// sniff refuses what was never a recording, by the file's first bytes.
func (r *Reader) sniff() error {
	r.number = 1
	_, err := r.in.Peek(1)
	head, _ := r.in.Peek(min(r.in.Buffered(), 512)) // no more than is there: the file may be growing
	switch {
	case err != nil && err != io.EOF:
		return r.broken(err)
	case len(head) == 0:
		return r.problem("the file is empty: a recording begins with a header line")
	case compression(head) != "":
		return r.problem("the file is compressed with %s: unpack it first", compression(head))
	case bytes.HasPrefix(head, []byte("\ufeff")):
		return r.problem("the file begins with a byte order mark: save it as UTF-8 without one")
	case !isText(head):
		return r.problem("the file is binary: a recording is text, one JSON object a line")
	case bytes.Contains(head, []byte(`"log"`)) && !bytes.Contains(head, []byte(`"kind"`)):
		return r.problem("the file is an HTTP archive (HAR): relaysim import makes a recording of it")
	}
	r.number = 0
	return nil
}

// compression names the program that a file was compressed with, by its first
// bytes; "" where it was not.
func compression(head []byte) string {
	for _, c := range []struct{ name, magic string }{
		{"gzip", "\x1f\x8b"}, {"zstd", "\x28\xb5\x2f\xfd"}, {"zip", "PK\x03\x04"}, {"xz", "\xfd7zXZ\x00"}, {"bzip2", "BZh"},
	} {
		if bytes.HasPrefix(head, []byte(c.magic)) {
			return c.name
		}
	}
	return ""
}

// isText allows for a character that the end of head cuts in two.
func isText(head []byte) bool {
	for cut := 0; cut < utf8.UTFMax && cut <= len(head); cut++ {
		if utf8.Valid(head[:len(head)-cut]) {
			return bytes.IndexByte(head, 0) < 0
		}
	}
	return false
}

// readLine puts the next line into buf, without the space around it.
func (r *Reader) readLine() error {
	r.number++
	r.buf = r.buf[:0]
	for {
		part, err := r.in.ReadSlice('\n')
		if len(r.buf)+len(part) > MaxLine {
			return r.problem("the line is longer than %d bytes: this is no recording, or not one of this program's", MaxLine)
		}
		r.buf = append(r.buf, part...)
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && len(r.buf) == 0:
			return io.EOF
		case err != nil && err != io.EOF:
			return r.broken(err)
		}
		r.torn = err == io.EOF
		r.buf = bytes.TrimSpace(r.buf)
		return nil
	}
}

// finish ends the reading: there are no more lines.
func (r *Reader) finish() error {
	r.number = max(1, r.number-1)
	if !r.header {
		return r.problem("no header line: a recording begins with one")
	}
	if !r.ended {
		r.warn("no end line: the recording was cut short")
	}
	return io.EOF
}

func (r *Reader) problem(format string, args ...any) error {
	return &Problem{File: r.file, Line: r.number, Text: fmt.Sprintf(format, args...)}
}

func (r *Reader) broken(err error) error {
	return &Problem{File: r.file, Line: r.number, Text: "cannot be read: " + err.Error(), Err: err}
}

func (r *Reader) warn(format string, args ...any) {
	if len(r.warnings) < maxWarnings {
		r.warnings = append(r.warnings, &Problem{File: r.file, Line: r.number, Text: fmt.Sprintf(format, args...)})
	}
}
