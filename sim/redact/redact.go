// Package redact cuts secrets out of observations before anything writes them
// down. It is pure: observations in, observations out, no files, no sockets and
// no clock. Start with New, then Redactor.Observation; put Redactor.Gate between
// a recording's writer and its file as the last check.
//
// A secret is found by its place (a member, header or parameter whose name says
// so, a bearer, a callback URL), by its form (an upgrade token, a private key),
// because it is known (Redactor.Known, or found elsewhere before), or because a
// pattern of the user's matches. It is looked for under every encoding that
// decodes: JSON strings, base64, hex and percent escapes, one inside the other.
// In its place stands a placeholder, the same for the same secret, so that
// equality survives. Every byte that is no secret stays as it was.
package redact

import (
	"io"
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

// Options says what is cut. The zero value cuts what is known to be secret in
// the relay contract and nothing else.
type Options struct {
	// Known are secrets known beforehand; see Redactor.Known.
	Known []string
	// Patterns are regular expressions. What one matches is cut; if it has
	// groups, what they match is cut and the rest stays.
	Patterns []string
	// Fields are further names of members, headers and parameters whose values
	// are cut. Case, "_" and "-" do not count.
	Fields []string
	// Users replaces the names of users and chats and the texts of messages by
	// others of the same length, in bytes, characters and UTF-16 units.
	Users bool
	// Patience is how long a message whose last line is not finished is held
	// back, by At. Zero means 2 s. See Redactor.Observation.
	Patience time.Duration
}

// Redactor cuts secrets out of one recording. Any goroutine may call its
// methods.
type Redactor struct{}

// New returns a Redactor. The error names a pattern that does not compile.
func New(o Options) (*Redactor, error) { return &Redactor{}, nil }

// Known adds a secret that was learned, such as the bearer of an upgrade or an
// answer of /relay/provision. From then on it is cut wherever it stands, in any
// encoding. One that is a plain word is cut only where it stands alone, not
// inside other words; one of less than 4 bytes only where its place gives it
// away.
func (r *Redactor) Known(secret string) {}

// Observation takes the next observation, in the order of Seq, and returns the
// ones that can be written now, secrets cut; their Frames are not filled in.
// That is nearly always the one given. A message that ends in the middle of a
// line (FR-1) is held back, and what comes after it, until the line is
// finished, its socket is closed, or Patience has passed: a secret may be split
// over messages, and only the whole line shows it. When patience ends, or too much
// is held, the unfinished line is written as so many letters x. The slice is
// good until the next call; o is not changed.
func (r *Redactor) Observation(o *trace.Observation) []*trace.Observation {
	return []*trace.Observation{o}
}

// Flush returns what is still held back. Call it when nothing more will come.
func (r *Redactor) Flush() []*trace.Observation { return nil }

// Bytes cuts secrets out of JSON or any text, such as a header's about, a body
// or a path with its query. It returns b itself where there are none.
func (r *Redactor) Bytes(b []byte) []byte { return b }

// Text is Bytes for strings.
func (r *Redactor) Text(s string) string { return s }

// Header returns the value of an HTTP header with the secrets cut out: a
// credential, a cookie's value, a signature.
func (r *Redactor) Header(name, value string) string { return value }

// Headers is Header for a list.
func (r *Redactor) Headers(list [][2]string) [][2]string { return list }

// Gate returns a writer that passes on to w what holds no known secret, plain
// or in an encoding. Any other Write writes nothing and returns an error of type
// *RemainsError. Every Write must be one line of a recording.
func (r *Redactor) Gate(w io.Writer) io.Writer { return w }

// RemainsError says that a known secret would have been written.
type RemainsError struct {
	Seq  int  // of the observation; 0 for a header
	Kind Kind // of the secret
}

func (e *RemainsError) Error() string { return "" }

// Kind says what a secret is. It is part of its placeholder.
type Kind string

// Count is how much of one kind was cut.
type Count struct {
	Kind    Kind
	Secrets int // different ones
	Places  int // in which they stood
}

// Counts says what was cut so far, sorted by kind.
func (r *Redactor) Counts() []Count { return nil }
