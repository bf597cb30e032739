package gateway_test

import (
	"context"
	"testing"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
)

// A message outside threads has a session of its own since r8, and its answer
// goes under it.
func TestSlackThreadPerMessage(t *testing.T) { // SL-1
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		r, p := start(t, rev, func(context.Context, *gateway.Turn) (string, error) { return "hi", nil })
		event := func(id, thread string) map[string]any {
			return map[string]any{"text": "hello", "message_id": id, "source": map[string]any{
				"platform": "slack", "chat_id": "D1", "chat_type": "dm", "user_id": "U1", "thread_id": thread,
			}}
		}
		p.inbound(event("17.1", ""))
		p.inbound(event("17.2", "17.1"))
		want := []string{"agent:main:slack:dm:D1", "agent:main:slack:dm:D1:17.1"}
		if rev.SlackThreads {
			want[0] = want[1]
		}
		got := r.seen.list(func(w *witness) []string { return w.routed })
		if len(got) != 2 || got[0] != want[0]+" hello" || got[1] != want[1]+" hello" {
			t.Errorf("sessions %q, want %q", got, want)
		}
		metadata := p.actions("send")[0]["metadata"].(map[string]any)
		if got := metadata["thread_id"]; rev.SlackThreads != (got == "17.1") {
			t.Errorf("the answer is in thread %v", got)
		}
	})
}
