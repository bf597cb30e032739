package play

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway/auth"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/bridge"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target/holder"
)

// ErrUnauthorized says that a live connector does not take the credentials.
var ErrUnauthorized = errors.New("it does not take the credentials")

const closeUnauthorized = 4401 // (AUTH-4)

// Reach tries what every run against the connector begins with, so that what is
// wrong with all of them is said once: it starts the program and stops it again,
// or dials and says hello. The connector may take as long as patience, in real
// time; one that accepts and then says nothing is for the scenarios to judge.
func (l *Live) Reach(ctx context.Context, patience time.Duration) error {
	if l.Program != nil {
		setup := setupOf(ConnectorOptions(&scenario.Scenario{}), time.Now())
		h, _, err := holder.Start(ctx, *l.Program, setup, func(string) {})
		if err != nil {
			return err
		}
		return h.Close()
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := l.greet(limited)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// greet dials, says hello and waits for any answer.
func (l *Live) greet(ctx context.Context) error {
	dial, err := wire.DialURL(l.URL)
	if err != nil {
		return err
	}
	token := auth.Mint(l.GatewayID, l.Secret, time.Now(), auth.DefaultTTL)
	ws, answer, err := websocket.Dial(ctx, dial, &websocket.DialOptions{
		HTTPClient: l.Client, HTTPHeader: http.Header{"Authorization": {"Bearer " + token}}, CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		return unreached(answer, err)
	}
	defer ws.Close(websocket.StatusNormalClosure, "")
	ws.SetReadLimit(-1)
	hello, err := json.Marshal(map[string]string{"type": "hello", "platform": l.Identities[0].Platform, "botId": l.Identities[0].BotID})
	if err != nil {
		return err
	}
	_ = ws.Write(ctx, websocket.MessageText, append(hello, '\n')) // why it fails is known to Read
	_, _, err = ws.Read(ctx)
	if websocket.CloseStatus(err) == closeUnauthorized {
		return fmt.Errorf("%w (close code %d)", ErrUnauthorized, closeUnauthorized)
	}
	return nil
}

// unreached says why there is no socket.
func unreached(answer *http.Response, err error) error {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("it does not answer in time")
	case answer != nil && (answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden):
		return fmt.Errorf("%w (HTTP %d)", ErrUnauthorized, answer.StatusCode)
	case answer != nil && answer.StatusCode != http.StatusSwitchingProtocols:
		return fmt.Errorf("it answers the upgrade with HTTP %d %s: is this its base URL?", answer.StatusCode, http.StatusText(answer.StatusCode))
	}
	return bridge.Cause(err)
}
