package connector_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/trace"
)

const (
	turnEvent   = `{"type":"inbound","event":{"message_id":"m1","message_type":"text","source":{"chat_id":"C1","chat_type":"group","guild_id":"G1","platform":"discord","scope_id":"G1","user_id":"U1"},"text":"hi"}}` + "\n"
	turnRequest = `{"type":"outbound","requestId":"r1","action":{"op":"send","chat_id":"C1","content":"hello","reply_to":"m1","metadata":{"scope_id":"G1","user_id":"U1","notify":true}}}` + "\n"
	turnResult  = `{"type":"outbound_result","requestId":"r1","result":{"success":true,"message_id":"out-1"}}` + "\n"
)

// BenchmarkTurn is an event, a request and its result, traced, beside a bare
// exchange of the same bytes; x-bare is the ratio.
func BenchmarkTurn(b *testing.B) {
	bare := exchange(b, bareTurns, func(*connector.Connector) error { return nil }, false)
	b.ReportAllocs()
	took := exchange(b, nil, func(c *connector.Connector) error {
		return c.Deliver(connector.Delivery{Event: map[string]any{
			"text": "hi", "message_type": "text", "message_id": "m1",
			"source": map[string]any{"platform": "discord", "chat_id": "C1", "chat_type": "group", "user_id": "U1", "guild_id": "G1"},
		}})
	}, true)
	b.ReportMetric(float64(took)/float64(bare), "x-bare")
}

// bareTurns is the connector's part of the exchange without a connector.
func bareTurns(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer ws.CloseNow()
	for ctx := context.Background(); ; {
		if ws.Write(ctx, websocket.MessageText, []byte(turnEvent)) != nil {
			return
		}
		if _, _, err := ws.Read(ctx); err != nil {
			return
		}
		if ws.Write(ctx, websocket.MessageText, []byte(turnResult)) != nil {
			return
		}
	}
}

// exchange plays b.N turns from the gateway's side and returns how long they
// took; counted says that the benchmark's own clock runs.
func exchange(b *testing.B, bare http.HandlerFunc, event func(*connector.Connector) error, counted bool) time.Duration {
	b.Helper()
	c := connector.New(connector.Options{OpenAuth: true, Trace: trace.NewLog(time.Now)})
	handler := http.Handler(c)
	if bare != nil {
		handler = bare
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	defer c.Close()
	ctx := context.Background()
	ws, _, err := websocket.Dial(ctx, server.URL+"/relay", nil)
	if err != nil {
		b.Fatal(err)
	}
	defer ws.CloseNow()
	read := func() {
		if _, _, err := ws.Read(ctx); err != nil {
			b.Fatal(err)
		}
	}
	if bare == nil {
		if err := ws.Write(ctx, websocket.MessageText, []byte(helloLine)); err != nil {
			b.Fatal(err)
		}
		read()
	}
	if counted {
		b.ResetTimer()
	}
	began := time.Now()
	for range b.N {
		if err := event(c); err != nil {
			b.Fatal(err)
		}
		read()
		if err := ws.Write(ctx, websocket.MessageText, []byte(turnRequest)); err != nil {
			b.Fatal(err)
		}
		read()
	}
	took := time.Since(began)
	if counted {
		b.StopTimer()
	}
	return took
}
