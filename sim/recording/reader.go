package recording

import "io"

// Reader reads a recording line by line, never the whole of it.
type Reader struct {
	file     string
	warnings []*Problem
}

// NewReader returns a Reader of r. file is its name in problems.
func NewReader(r io.Reader, file string) *Reader { return &Reader{file: file} }

// File is the name given to NewReader.
func (r *Reader) File() string { return r.file }

// Next returns the next line: first the header, then the observations with
// their own Seq and At, then the end line if there is one. After the last it
// returns io.EOF. Any other error is a *Problem, or comes from the
// underlying reader and is wrapped in one; it ends the reading. The line
// belongs to the caller.
func (r *Reader) Next() (*Line, error) { return nil, io.EOF }

// Warnings returns what was wrong so far but did not end the reading.
func (r *Reader) Warnings() []*Problem { return r.warnings }
