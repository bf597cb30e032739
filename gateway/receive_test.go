package gateway_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
)

// interaction is a forward of a Discord interaction.
func interaction(body string) map[string]any { return forward("discord", body) }

func forward(platform, body string) map[string]any {
	return map[string]any{"type": "passthrough_forward", "forward": map[string]any{
		"platform": platform, "botId": "bot-d", "method": "POST", "path": "/i", "headers": [][]string{{"a", "b"}},
		"bodyB64": base64.StdEncoding.EncodeToString([]byte(body)),
	}}
}

func TestForwardsOfOthersAreDropped(t *testing.T) { // PT-4, PT-5, PT-6
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		r, p := start(t, rev, silent)
		body := `{"id":"I1","type":3,"channel_id":"C1","user":{"id":"U1"},"data":{"custom_id":"ok"}}`
		for _, f := range []any{
			forward("twilio", body), forward("discord", "From=%2B1"), forward("discord", "[1]"), interaction(body),
		} {
			p.send(f)
		}
		if got := r.seen.texts(); !slices.Equal(got, []string{"ok"}) {
			t.Errorf("routed %q", got)
		}
		if fs := p.frames("outbound"); len(fs) != 0 {
			t.Errorf("sent %v", fs)
		}
		if n := strings.Count(r.logged.String(), "relay: dropped"); n != 3 {
			t.Errorf("%d drops in the log", n)
		}
	})
}

func TestBufferedDeliveriesAreAcknowledged(t *testing.T) { // IDLE-5, PT-7
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		_, p := start(t, rev, slow)
		with := func(f map[string]any, id string) map[string]any { f["bufferId"] = id; return f }
		event := func(text string) map[string]any { return map[string]any{"type": "inbound", "event": say(text)} }
		for _, f := range []any{
			with(event("1h"), "runs"), with(event("waits"), "waits"),
			with(map[string]any{"type": "inbound", "event": 5}, "malformed"),
			with(forward("twilio", "x"), "dropped"), event("no id"),
			with(forward("discord", "not json"), "poison"),
		} {
			p.send(f)
		}
		var got []string
		for _, a := range p.frames("inbound_ack") {
			got = append(got, a["bufferId"].(string))
		}
		want := []string{"runs", "waits", "malformed", "dropped", "poison"}
		if !rev.AcksBuffered {
			want = nil
		}
		if !slices.Equal(got, want) {
			t.Errorf("acks %q, want %q", got, want)
		}
	})
}

func TestAckComesBeforeWhatTheTurnSends(t *testing.T) { // IDLE-5
	bubble8(t, func(t *testing.T) {
		_, p := start(t, wire.R8, saying("x"))
		for i := range 50 {
			p.send(map[string]any{"type": "inbound", "event": say("hi"), "bufferId": fmt.Sprint(i)})
			synctest.Wait()
		}
		var order string
		for _, f := range p.got[1:] {
			order += f["type"].(string)[:1]
		}
		if order != strings.Repeat("io", 50) {
			t.Errorf("frames %s", order)
		}
	})
}

func TestReaderNeverWaitsForAWriter(t *testing.T) { // FR-7
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, slow)
		deaf := make(chan struct{})
		p.answer = func(map[string]any) any { <-deaf; return nil } // the peer reads no more
		p.inbound(say("0s"))
		for i := range 100 {
			p.send(map[string]any{"type": "inbound", "event": say("1h"), "bufferId": fmt.Sprint(i)})
		}
		p.send(map[string]any{"type": "interrupt_inbound", "session_key": "k", "chat_id": "c"})
		if got := r.seen.list(func(w *witness) []string { return w.cuts }); len(got) != 1 {
			t.Error("the reader is stuck behind a write")
		}
		close(deaf)
		if n := len(p.frames("inbound_ack")); n != 100 {
			t.Errorf("%d acks", n)
		}
	})
}

func TestPeerThatNeverReadsIsDropped(t *testing.T) { // FR-7: what waits is bounded
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, slow, noReconnect)
		deaf := make(chan struct{})
		t.Cleanup(func() { close(deaf) })
		p.answer = func(map[string]any) any { <-deaf; return nil }
		p.inbound(say("0s"))
		long := strings.Repeat("b", 100_000)
		for range 25 { // twice the bound: some are being written already
			p.send(map[string]any{"type": "inbound", "event": 5, "bufferId": long})
		}
		if err := r.runResult(); err == nil || !strings.Contains(err.Error(), "does not read") {
			t.Errorf("Run returned %v", err)
		}
	})
}

func TestStuckWriteEndsTheSocket(t *testing.T) {
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, silent, noReconnect)
		deaf := make(chan struct{})
		t.Cleanup(func() { close(deaf) })
		p.answer = func(map[string]any) any { <-deaf; return nil }
		first := r.later(t.Context(), send("C1", "x"))
		second := r.later(t.Context(), send("C1", "y"))
		wait(21 * time.Second)
		if err := r.runResult(); err == nil || !strings.Contains(err.Error(), "stuck") {
			t.Errorf("Run returned %v", err)
		}
		for _, c := range []<-chan result{first, second} {
			if got := <-c; got.Error != "relay connection lost" {
				t.Errorf("%+v", got)
			}
		}
	})
}

