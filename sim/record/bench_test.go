package record_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/sim/record"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/redact"
	"github.com/relaysim/relaysim/sim/trace"
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

// sockets is how many connections exchange turns at the same time.
const sockets = 100

// turn is one turn as a gateway sees it: an event, a reply, its result.
func gatewayTurn(ctx context.Context, ws *websocket.Conn, buf []byte) error {
	if err := hearOne(ctx, ws, buf); err != nil {
		return err
	}
	if err := ws.Write(ctx, websocket.MessageText, []byte(benchOutbound)); err != nil {
		return err
	}
	return hearOne(ctx, ws, buf)
}

func connectorTurn(ctx context.Context, ws *websocket.Conn, buf []byte) error {
	if err := ws.Write(ctx, websocket.MessageText, []byte(benchInbound)); err != nil {
		return err
	}
	if err := hearOne(ctx, ws, buf); err != nil {
		return err
	}
	return ws.Write(ctx, websocket.MessageText, []byte(benchResult))
}

func hearOne(ctx context.Context, ws *websocket.Conn, buf []byte) error {
	_, r, err := ws.Reader(ctx)
	for err == nil {
		_, err = r.Read(buf)
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// benchConnector starts turns on each socket for as long as it lasts.
func benchConnector(b *testing.B) (addr string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer ws.CloseNow()
		buf := make([]byte, 4096)
		for connectorTurn(context.Background(), ws, buf) == nil {
		}
	}))
	b.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.Listener.Addr().String()
}

// turns exchanges n turns over many sockets dialled at addr, and says how long
// one took.
func turns(b *testing.B, addr string, n int) time.Duration {
	var wg sync.WaitGroup
	var list []*websocket.Conn
	for range sockets {
		ws, _, err := websocket.Dial(context.Background(), "ws://"+addr+"/relay", nil)
		if err != nil {
			b.Fatal(err)
		}
		list = append(list, ws)
	}
	begun := time.Now()
	for i, ws := range list {
		wg.Go(func() {
			buf := make([]byte, 4096)
			for j := i; j < n; j += sockets {
				if err := gatewayTurn(context.Background(), ws, buf); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	took := time.Since(begun)
	for _, ws := range list {
		_ = ws.CloseNow()
	}
	return took / time.Duration(n)
}

// tcpProxy copies bytes and knows nothing of them.
func tcpProxy(b *testing.B, to string) (addr string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	var wg sync.WaitGroup
	b.Cleanup(func() { ln.Close(); wg.Wait() })
	wg.Go(func() {
		for {
			near, err := ln.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				near.Close()
				continue
			}
			both := func(dst, src net.Conn) {
				_, _ = io.Copy(dst, src)
				near.Close()
				far.Close()
			}
			wg.Go(func() { both(near, far) })
			wg.Go(func() { both(far, near) })
		}
	})
	return ln.Addr().String()
}

// recordingProxy is Proxy, with its recording in a file.
func recordingProxy(b *testing.B, to string, r *redact.Redactor) *rig {
	return startProxy(b, "ws://"+to, func(o *setup) { o.Redactor = r })
}

// BenchmarkProxy exchanges turns of three messages over 100 sockets: through the
// recording proxy, and beside it directly and through a plain TCP proxy, all in
// this process. The ratios are of turns a second; x/tcp is to be 0.85 at least.
// The runs take turns, so that whatever else the machine does counts for all.
func BenchmarkProxy(b *testing.B) {
	to := benchConnector(b)
	tcp := tcpProxy(b, to)
	redactor, err := redact.New(redact.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for _, bench := range []struct {
		name     string
		redactor *redact.Redactor
	}{{"plain", nil}, {"redacting", redactor}} {
		b.Run(bench.name, func(b *testing.B) {
			rig := recordingProxy(b, to, bench.redactor)
			const rounds = 5
			var direct, plain, ours time.Duration
			n := max(b.N/rounds, sockets)
			for range rounds {
				direct += turns(b, to, n)
				plain += turns(b, tcp, n)
				ours += turns(b, rig.addr, n)
			}
			b.ReportMetric(float64(plain)/float64(ours), "x/tcp")
			b.ReportMetric(float64(direct)/float64(ours), "x/direct")
			b.ReportMetric(float64(direct)/float64(plain), "tcp/direct")
			b.ReportMetric(float64(ours/rounds), "ns/turn")
			b.ReportMetric(0, "ns/op")
			if err := rig.stop(); err != nil {
				b.Error(err)
			}
		})
	}
}

// BenchmarkRecorder is what one message costs to be written down, with no
// socket around it.
func BenchmarkRecorder(b *testing.B) {
	f, err := record.Create(filepath.Join(b.TempDir(), "x.jsonl"), false)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	rec, err := record.NewRecorder(f, record.RecorderOptions{Header: recording.Header{Title: "a benchmark"}})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(benchOutbound)))
	b.ReportAllocs()
	for b.Loop() {
		rec.Add(&trace.Observation{Kind: trace.Frame, Conn: 1, From: trace.Gateway, Data: []byte(benchOutbound)})
	}
	if err := rec.Close(); err != nil {
		b.Fatal(err)
	}
}
