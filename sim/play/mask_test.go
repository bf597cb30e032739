package play_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/gateway/wire"
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