func TestSizesAreBounded(t *testing.T) { // FR-8
	big := `{"type":"inbound","event":{"text":"` + strings.Repeat("x", 3000) + `"}}`
	cases := map[string][]string{
		"message":               {big + "\n"},
		"line without an end":   {big[:900], big[:900], big[:900]},
		"line over two of them": {big[:900], big[:900] + "\n"},
	}
	for name, messages := range cases {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, rev *wire.Revision) {
				r, p := start(t, rev, silent, func(o *gateway.Options) { o.MaxMessage = 1000 })
				for _, m := range messages {
					p.send(m)
				}
				if code := websocket.CloseStatus(p.closed()); code != websocket.StatusMessageTooBig {
					t.Errorf("the connector saw %v", p.closed())
				}
				wait(time.Second)
				if dials := r.dials(); dials != map[bool]int{true: 2, false: 1}[rev.Reconnects] {
					t.Errorf("%d dials", dials)
				}
			})
		})
	}
}

func TestDefaultBoundIsOneMebibyte(t *testing.T) { // FR-8
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		r, p := start(t, rev, silent)
		line := `{"type":"inbound","event":{"text":"long"},"filler":"`
		line += strings.Repeat("x", 1<<20-len(line)-len("\"}\n")) + "\"}\n"
		p.send(line)
		synctest.Wait()
		if got := r.seen.texts(); !slices.Equal(got, []string{"long"}) {
			t.Errorf("routed %q", got)
		}
		p.send(" " + line)
		if code := websocket.CloseStatus(p.closed()); code != websocket.StatusMessageTooBig {
			t.Errorf("the connector saw %v", p.closed())
		}
	})
}

func TestManyLinesInOneMessage(t *testing.T) { // FR-1, FR-3
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		r, p := start(t, rev, silent)
		var lines strings.Builder
		for i := range 30 {
			b, _ := json.Marshal(map[string]any{"type": "inbound", "event": say(fmt.Sprint(i), from("user_id", fmt.Sprint(i)))})
			fmt.Fprintf(&lines, "%s\n\nnonsense\n[]\n", b)
		}
		p.send(lines.String())
		if got := r.seen.texts(); len(got) != 30 {
			t.Errorf("%d events", len(got))
		}
	})
}

// clumsy panics when it hears of an event.
type clumsy struct{ *witness }

func (c clumsy) Routed(t *gateway.Turn) {
	c.witness.Routed(t)
	if t.Event.Text == "boom" {
		panic("clumsy")
	}
}

func TestFailingHandlerDoesNotEndTheReading(t *testing.T) { // FR-6
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		r, p := start(t, rev, silent, func(o *gateway.Options) { o.Observer = clumsy{o.Observer.(*witness)} })
		p.inbound(say("boom"))
		p.inbound(say("after", from("user_id", "U2")))
		if got := r.seen.texts(); !slices.Equal(got, []string{"boom", "after"}) {
			t.Errorf("routed %q", got)
		}
		if !strings.Contains(r.logged.String(), "clumsy") {
			t.Error("the failure is not in the log")
		}
	})
}

func TestPlainCommandInADM(t *testing.T) { // IN-9
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		r, p := start(t, rev, silent)
		p.inbound(say("Please restart the gateway!", from("chat_type", "dm", "chat_id", "D1")))
		p.inbound(say("Please restart the gateway!"))
		if got := r.seen.texts(); !slices.Equal(got, []string{"/restart", "Please restart the gateway!"}) {
			t.Errorf("routed %q", got)
		}
	})
}

// TestTooBigIsHeardByThePeer is about a real socket: one that is closed with
// unread bytes in it is reset, and where that goes wrong the peer never reads
// why (FR-8).
func TestTooBigIsHeardByThePeer(t *testing.T) {
	heard := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		ws, err := websocket.Accept(w, req, nil)
		if err != nil {
			return
		}
		_ = ws.Write(req.Context(), websocket.MessageText, make([]byte, 8<<20))
		_, _, err = ws.Read(req.Context()) // hello
		if err == nil {
			_, _, err = ws.Read(req.Context())
		}
		heard <- err
	}))
	defer server.Close()
	g, err := gateway.New(gateway.Options{
		URL: server.URL, Identities: []wire.Identity{{Platform: "discord"}}, Agent: gateway.AgentFunc(silent), NoReconnect: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "too big") {
		t.Errorf("Run returned %v", err)
	}
	if err := <-heard; websocket.CloseStatus(err) != websocket.StatusMessageTooBig {
		t.Errorf("the connector saw %v", err)
	}
}
