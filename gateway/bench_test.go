package gateway_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
)

const (
	benchInbound = `{"type":"inbound","event":{"text":"hi there","message_type":"text","message_id":"m1","source":` +
		`{"platform":"discord","chat_id":"C100","chat_type":"group","chat_name":"general","user_id":"U7","user_name":"ada",` +
		`"thread_id":null,"chat_topic":null,"scope_id":"G1","guild_id":"G1"}}}` + "\n"
	benchOutbound = `{"type":"outbound","requestId":"0123456789abcdef0123456789abcdef","action":{"op":"send","chat_id":"C100",` +
		`"content":"you said hi there","reply_to":"m1","metadata":{"notify":true,"scope_id":"G1","user_id":"U7"}},` +
		`"platform":"discord","botId":"bot-d"}` + "\n"
	benchResult = `{"type":"outbound_result","requestId":"0123456789abcdef0123456789abcdef","result":{"success":true,"message_id":"out-1"}}` + "\n"
)

// exchange is the connector's side of one turn: an event, the reply, its result.
func exchange(ctx context.Context, ws *websocket.Conn, buf, result []byte) error {
	if err := ws.Write(ctx, websocket.MessageText, []byte(benchInbound)); err != nil {
		return err
	}
	_, r, err := ws.Reader(ctx)
	if err != nil {
		return err
	}
	n := 0
	for err == nil {
		var m int
		m, err = r.Read(buf[n:])
		n += m
	}
	// The id is where it is in benchOutbound.
	copy(result[bytes.IndexByte(result, ':')+len(`"outbound_result","requestId":"`)+1:], buf[len(`{"type":"outbound","requestId":"`):][:32])
	return ws.Write(ctx, websocket.MessageText, result)
}

// serveBench accepts one socket, greets it with hello, and hands it over.
func serveBench(b *testing.B, greet bool) (url string, sockets <-chan *websocket.Conn) {
	ready := make(chan *websocket.Conn)
	done := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		if greet {
			_, _, _ = ws.Read(context.Background())
			_ = ws.Write(context.Background(), websocket.MessageText, []byte(`{"type":"descriptor","descriptor":{"contract_version":1,`+
				`"platform":"discord","label":"Discord","max_message_length":2000,"supports_draft_streaming":false,"supports_edit":true,`+
				`"supports_threads":true,"markdown_dialect":"discord","len_unit":"chars"}}`+"\n"))
		}
		ready <- ws
		<-done
	}))
	b.Cleanup(func() { close(done); server.CloseClientConnections(); server.Close() })
	return server.URL, ready
}

// bareTurn times one exchange of the same bytes between two bare sockets.
func bareTurn(b *testing.B, n int) time.Duration {
	url, sockets := serveBench(b, false)
	client, _, err := websocket.Dial(context.Background(), url, nil)
	if err != nil {
		b.Fatal(err)
	}
	server := <-sockets
	ctx := context.Background()
	go func() {
		buf := make([]byte, 4096)
		for {
			for range 2 { // an event, then a result
				_, r, err := client.Reader(ctx)
				if err != nil {
					return
				}
				for err == nil {
					_, err = r.Read(buf)
				}
				if bytes.HasPrefix(buf, []byte(`{"type":"inbound"`)) {
					_ = client.Write(ctx, websocket.MessageText, []byte(benchOutbound))
				}
			}
		}
	}()
	buf, result := make([]byte, 4096), []byte(benchResult)
	begun := time.Now()
	for range n {
		if err := exchange(ctx, server, buf, result); err != nil {
			b.Fatal(err)
		}
	}
	took := time.Since(begun)
	_ = server.CloseNow()
	return took / time.Duration(n)
}

// BenchmarkTurn is one turn over loopback: an event in, the agent's reply out,
// its result in. x/bare is the time beside a bare exchange of the same bytes.
func BenchmarkTurn(b *testing.B) {
	bare := bareTurn(b, 3000)
	url, sockets := serveBench(b, true)
	over := make(chan struct{}, 1)
	g, err := gateway.New(gateway.Options{
		URL:        url,
		Identities: []wire.Identity{{Platform: "discord", BotID: "bot-d"}},
		NoTyping:   true, // the bare exchange has none,
		Agent: gateway.AgentFunc(func(_ context.Context, t *gateway.Turn) (string, error) {
			return "you said " + t.Event.Text, nil
		}),
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_ = g.Run(ctx)
		over <- struct{}{}
	}()
	server := <-sockets
	buf, result := make([]byte, 4096), []byte(benchResult)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		if err := exchange(context.Background(), server, buf, result); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(bare), "x/bare")
	cancel()
	<-over
}
