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
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

// Options says what is cut. The zero value cuts what is known to be secret in
// the relay contract and nothing else.
type Options struct {
	// Known are secrets known beforehand; see Redactor.Known.
	Known []string
	// Patterns are regular expressions. What one matches is cut; if it has
	// groups, what they match is cut and the rest stays. In JSON they see one
	// string at a time, without its escapes.
	Patterns []string
	// Fields are further names of members, headers and parameters whose values
	// are cut. Case, "_" and "-" do not count.
	Fields []string
	// Users replaces the names of users and chats and the texts of messages by
	// others of the same length, in bytes, characters and UTF-16 units. The same
	// name always has the same replacement, and so has it in texts. Ids stay, and
	// the word of a command does.
	Users bool
	// Patience is how long a message whose last line is not finished is held
	// back, by At. Zero means 2 s. See Redactor.Observation.
	Patience time.Duration
}

// Redactor cuts secrets out of one recording. Any goroutine may call its
// methods.
type Redactor struct {
	mu    sync.Mutex
	cut   cutter // Guarded by mu.
	queue queue  // Guarded by mu.
}

// New returns a Redactor. The error names a pattern that does not compile.
func New(o Options) (*Redactor, error) {
	r := &Redactor{cut: cutter{vault: newVault(), words: newAutomaton(o.Fields), names: names{fields: map[string]bool{}}}}
	for _, f := range o.Fields {
		r.cut.names.fields[string(plain(nil, []byte(f)))] = true
	}
	for _, p := range o.Patterns {
		re, err := regexp.Compile(p)
		if err != nil {
			return nil, fmt.Errorf("%q is no pattern: %w", p, err)
		}
		r.cut.patterns = append(r.cut.patterns, re)
	}
	for _, s := range o.Known {
		r.cut.vault.know(s)
	}
	if o.Users {
		r.cut.users = newUsers()
	}
	r.queue = queue{patience: o.Patience, lanes: map[lane]*unfinished{}}
	if r.queue.patience == 0 {
		r.queue.patience = 2 * time.Second
	}
	return r, nil
}

// Known adds a secret that was learned, such as the bearer of an upgrade or an
// answer of /relay/provision. From then on it is cut wherever it stands, in any
// encoding. One that is a plain word is cut only where it stands alone, not
// inside other words; one of less than 4 bytes only where its place gives it
// away.
func (r *Redactor) Known(secret string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut.vault.know(secret)
}

// Learn lets the Redactor see the body of an HTTP answer from that path, such as
// /relay/provision or /manage/link (PROV-1, MAN-1), and adds the secrets in it as
// Known does.
func (r *Redactor) Learn(path string, body []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut.names.code, r.cut.vault.told = isLink(path), true
	r.cut.edits(body)
	r.cut.names.code, r.cut.vault.told = false, false
}

// isLink says whether an answer from a path has a link code.
func isLink(path string) bool {
	path, _, _ = strings.Cut(path, "?")
	return strings.HasSuffix(strings.TrimSuffix(path, "/"), "/manage/link")
}

// Observation takes the next observation, in the order of Seq, and returns the
// ones that can be written now, secrets cut; Frames are not filled in where
// something was. That is nearly always the one given. A message that ends in
// the middle of a line (FR-1) is held back, and what comes after it, until the
// line is finished, its socket is closed, or Patience has passed: a secret may
// be split over messages, and only the whole line shows it. When patience ends,
// or too much is held, the unfinished line is written as so many letters x. The
// slice is good until the next call; o is not changed.
func (r *Redactor) Observation(o *trace.Observation) []*trace.Observation {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.queue.add(&r.cut, r.fields(o))
}

// Flush returns what is still held back. Call it when nothing more will come.
func (r *Redactor) Flush() []*trace.Observation {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.queue.flush(&r.cut)
}

// fields cuts everything but the bytes of a message. It returns o itself when
// there is nothing to cut.
func (r *Redactor) fields(o *trace.Observation) *trace.Observation {
	r.cut.names.code = isLink(o.Path)
	out := o
	own := func() *trace.Observation {
		if out == o {
			clone := *o
			out = &clone
		}
		return out
	}
	for _, field := range fields {
		if s := *field(o); s != "" {
			if edits := r.cut.edits([]byte(s)); len(edits) > 0 {
				*field(own()) = string(splice([]byte(s), edits))
			}
		}
	}
	for _, value := range values {
		if v := *value(o); v.Raw != nil || v.Of != nil {
			if raw := r.cut.encoded(v); raw != nil {
				*value(own()) = trace.Value{Raw: raw}
			}
		}
	}
	if o.Kind != trace.Frame && o.Data != nil {
		if edits := r.cut.edits(o.Data); len(edits) > 0 {
			own().Data = splice(o.Data, edits)
		}
	}
	r.cut.names.code = false
	return out
}

// fields and values are those of an observation that a peer or a person wrote.
var (
	fields = []func(*trace.Observation) *string{
		func(o *trace.Observation) *string { return &o.Peer },
		func(o *trace.Observation) *string { return &o.Path },
		func(o *trace.Observation) *string { return &o.Auth },
		func(o *trace.Observation) *string { return &o.AuthenticatedAs },
		func(o *trace.Observation) *string { return &o.Reason },
		func(o *trace.Observation) *string { return &o.SessionKey },
		func(o *trace.Observation) *string { return &o.ChatID },
		func(o *trace.Observation) *string { return &o.Call },
		func(o *trace.Observation) *string { return &o.State },
	}
	values = []func(*trace.Observation) *trace.Value{
		func(o *trace.Observation) *trace.Value { return &o.Event },
		func(o *trace.Observation) *trace.Value { return &o.Args },
		func(o *trace.Observation) *trace.Value { return &o.Result },
	}
)

// encoded returns a value's JSON with the secrets cut out, or nil when there are
// none. A value that is no JSON is left to the writer, who says so.
func (c *cutter) encoded(v trace.Value) json.RawMessage {
	raw := v.Raw
	if raw == nil {
		var err error
		if raw, err = json.Marshal(v.Of); err != nil {
			return nil
		}
	}
	if edits := c.edits(raw); len(edits) > 0 {
		return splice(raw, edits)
	}
	return nil
}

// Bytes cuts secrets out of JSON or any text, such as a header's about, a body
// or a path with its query. It returns b itself where there are none.
func (r *Redactor) Bytes(b []byte) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	if edits := r.cut.edits(b); len(edits) > 0 {
		return splice(b, edits)
	}
	return b
}

// Text is Bytes for strings.
func (r *Redactor) Text(s string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if edits := r.cut.edits([]byte(s)); len(edits) > 0 {
		return string(splice([]byte(s), edits))
	}
	return s
}

// Counts says what was cut so far, sorted by kind.
func (r *Redactor) Counts() []Count {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cut.vault.list()
}

// Count is how many different secrets of one kind there were.
type Count struct {
	Kind    Kind
	Secrets int
}
