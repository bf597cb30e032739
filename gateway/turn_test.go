package gateway_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
)

func TestReplyGoesOut(t *testing.T) { // IN-1, OUT-1, OUT-9, SC-1, SC-2
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		r, p := start(t, rev, func(_ context.Context, t *gateway.Turn) (string, error) {
			return "you said " + t.Event.Text, nil
		})
		p.inbound(say("hi"))
		want := map[string]any{
			"type": "outbound", "requestId": "r1",
			"action": map[string]any{
				"op": "send", "chat_id": "C1", "content": "you said hi", "reply_to": "m1",
				"metadata": map[string]any{"notify": true, "guild_id": "G1"},
			},
		}
		if rev == wire.R8 {
			want["platform"], want["botId"] = "discord", "bot-d"
			want["action"].(map[string]any)["metadata"] = map[string]any{"notify": true, "scope_id": "G1", "user_id": "U1"}
		}
		if diff := cmp.Diff([]map[string]any{want}, p.frames("outbound")); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"agent:main:discord:group:C1:U1 hi"}, r.seen.list(func(w *witness) []string { return w.routed })); diff != "" {
			t.Error(diff)
		}
	})
}
