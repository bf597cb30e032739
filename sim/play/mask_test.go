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
func TestALeakedReasonIsNoMessage(t *testing.T) { // FU-4
	const secret = "a-secret-of-this-gateway"
	r := run(t, wire.R8, `
name: x
gateway: {secret: a-secret-of-this-gateway}
steps:
  - connector: {close: {code: 4000, reason: a-secret-of-this-gateway}}
  - expect: {close: {code: 4000}}
`)
	if !slices.ContainsFunc(r.Problems, func(p verdict.Problem) bool { return p.Rule == "FU-4" }) {
		t.Fatalf("got %v with %v, want a violation of FU-4", r.Outcome, r.Problems)
	}
	closes := 0
	for _, o := range r.Trace {
		if o.Kind != trace.Close {
			continue
		}
		closes++
		if o.Event.Raw != nil || o.Args.Raw != nil || o.Result.Raw != nil {
			t.Errorf("#%d has values that it had not: %s %s %s", o.Seq, o.Event.Raw, o.Args.Raw, o.Result.Raw)
		}
		if o.Data != nil || o.Frames != nil || o.Reason == "" || strings.Contains(o.Reason, secret) {
			t.Errorf("#%d %s: data %q, reason %q", o.Seq, o.Kind, o.Data, o.Reason)
		}
	}
	if closes == 0 {
		t.Error("no close")
	}
}
