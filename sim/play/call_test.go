package play_test

import (
	"testing"
	"time"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/trace"
	"github.com/relaysim/relaysim/sim/verdict"
)

// TestCallsSayWhereTheyBegan wants each call's After to be what was last seen
// before its frame, however late its result came, and its session to be that of
// the turn it was made in.
func TestCallsSayWhereTheyBegan(t *testing.T) {
	r := run(t, wire.R8, `
name: x
connector: {results: manual}
gateway: {typing: false}
agent:
  - do:
      - send: {content: one}
      - send: {content: two}
steps:
  - inbound: {text: hi, message_id: m1}
  - expect: {event: {text: hi}}
  - expect: {send: {content: one}}
  - agent: {send: {chat: C2, content: outside}}
  - expect: {send: {content: outside}}
  - advance: 29s
  - frame: {type: outbound_result, requestId: req-1, result: {success: true}}
  - expect: {send: {content: two}}
  - expect: {result: {args: {content: one}}}
  - advance: 30s
  - expect: {result: {args: {content: outside}, success: false}}
  - expect: {result: {args: {content: two}, success: false}}
`)
	if r.Outcome != verdict.Passed {
		t.Fatalf("%v %v", r.Outcome, r.Problems)
	}
	sent, ended := map[string]*trace.Observation{}, map[string]*trace.Observation{}
	for _, o := range r.Trace {
		for _, f := range o.Frames {
			if content, ok := trace.Text(f.Field("action", "content")); ok {
				sent[content] = o
			}
		}
		if o.Kind == trace.Agent && o.Call == "send" {
			content, _ := trace.Text(trace.Field(o.Args.JSON(), "content"))
			ended[content] = o
		}
	}
	for content, session := range map[string]string{"one": "agent:main:discord:dm:C1", "outside": "", "two": "agent:main:discord:dm:C1"} {
		s, e := sent[content], ended[content]
		if s == nil || e == nil {
			t.Fatalf("%s: sent %v, ended %v", content, s, e)
		}
		if e.After != s.Seq-1 || e.CalledAt != s.At || e.SessionKey != session || e.Peer != "gateway" {
			t.Errorf("%s: after %d at %v in %q of %q, want after %d at %v in %q",
				content, e.After, e.CalledAt, e.SessionKey, e.Peer, s.Seq-1, s.At, session)
		}
	}
	if waited := ended["outside"].At - ended["outside"].CalledAt; waited != 30*time.Second {
		t.Errorf("the call waited %v", waited)
	}
}
