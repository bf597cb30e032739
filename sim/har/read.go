package har

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/relaysim/relaysim/sim/trace"
)

// Session is what was read of an archive.
type Session struct {
	// Trace is the sockets' openings, messages and ends, ordered by time.
	Trace []*trace.Observation
	// Creator is the program that wrote the archive, as it says.
	Creator string
	// Skipped counts the entries that are no WebSockets.
	Skipped int
	// Warnings say what was guessed or left out, at most a hundred.
	Warnings []string
}

const maxWarnings = 100

// Read reads an archive. Times are relative to the first. The error says that it
// is none, that it is longer than MaxSize, or what the reader returned.
func Read(in io.Reader) (*Session, error) { return read(in, MaxSize) }

func read(in io.Reader, most int64) (*Session, error) {
	limited := &io.LimitedReader{R: in, N: most + 1}
	start := bufio.NewReader(limited)
	if how := compressed(start); how != "" {
		return nil, fmt.Errorf("it is compressed with %s: unpack it first", how)
	}
	r := &reader{decoder: json.NewDecoder(start), session: &Session{}, bare: map[string]*trace.Observation{}}
	err := r.archive()
	switch {
	case limited.N == 0:
		return nil, fmt.Errorf("longer than %d bytes: cut it down to its WebSocket entries", most)
	case err != nil:
		return nil, err
	case r.conns == 0:
		return nil, fmt.Errorf("no entry is a WebSocket (%d others): want _webSocketMessages, which Chrome's and mitmproxy's exports have", r.session.Skipped)
	}
	r.finish()
	return r.session, nil
}

// compressed says how an archive is compressed, such as mitmproxy's .zhar; "" where
// it is not.
func compressed(in *bufio.Reader) string {
	magic, _ := in.Peek(2) // a shorter file is none
	switch string(magic) {
	case "\x1f\x8b":
		return "gzip"
	case "x\x01", "x\x5e", "x\x9c", "x\xda":
		return "zlib"
	}
	return ""
}

// reader is the state of reading one archive.
type reader struct {
	decoder *json.Decoder
	session *Session
	conns   int // sockets so far
	items   []timed
	found   bool                          // there was a list of entries
	bare    map[string]*trace.Observation // the opens of entries without a message, by what tells them apart
}

// timed is an observation with its time in seconds since 1970, NaN where it is
// not known.
type timed struct {
	at float64
	o  *trace.Observation
}

func (r *reader) warn(format string, args ...any) {
	if len(r.session.Warnings) < maxWarnings {
		r.session.Warnings = append(r.session.Warnings, fmt.Sprintf(format, args...))
	}
}

// archive walks down to the entries and reads one at a time, so that the rest of
// the file is never held.
func (r *reader) archive() error {
	err := r.members(func(name string) error {
		if name != "log" {
			return r.skip()
		}
		return r.members(func(name string) error {
			switch name {
			case "entries":
				return r.entries()
			case "creator":
				var raw json.RawMessage
				err := r.decoder.Decode(&raw)
				r.session.Creator, _ = text(object(raw)["name"])
				return err
			}
			return r.skip()
		})
	})
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON at byte %d: %w", syntax.Offset, err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the file ends in the middle")
	case err == nil && !r.found:
		return errors.New("no log.entries: this is no HTTP archive")
	}
	return err
}

// errForeign says that a value is not what an archive has there.
var errForeign = errors.New("this is no HTTP archive: want {\"log\":{\"entries\":[…]}}")

// members calls visit for each member of the object that comes next, with the
// decoder before its value.
func (r *reader) members(visit func(name string) error) error {
	if err := r.expect('{'); err != nil {
		return err
	}
	for r.decoder.More() {
		name, err := r.decoder.Token()
		if err != nil {
			return err
		}
		if err := visit(fmt.Sprint(name)); err != nil {
			return err
		}
	}
	return r.expect('}')
}

func (r *reader) expect(want json.Delim) error {
	token, err := r.decoder.Token()
	if err == nil && token != want {
		err = errForeign
	}
	return err
}

func (r *reader) skip() error {
	var raw json.RawMessage
	return r.decoder.Decode(&raw)
}

func (r *reader) entries() error {
	r.found = true
	if err := r.expect('['); err != nil {
		return err
	}
	for n := 1; r.decoder.More(); n++ {
		var raw json.RawMessage
		if err := r.decoder.Decode(&raw); err != nil {
			return err
		}
		r.entry(n, object(raw))
	}
	return r.expect(']')
}

// finish orders what was read and counts it. What has no time is taken for the
// beginning.
func (r *reader) finish() {
	first := math.Inf(1)
	for _, item := range r.items {
		if item.at < first {
			first = item.at
		}
	}
	for i := range r.items {
		if math.IsNaN(r.items[i].at) {
			r.items[i].at = first
		}
	}
	slices.SortStableFunc(r.items, func(a, b timed) int { return cmp.Compare(a.at, b.at) })
	for i, item := range r.items {
		item.o.Seq = i + 1
		item.o.At = since(first, item.at)
		r.session.Trace = append(r.session.Trace, item.o)
	}
}
