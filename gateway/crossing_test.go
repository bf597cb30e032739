package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
)

// busy is an Agent that is asked about a command and takes until busy is closed.
type busy struct {
	gateway.AgentFunc
	until chan struct{}
}

func (b busy) Answers(*gateway.Turn, wire.ParsedCommand) bool {
	<-b.until
	return false
}

// connected tells of the first handshake.
type connected struct {
	witness
	first chan struct{}
}

func (c *connected) StateChanged(s gateway.State, _ error) {
	if s == gateway.Connected {
		close(c.first)
	}
}

// TestRevocationIsReadByWhoeverReads: while the reading goroutine is busy with
// what came with the ack, the one that closes the socket reads the connector's
// close frame. A pipe has no room for that, so this is over a real socket. REV-1
func TestRevocationIsReadByWhoeverReads(t *testing.T) {
	closed := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		ws, err := websocket.Accept(w, req, nil)
		if err != nil {
			return
		}
		defer ws.CloseNow()
		write := func(frames ...any) {
			var text []byte
			for _, f := range frames {
				line, _ := json.Marshal(f)
				text = append(append(text, line...), '\n')
			}
			_ = ws.Write(req.Context(), websocket.MessageText, text)
		}
		for {
			_, m, err := ws.Read(req.Context())
			switch {
			case err != nil:
				return
			case strings.Contains(string(m), `"hello"`):
				write(map[string]any{"type": "descriptor", "descriptor": descriptor("discord")})
			case strings.Contains(string(m), `"going_idle"`):
				write(map[string]any{"type": "going_idle_ack"}, map[string]any{"type": "inbound", "event": say("/help")})
				_ = ws.Close(4401, "revoked")
				close(closed)
				return
			}
		}
	}))
	defer server.Close()
	seen := &connected{first: make(chan struct{})}
	gw, err := gateway.New(gateway.Options{
		URL: server.URL, Revision: wire.R8, Identities: []wire.Identity{{Platform: "discord", BotID: "bot-d"}},
		Agent: busy{silent, closed}, Observer: seen,
	})
	if err != nil {
		t.Fatal(err)
	}
	ran := make(chan error, 1)
	go func() { ran <- gw.Run(context.Background()) }()
	<-seen.first
	if err := gw.Disconnect(t.Context()); err != nil {
		t.Errorf("Disconnect returned %v", err)
	}
	if err := <-ran; !errors.Is(err, gateway.ErrDisabled) {
		t.Errorf("Run returned %v", err)
	}
}
