package play_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/trace"
	"github.com/relaysim/relaysim/sim/verdict"
)

// TestALeakedSecretIsFlaggedAndNotShown lets a secret cross on purpose, as it is
// and inside a base64 body. // FU-4
func TestALeakedSecretIsFlaggedAndNotShown(t *testing.T) {
	const secret = "b3BlbiBzZXNhbWU"
	for name, leak := range map[string]string{
		"plain":       `frame: {type: inbound, event: {text: "token b3BlbiBzZXNhbWU here", source: {platform: discord, chat_id: C1}}}`,
		"base64 body": `passthrough: {platform: discord, bodyB64: eyJpZCI6ImkxIiwidHlwZSI6MiwidG9rZW4iOiJiM0JsYmlCelpYTmhiV1UifQ==}`,
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, wire.R8, `
name: x
gateway: {secret: b3BlbiBzZXNhbWU}
steps:
  - `+leak+`
  - expect: {event: {text: something else}}
`)
			if r.Outcome != verdict.Failed || !slices.ContainsFunc(r.Problems, func(p verdict.Problem) bool { return p.Rule == "FU-4" }) {
				t.Fatalf("got %v with %v, want a violation of FU-4", r.Outcome, r.Problems)
			}
			for _, o := range r.Trace {
				if shown := string(o.Data) + string(o.Event.JSON()); strings.Contains(shown, secret) {
					t.Errorf("#%d shows the secret: %s", o.Seq, shown)
				}
			}
			for _, p := range r.Problems {
				if shown := fmt.Sprint(p.Text, p.Diffs); strings.Contains(shown, secret) {
					t.Errorf("a problem shows the secret: %s", shown)
				}
			}
		})
	}
}

// TestALeakedReasonIsNoMessage masks the reason of a close, which has no data.
// One with a secret that is too short to be searched for is not shown.
func TestALeakedReasonIsNoMessage(t *testing.T) { // FU-4
	for secret, want := range map[string]string{
		"a-secret-of-this-gateway": "nobody knows redacted-known-1",
		"k1z":                      "withheld: it holds a secret (FU-4)",
	} {
		r := run(t, wire.R8, `
name: x
gateway: {secret: `+secret+`}
steps:
  - connector: {close: {code: 4000, reason: nobody knows `+secret+`}}
  - expect: {close: {code: 4000}}
`)
		if !slices.ContainsFunc(r.Problems, func(p verdict.Problem) bool { return p.Rule == "FU-4" }) {
			t.Fatalf("got %v with %v, want a violation of FU-4", r.Outcome, r.Problems)
		}
		i := slices.IndexFunc(r.Trace, func(o *trace.Observation) bool { return o.Kind == trace.Close })
		if i < 0 {
			t.Fatal("no close")
		}
		o := r.Trace[i]
		if o.Reason != want || o.Data != nil || o.Frames != nil {
			t.Errorf("reason %q, data %q, want %q", o.Reason, o.Data, want)
		}
		if o.Event.Raw != nil || o.Args.Raw != nil || o.Result.Raw != nil {
			t.Errorf("it has values that it had not: %s %s %s", o.Event.Raw, o.Args.Raw, o.Result.Raw)
		}
	}
}
