package drivercheck

import (
	"testing"
	"time"

	"github.com/relaysim/relaysim/gateway/auth"
)

// Every token of the gateway's is heard, whenever it was made.
func TestEarsHearTokens(t *testing.T) {
	t.Parallel()
	for _, now := range []time.Time{time.Unix(0, 0), time.Unix(1_790_000_000, 0)} {
		e := newEars(nil)
		e.hear([]byte(`{"type":"log","text":"hello ` + gatewayID + `"}`))
		if got := e.leak(); got != "" {
			t.Errorf("an id is no secret, got %q", got)
		}
		e.hear([]byte("dialling with Bearer " + auth.Mint(gatewayID, secret, now, 0)))
		if got := e.leak(); got != "it printed a token of the gateway's" {
			t.Errorf("got %q", got)
		}
	}
}
