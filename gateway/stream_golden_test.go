package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/internal/golden"
	"github.com/relaysim/relaysim/gateway/wire"
)

// streamIn is a text that is there at once: null ends a segment.
type streamIn struct {
	Descriptor map[string]any
	Deltas     []*string
	Metadata   map[string]any
	FailOps    map[string]any `json:"fail_ops"`
}

type streamOut struct{ Actions []map[string]any }

// TestStreamGolden streams each case's text from a turn and compares the actions
// that go out. Covers OUT-7, OUT-9, HS-5, MP-4.
func TestStreamGolden(t *testing.T) {
	for _, rev := range wire.Revisions() {
		t.Run(rev.Name, func(t *testing.T) {
			golden.Run(t, "testdata/stream_delivery-"+rev.Name+".json", streamExceptions(t, rev), func(c golden.Case) error {
				got, want, err := playStream(t, rev, c)
				if diff := cmp.Diff(want, got); diff != "" {
					err = errors.Join(err, errors.New(diff))
				}
				return err
			})
		})
	}
}

func streamExceptions(t *testing.T, rev *wire.Revision) []golden.Exception {
	contents := func(want ...string) func(golden.Case) error {
		return func(c golden.Case) error {
			got, _, err := playStream(t, rev, c)
			if err != nil {
				return err
			}
			var said []string
			for _, a := range got {
				said = append(said, a["content"].(string))
			}
			if diff := cmp.Diff(want, said); diff != "" {
				return errors.New(diff)
			}
			return nil
		}
	}
	es := []golden.Exception{
		{Cases: "limit below 500 .*", Rule: "OUT-7", Why: "the reference sends 500 characters where 100 are allowed",
			Instead: func(c golden.Case) error {
				got, _, err := playStream(t, rev, c)
				for _, a := range got {
					if n := utf8.RuneCountInString(a["content"].(string)); n > 100 {
						err = errors.Join(err, fmt.Errorf("a message of %d characters", n))
					}
				}
				return err
			}},
		{Cases: "segment break with overflow", Rule: "OUT-7", Why: "the reference joins two segments, or sends one of two without notify",
			Instead: func(c golden.Case) error {
				got, _, err := playStream(t, rev, c)
				if err == nil && (len(got) != 3 || !strings.HasSuffix(got[1]["content"].(string), " (2/2)") || strings.HasSuffix(got[2]["content"].(string), ")")) {
					err = fmt.Errorf("sent %v", got)
				}
				return err
			}},
		{Cases: "media tag stripped", Rule: "MED-1", Why: "media have an action of their own: a tag in the text is the reference's own convention",
			Instead: contents("Here it is\nMEDIA:/nonexistent/x.png")},
		{Cases: "first send fails", Rule: "OUT-10", Why: "a failed reply is sent again as plain text",
			Instead: contents("Hello", "(Response formatting failed, plain text:)\n\nHello")},
	}
	if !rev.DefaultsLimit {
		es = append(es, golden.Exception{Cases: "limit 0", Rule: "HS-5", Why: "r6 takes 0 as it is, and it limits nothing",
			Instead: func(c golden.Case) error {
				got, _, err := playStream(t, rev, c)
				if err == nil && len(got) != 1 {
					err = fmt.Errorf("%d messages", len(got))
				}
				return err
			}})
	}
	return es
}

// playStream plays one case and returns the actions that went out and those
// that should have.
func playStream(t *testing.T, rev *wire.Revision, c golden.Case) (got, want []map[string]any, err error) {
	var in streamIn
	var out streamOut
	if err := errors.Join(json.Unmarshal(c.In, &in), json.Unmarshal(c.Out, &out)); err != nil {
		return nil, nil, err
	}
	got = []map[string]any{}
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, rev, func(ctx context.Context, t *gateway.Turn) (string, error) {
			s := t.Stream(ctx, gateway.StreamOptions{})
			for _, delta := range in.Deltas {
				if delta == nil {
					_ = s.Break() // a failure is seen by what goes out
					continue
				}
				if _, err := s.WriteString(*delta); err != nil {
					return "", err
				}
			}
			return "", nil // the end of the turn closes it
		}, func(o *gateway.Options) { o.Identities[0].Platform = in.Descriptor["platform"].(string) })
		r.prepare = func(p *peer) {
			p.greet = func(p *peer, _ map[string]any) {
				p.send(map[string]any{"type": "descriptor", "descriptor": in.Descriptor})
			}
			p.answer = refusing(in.FailOps)
		}
		r.run()
		p := r.peer(0)
		source := map[string]any{"platform": in.Descriptor["platform"], "chat_id": "100", "chat_type": "group"}
		if thread, ok := in.Metadata["thread_id"]; ok {
			source["thread_id"] = thread
		}
		p.inbound(map[string]any{"text": "go", "source": source})
		for _, f := range p.frames("outbound") {
			got = append(got, f["action"].(map[string]any))
		}
	})
	return got, out.Actions, nil
}

// refusing answers with message ids, and refuses the first calls of an op.
func refusing(ops map[string]any) func(action map[string]any) any {
	calls := map[string]int{}
	return func(action map[string]any) any {
		op := action["op"].(string)
		calls[op]++
		if n, ok := ops[op].(float64); ok && calls[op] <= int(n) {
			return map[string]any{"success": false, "error": "no"}
		}
		return map[string]any{"success": true, "message_id": fmt.Sprintf("out-%d", calls[op])}
	}
}
