package play

import (
	"bytes"
	"slices"

	"github.com/relaysim/relaysim/sim/law"
	"github.com/relaysim/relaysim/sim/redact"
	"github.com/relaysim/relaysim/sim/trace"
	"github.com/relaysim/relaysim/sim/verdict"
)

// A trace is printed and saved. When a half under test has leaked a secret into
// a frame, the law says so and the frame is shown, but not the secret.

// withheld stands for a message in which a secret is in pieces.
const withheld = `{"type":"withheld","why":"it holds a secret (FU-4)"}` + "\n"

// mask cuts secrets out of what is shown.
type mask struct{ redactor *redact.Redactor }

func newMask(secrets []string) (mask, error) {
	r, err := redact.New(redact.Options{Known: secrets})
	return mask{r}, err
}

// leaked are the observations that the law found a secret in.
func leaked(violations []law.Violation) []int {
	var list []int
	for _, v := range violations {
		if v.Rule == "FU-4" {
			list = append(list, v.Seq)
		}
	}
	return list
}

// trace returns the observations without the secrets; they themselves are not
// changed. A message in which the law found a secret and the mask none is not
// shown at all.
func (m mask) trace(list []*trace.Observation, leaks []int) []*trace.Observation {
	list = slices.Clone(list)
	for i, o := range list {
		list[i] = m.observation(o, leaks)
	}
	return list
}

func (m mask) observation(o *trace.Observation, leaks []int) *trace.Observation {
	c := *o
	c.Data = m.redactor.Bytes(o.Data)
	if o.Kind == trace.Frame {
		if slices.Contains(leaks, o.Seq) && bytes.Equal(c.Data, o.Data) {
			c.Data = []byte(withheld)
		}
		c.Frames = nil
		for line := range bytes.Lines(c.Data) {
			c.Frames = append(c.Frames, trace.NewFrame(bytes.TrimRight(line, "\r\n")))
		}
	}
	c.Event, c.Args, c.Result = m.value(o.Event), m.value(o.Args), m.value(o.Result)
	c.Reason = m.redactor.Text(o.Reason)
	if o.Kind == trace.Close && slices.Contains(leaks, o.Seq) && c.Reason == o.Reason {
		c.Reason = "withheld: it holds a secret (FU-4)"
	}
	return &c
}

// problems masks the problems in place, and what they point at.
func (m mask) problems(problems []verdict.Problem, leaks []int) {
	for i := range problems {
		p := &problems[i]
		p.Text, p.Add = m.redactor.Text(p.Text), m.redactor.Text(p.Add)
		for j := range p.Diffs {
			p.Diffs[j].Want, p.Diffs[j].Got = m.redactor.Text(p.Diffs[j].Want), m.redactor.Text(p.Diffs[j].Got)
		}
		if p.Nearest != nil {
			p.Nearest = m.observation(p.Nearest, leaks)
		}
	}
}

// value is v without secrets; one that is not there stays away.
func (m mask) value(v trace.Value) trace.Value {
	if v.Raw == nil && v.Of == nil {
		return v
	}
	return trace.Value{Raw: m.redactor.Bytes(v.JSON())}
}
