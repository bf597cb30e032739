package replay_test

import (
	"slices"
	"strings"
	"testing"
)

// TestSpares looks at what sessions have to do with an area of the contract, and
// what others have not.
func TestSpares(t *testing.T) {
	t.Parallel()
	all := strings.Fields("CTX DI PT FU IDLE WAKE INT MED OUT-3 PRM RC REV RX SES TURN-3 TURN-4 SL TH")
	for name, needs := range map[string]string{
		"telegram-forum-topic-2026-06":          "",
		"telegram-forum-topic-2026-08":          "IDLE WAKE", // it says goodbye
		"channel-context-2026-08":               "CTX IDLE WAKE",
		"clarify-press-2026-08":                 "PRM RX IDLE WAKE SES TURN-3 TURN-4",
		"get-chat-info-2026-08":                 "OUT-3 IDLE WAKE",
		"interrupt-during-turn-2026-08":         "INT IDLE WAKE",
		"media-send-public-url-2026-08":         "MED RX IDLE WAKE",
		"react-lifecycle-2026-08":               "RX IDLE WAKE",
		"reconnect-after-close-2026-08":         "RC IDLE WAKE",
		"revoked-4401-2026-08":                  "REV",
		"slack-status-text-2026-08":             "SL IDLE WAKE",
		"thread-create-rename-2026-08":          "TH RX IDLE WAKE",
		"malformed-forwards-2026-06":            "DI PT SES TURN-3 TURN-4",
		"going-idle-drain-replay-2026-08":       "IDLE WAKE RC",
		"slack-hermes-command-2026-08":          "SL IDLE WAKE SES TURN-3 TURN-4",
		"exec-approval-component-token-2026-08": "PRM RX DI PT IDLE WAKE SES TURN-3 TURN-4",
	} {
		var want []string
		for _, rule := range all {
			if !slices.Contains(strings.Fields(needs), rule) {
				want = append(want, rule)
			}
		}
		if got := compile(t, name).Recorded.Spares; !slices.Equal(got, want) {
			t.Errorf("%s spares %q, want %q", name, got, want)
		}
	}
}
