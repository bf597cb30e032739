package record

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/trace"
)

// A person is told once of attempts that all end in the same way, and what may be
// wrong where the connector refuses the token.
func TestToldOnce(t *testing.T) {
	t.Parallel()
	agent, err := play.NewAgent(play.AgentOptions{
		Revision: wire.R8, Log: trace.NewLog(time.Now), Since: func() time.Duration { return 0 },
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	watcher := &told{Agent: agent, notice: func(text string) { got = append(got, text) }}
	refused := fmt.Errorf("handshake: %w", websocket.CloseError{Code: 4401})
	for range 3 {
		watcher.StateChanged(gateway.Disconnected, refused)
	}
	watcher.StateChanged(gateway.Disconnected, errors.New("refused"))
	watcher.StateChanged(gateway.Connected, nil)
	watcher.StateChanged(gateway.Disconnected, errors.New("refused"))
	want := []string{
		"the gateway is disconnected: " + refused.Error() + "; are GATEWAY_RELAY_ID and GATEWAY_RELAY_SECRET those of this connector?",
		"the gateway is disconnected: refused", "the gateway is connected", "the gateway is disconnected: refused",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}
