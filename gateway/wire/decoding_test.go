package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway/internal/golden"
	"github.com/relaysim/relaysim/gateway/wire"
)

// decoding compares one decoding function with a golden file.
type decoding struct {
	// got decodes a case's input and returns what to compare, as JSON.
	got func(in json.RawMessage) (json.RawMessage, error)
	// ignored are members of the output that are internals of the reference:
	// paths such as source.role_authorized, each with the reason.
	ignored map[string]string
}

// failed stands for an output that is an error, and for that of a reference
// that threw or had nothing to show: both refused.
const failed = "error"

// replacement puts a rule in the place of golden outputs.
type replacement struct {
	cases     string // regular expression that matches the whole name
	rule, why string
	// want is a merge patch on the golden output (on nothing when the
	// reference threw), or failed.
	want string
	// revision limits it to one; "" means all.
	revision string
}

func (d decoding) run(t *testing.T, path, revision string, replaced []replacement) {
	t.Helper()
	var exceptions []golden.Exception
	for _, r := range replaced {
		if r.revision != "" && r.revision != revision {
			continue
		}
		exceptions = append(exceptions, golden.Exception{
			Cases: "(?s:" + r.cases + ")", Rule: r.rule, Why: r.why,
			Instead: func(c golden.Case) error {
				want, err := d.golden(c)
				if err != nil {
					return err
				}
				if r.want == failed {
					return d.compare(c, failed)
				}
				patch, err := parsed([]byte(r.want))
				if err != nil {
					return err
				}
				return d.compare(c, normal(patched(want, patch)))
			},
		})
	}
	golden.Run(t, path, exceptions, func(c golden.Case) error {
		want, err := d.golden(c)
		if err != nil {
			return err
		}
		return d.compare(c, want)
	})
}

func (d decoding) golden(c golden.Case) (any, error) {
	v, err := parsed(c.Out)
	if m, ok := v.(map[string]any); v == nil || ok && m["raises"] != nil {
		return failed, err // both mean that it was of no use
	}
	return d.shown(v), err
}

// compare returns the difference between want and what d makes of the case.
func (d decoding) compare(c golden.Case, want any) error {
	var got any = failed
	if raw, err := d.got(c.In); err == nil {
		v, err := parsed(raw)
		if err != nil {
			return fmt.Errorf("decoded to no JSON: %w: %s", err, raw)
		}
		got = d.shown(v)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		return fmt.Errorf("in %s\n(-want +got)\n%s", c.In, diff)
	}
	return nil
}

func (d decoding) shown(v any) any {
	for path := range d.ignored {
		remove(v, path)
	}
	return normal(v)
}

func parsed(raw []byte) (v any, err error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	err = dec.Decode(&v)
	return v, err
}

// normal drops what is absent: null and "" mean the same to every rule.
func normal(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			if e = normal(e); e != nil && e != "" {
				out[k] = e
			}
		}
		return out
	case []any:
		out := []any{}
		for _, e := range v {
			out = append(out, normal(e))
		}
		return out
	}
	return v
}

// patched applies a merge patch (RFC 7396) to a copy of v.
func patched(v, patch any) any {
	p, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	out := map[string]any{}
	if m, ok := v.(map[string]any); ok {
		maps.Copy(out, m)
	}
	for k, e := range p {
		if e == nil {
			delete(out, k)
		} else {
			out[k] = patched(out[k], e)
		}
	}
	return out
}

func remove(v any, path string) {
	m, ok := v.(map[string]any)
	if !ok {
		return
	}
	if name, rest, ok := strings.Cut(path, "."); ok {
		remove(m[name], rest)
		return
	}
	delete(m, path)
}

// eachRevision runs f for every revision.
func eachRevision(t *testing.T, f func(t *testing.T, rev *wire.Revision)) {
	for _, rev := range wire.Revisions() {
		t.Run(rev.Name, func(t *testing.T) { f(t, rev) })
	}
}

// equal compares a value with a golden output.
func equal(got any, out json.RawMessage) error {
	var want any
	if err := json.Unmarshal(out, &want); err != nil {
		return err
	}
	if diff := cmp.Diff(want, got); diff != "" {
		return fmt.Errorf("(-want +got)\n%s", diff)
	}
	return nil
}
