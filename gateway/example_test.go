package gateway_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
)

// Example runs a gateway whose agent answers a slash command twice: once
// through the token-less follow_up, once with its reply.
func Example() {
	connector := httptest.NewServer(http.HandlerFunc(playConnector))
	defer connector.Close()

	agent := func(ctx context.Context, t *gateway.Turn) (string, error) {
		pong := "pong"
		r := t.Do(ctx, wire.Action{Op: wire.OpFollowUp, Kind: "discord.interaction_token", Content: &pong})
		fmt.Println("follow_up delivered:", r.Success)
		return "You said " + t.Event.Text, nil
	}
	gw, err := gateway.New(gateway.Options{
		URL:        connector.URL,
		Identities: []wire.Identity{{Platform: "discord", BotID: "B1"}},
		Agent:      gateway.AgentFunc(agent),
		NoTyping:   true,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	err = gw.Run(ctx) // until the connector revokes it
	fmt.Println(gw.State(), err != nil)

	// Output:
	// connector heard hello
	// connector heard follow_up
	// follow_up delivered: true
	// connector heard send
	// disabled true
}

// playConnector is the far side of Example: it presses a command, answers two
// actions, and then revokes the gateway.
func playConnector(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	say := func(line string) {
		_ = ws.Write(r.Context(), websocket.MessageText, []byte(line+"\n"))
	}
	for {
		_, frame, err := ws.Read(r.Context())
		if err != nil {
			return
		}
		f, _ := wire.Scan(frame)
		switch {
		case f.Type == wire.TypeHello:
			fmt.Println("connector heard hello")
			say(`{"type":"descriptor","descriptor":{"contract_version":1,"platform":"discord","label":"Discord",` +
				`"max_message_length":2000,"supports_draft_streaming":false,"supports_edit":true,"supports_threads":true,` +
				`"markdown_dialect":"discord","len_unit":"chars"}}`)
			say(`{"type":"inbound","event":{"text":"/ping","message_type":"command","message_id":"M1",` +
				`"source":{"platform":"discord","chat_id":"C1","chat_type":"channel","user_id":"U1","scope_id":"G1"}}}`)
		case strings.Contains(string(frame), `"op":"follow_up"`):
			fmt.Println("connector heard follow_up")
			say(`{"type":"outbound_result","requestId":"` + f.RequestID + `","result":{"success":true}}`)
		default:
			fmt.Println("connector heard send")
			say(`{"type":"outbound_result","requestId":"` + f.RequestID + `","result":{"success":true,"message_id":"M2"}}`)
			_ = ws.Close(4401, "revoked")
			return
		}
	}
}
