package redact

import (
	"fmt"
	"io"
	"strconv"

	"github.com/relaysim/relaysim/sim/trace"
)

// Gate returns a writer that passes on to w what holds no known secret, plain
// or in an encoding. Any other Write writes nothing and returns an error of type
// *RemainsError. Every Write must be one line of a recording. A known secret
// that is a plain word is not looked for: a line has words of its own.
func (r *Redactor) Gate(w io.Writer) io.Writer { return gate{r, w} }

type gate struct {
	r *Redactor
	w io.Writer
}

// Write implements io.Writer.
func (g gate) Write(line []byte) (int, error) {
	if err := g.r.check(line); err != nil {
		return 0, err
	}
	return g.w.Write(line)
}

// check does not walk the line as the cutting does, so that it does not
// overlook the same things.
func (r *Redactor) check(line []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for text := line; ; {
		if placeholder := r.cut.vault.known.in(text); placeholder != "" {
			return &RemainsError{Seq: seqOf(line), Kind: kindOf(placeholder)}
		}
		d := unescapeJSON(text)
		if len(d.text) == len(text) {
			return nil
		}
		text = d.text
	}
}

// seqOf is the seq of an observation's line.
func seqOf(line []byte) int {
	n, _ := strconv.Atoi(string(trace.Field(line, "seq")))
	return n
}

// RemainsError says that a known secret would have been written. It does not
// hold the secret.
type RemainsError struct {
	Seq  int // of the observation; 0 for a line that is none
	Kind Kind
}

func (e *RemainsError) Error() string {
	return fmt.Sprintf("seq %d still holds a known secret (%s), so it was not written", e.Seq, e.Kind)
}
