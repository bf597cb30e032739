// Package scrub cuts secrets out of recordings that were written without that,
// or with less of it. A line without secrets keeps its bytes; so does every
// other part of a line that has one. A recording is streamed: what is kept in
// memory is the secrets, not the lines. Start with Recording.
package scrub

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/redact"
	"github.com/relaysim/relaysim/sim/trace"
)

// Result says what was done to a recording.
type Result struct {
	Lines    int // in the file
	Changed  int // of them
	Cut      []redact.Count
	Warnings []*recording.Problem
}

// patience is how long, by the recording's own clock, the rest of a line is
// waited for. Nobody waits for a file, so it is as good as for ever.
const patience = 24 * time.Hour

// Recording writes the recording that in holds to w without its secrets. file is
// its name in problems, which are those of a recording.Reader: after one that
// ends the reading what was written is of no use. A last line that was cut off
// is left out. in is read three times: for placeholders it has already, for
// secrets, so that one is cut before the line that gives it away too, and to
// write it. o.Patience is not used.
func Recording(in io.ReadSeeker, file string, w io.Writer, o redact.Options) (Result, error) {
	o.Patience = patience
	r, err := redact.New(o)
	if err != nil {
		return Result{}, err
	}
	p := &pass{r: r, file: file}
	if err := p.survey(in); err != nil {
		return Result{}, err
	}
	if err := p.run(in, io.Discard); err != nil {
		return Result{}, err
	}
	p.result = Result{}
	out := bufio.NewWriter(w)
	if err := p.run(in, r.Gate(out)); err != nil {
		return Result{}, err
	}
	p.result.Cut = r.Counts()
	return p.result, out.Flush()
}

// pass is one way through the file.
type pass struct {
	r      *redact.Redactor
	file   string
	lines  *lines
	w      io.Writer
	queue  []queued // lines that wait for the end of a message's
	result Result
}

// queued is a line that was read and is not written yet.
type queued struct {
	line []byte
	o    *trace.Observation // nil for a line that is none
}

// survey reads the placeholders of a recording that was scrubbed before.
func (p *pass) survey(in io.ReadSeeker) error {
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return err
	}
	all := newLines(in)
	for {
		line, err := all.next()
		if err != nil {
			return unlessEnd(err)
		}
		p.r.Survey(line)
	}
}

func unlessEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// run goes through the file and writes it to w.
func (p *pass) run(in io.ReadSeeker, w io.Writer) error {
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return err
	}
	p.w, p.lines = w, newLines(nil)
	rec := recording.NewReader(io.TeeReader(in, p.lines), p.file)
	for {
		l, err := rec.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := p.upTo(l); err != nil {
			return err
		}
	}
	p.result.Warnings = rec.Warnings()
	return p.end()
}

// upTo takes the lines of the file up to the one that was read. Those between,
// which the reader skips, are of a kind it does not know.
func (p *pass) upTo(l *recording.Line) error {
	for p.lines.number < l.Number {
		line, err := p.lines.next()
		if err != nil {
			return fmt.Errorf("%s:%d: cannot be read again: %w", p.file, l.Number, err)
		}
		q := queued{line: line}
		if p.lines.number == l.Number {
			q.o = l.Observation
		}
		if err := p.add(q); err != nil {
			return err
		}
	}
	return nil
}

// add takes a line, and writes those that wait for nothing any more.
func (p *pass) add(q queued) error {
	p.queue = append(p.queue, q)
	if q.o == nil {
		return p.others()
	}
	return p.ready(p.r.Observation(q.o))
}

// ready writes the lines of observations that are cut, which come in order.
func (p *pass) ready(list []*trace.Observation) error {
	for _, cut := range list {
		if err := p.others(); err != nil {
			return err
		}
		q := p.queue[0]
		p.queue = p.queue[1:]
		if err := p.write(q.line, p.r.Line(q.line, q.o, cut)); err != nil {
			return err
		}
	}
	return p.others()
}

// others writes the lines at the front of the queue that are no observations.
func (p *pass) others() error {
	for len(p.queue) > 0 && p.queue[0].o == nil {
		line := p.queue[0].line
		p.queue = p.queue[1:]
		if err := p.write(line, p.r.Line(line, nil, nil)); err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) write(was, now []byte) error {
	p.result.Lines++
	if !bytes.Equal(was, now) {
		p.result.Changed++
	}
	_, err := p.w.Write(now)
	return err
}

// end takes what comes after the last line that was read, but for one that was
// cut off.
func (p *pass) end() error {
	for {
		line, err := p.lines.next()
		if err != nil {
			break
		}
		if endsLine(line) || json.Valid(line) {
			if err := p.add(queued{line: line}); err != nil {
				return err
			}
		}
	}
	return p.ready(p.r.Flush())
}

func endsLine(line []byte) bool { return bytes.HasSuffix(line, []byte("\n")) }
