package law

import (
	"bytes"
	"encoding/json"

	"github.com/relaysim/relaysim/sim/trace"
)

// secrets holds FU-4: no frame in either direction contains a secret, as it is,
// in JSON's escapes, or in the body of a forward, and no close frame in its reason.
type secrets struct {
	report report
	list   [][]byte
}

func newSecrets(k *Known, r report) *secrets {
	l := &secrets{report: r}
	for _, s := range k.Secrets {
		if s != "" {
			l.list = append(l.list, []byte(s))
		}
	}
	return l
}

func (l *secrets) frame(o *trace.Observation, _ *socket, f *frame) {
	line := f.line.Line
	where := ""
	switch {
	case len(l.list) == 0:
	case l.in(line), bytes.IndexByte(line, '\\') >= 0 && l.in(unescaped(line)):
		where = "a frame"
	case f.typ == "passthrough_forward":
		if body, ok := forwardBody(f.line.Field("forward")); ok && (l.in(body) || l.in(unescaped(body))) {
			where = "the body of a forward"
		}
	}
	if where != "" {
		// The text does not say which secret: it may end up in a log.
		l.report("FU-4", o.Seq, "%s from the %s contains a secret", where, o.From)
	}
}

// observe looks at a message that completed no frame, whose bytes crossed too, and
// at the reason of a close.
func (l *secrets) observe(o *trace.Observation, _ *socket) {
	switch {
	case o.Kind == trace.Frame && len(o.Frames) == 0 && l.in(o.Data):
		l.report("FU-4", o.Seq, "a message from the %s contains a secret", o.From)
	case o.Kind == trace.Close && l.in([]byte(o.Reason)):
		l.report("FU-4", o.Seq, "the reason for which the %s closes contains a secret", o.From)
	}
}

func (l *secrets) end() {}

func (l *secrets) in(b []byte) bool {
	for _, s := range l.list {
		if bytes.Contains(b, s) {
			return true
		}
	}
	return false
}

// unescaped is JSON text with the escapes of its strings undone. It is no JSON
// any more; only what is in it counts. Text that is no JSON has nothing more in it.
func unescaped(text []byte) []byte {
	var out []byte
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	for {
		t, err := d.Token()
		if err != nil {
			return out
		}
		if s, ok := t.(string); ok {
			out = append(append(out, s...), 0)
		}
	}
}
