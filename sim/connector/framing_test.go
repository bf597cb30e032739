package connector_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/trace"
)

const (
	helloLine = `{"type":"hello","platform":"discord","botId":"discord-bot"}` + "\n"
	infoLine  = `{"type":"outbound","requestId":"r1","action":{"op":"get_chat_info","chat_id":"C1"}}` + "\n"
)

func TestLinesHoweverTheyAreCut(t *testing.T) { // FR-1, FR-2
	t.Parallel()
	for name, messages := range map[string][]string{
		"glued":       {helloLine + infoLine},
		"byte a time": strings.Split(helloLine+infoLine, ""),
		"blank lines": {"\n\n  \n" + helloLine + "\r\n\t\n" + infoLine},
		"CRLF":        {strings.ReplaceAll(helloLine+infoLine, "\n", "\r\n")},
		"mixed":       {helloLine[:9], helloLine[9:] + infoLine[:4], infoLine[4:] + "{"},
	} {
		for _, typ := range []websocket.MessageType{websocket.MessageText, websocket.MessageBinary} {
			t.Run(name+" "+typ.String(), func(t *testing.T) {
				t.Parallel()
				r := newRig(t, connector.Options{})
				p := r.dial("gw-1", "secret-1")
				for _, m := range messages {
					if err := p.Write(context.Background(), typ, []byte(m)); err != nil {
						t.Fatal(err)
					}
				}
				if f := p.frame(); f["type"] != "descriptor" {
					t.Errorf("got %v", f)
				}
				if f := p.frame(); f["requestId"] != "r1" {
					t.Errorf("got %v", f)
				}
			})
		}
	}
}

func TestWhatIsNoFrameIsSkipped(t *testing.T) { // FR-2, FR-3, FR-4
	t.Parallel()
	for name, line := range map[string]string{
		"text":                "hello",
		"half an object":      `{"type":"hello","platform":"discord","botId":"discord-bot"`,
		"list":                `[{"type":"hello"}]`,
		"number":              "7",
		"null":                "null",
		"string":              `"{}"`,
		"two objects":         strings.TrimSpace(helloLine) + strings.TrimSpace(helloLine),
		"trailing comma":      `{"type":"going_idle",}`,
		"invalid UTF-8":       "{\"type\":\"going_idle\",\"x\":\"\xff\"}",
		"NUL":                 "\x00",
		"byte order mark":     "\uFEFF" + strings.TrimSpace(helloLine),
		"very deep":           strings.Repeat("[", 100_000),
		"deep and closed":     `{"type":"going_idle","x":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`,
		"no type":             `{"platform":"discord"}`,
		"type is a number":    `{"type":1}`,
		"type is null":        `{"type":null}`,
		"unknown type":        `{"type":"dance"}`,
		"type in upper case":  `{"type":"GOING_IDLE"}`,
		"key in upper case":   `{"TYPE":"going_idle"}`,
		"other direction":     `{"type":"descriptor","descriptor":{}}`,
		"other direction's":   `{"type":"outbound_result","requestId":"r1","result":{}}`,
		"ack of nothing":      `{"type":"inbound_ack","bufferId":"b9"}`,
		"ack of an odd thing": `{"type":"inbound_ack","bufferId":{}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, connector.Options{})
			p := r.dial("gw-1", "secret-1")
			p.send(line + "\n")
			p.send(infoLine) // handled, and nothing else was answered
			if f := p.frame(); f["type"] != "outbound_result" {
				t.Errorf("got %v", f)
			}
			p.hello("discord", "discord-bot")
			r.deliver(event(nil)) // it was not flipped
		})
	}
}

func TestOddFramesDoNoHarm(t *testing.T) { // FR-4
	t.Parallel()
	r := newRig(t, connector.Options{})
	p := r.gateway("gw-1", "secret-1")
	for _, odd := range []string{
		`{"type":"hello"}`, `{"type":"hello","platform":7,"botId":[]}`, `{"type":"hello","platform":null,"botId":null,"command_manifest":7}`,
		`{"type":"hello","platform":"` + strings.Repeat("x", 5000) + `"}`,
	} {
		p.send(odd + "\n")
		if f := p.frame(); f["type"] != "descriptor" {
			t.Errorf("%s: got %v", odd, f)
		}
	}
	for _, odd := range []string{
		`{"type":"interrupt"}`, `{"type":"interrupt","session_key":5,"reason":[]}`, `{"type":"interrupt","session_key":null}`,
		`{"type":"outbound"}`, `{"type":"outbound","requestId":null,"action":null}`,
	} {
		p.send(odd + "\n")
		p.sync()
	}
	if res := p.requestFor(`"unknown":{"x":[1]},`, `{"op":"typing","chat_id":"C1","unknown":1}`); res["success"] != true {
		t.Errorf("unknown fields: %v", res)
	}
}

func TestTooMuchClosed1009(t *testing.T) { // FR-8
	t.Parallel()
	const limit = 1 << 12
	pad := strings.Repeat("x", limit)
	for name, messages := range map[string][]string{
		"one message":          {pad + "x"},
		"a line over messages": {pad[:limit/2], pad[:limit/2], "x"},
		"its last part":        {pad, "x\n"},
		"short lines":          {strings.Repeat("{}\n", limit/3+1)},
		"far too much":         {strings.Repeat("x", 8<<20)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, connector.Options{MaxMessage: limit})
			p := r.gateway("gw-1", "secret-1")
			for _, m := range messages {
				_ = p.Write(context.Background(), websocket.MessageText, []byte(m)) // the last may meet the close
			}
			code, _ := p.closed()
			if code != 1009 {
				t.Errorf("got close %d, want 1009", code)
			}
			if o := r.only(trace.Close); o.From != trace.Connector || o.Code != 1009 {
				t.Errorf("the trace has close %d by the %s", o.Code, o.From)
			}
		})
	}
}

func TestJustNotTooMuch(t *testing.T) { // FR-8
	t.Parallel()
	const limit = 1 << 12
	r := newRig(t, connector.Options{MaxMessage: limit})
	p := r.gateway("gw-1", "secret-1")
	p.send(strings.Repeat("x", limit))
	p.send("\n" + strings.Repeat("x", limit-2) + "\n")
	p.sync()
}

func TestTraceHasTheExactBytes(t *testing.T) {
	t.Parallel()
	ended := make(ends, 1)
	r := newRig(t, connector.Options{Activity: ended})
	p := r.dial("gw-1", "secret-1")
	odd := "  {\"type\" : \"x\\u00e9\"}\n{\"half\""
	p.send(odd)
	if err := p.Write(context.Background(), websocket.MessageBinary, []byte("\xff\n")); err != nil {
		t.Fatal(err)
	}
	p.hello("discord", "discord-bot")
	if err := r.WriteRaw("", [][]byte{[]byte("no newline"), {0xff}}, true); err != nil {
		t.Fatal(err)
	}
	p.Close(4000, "bye")
	<-ended
	type seen struct {
		kind   trace.Kind
		from   trace.Side
		data   string
		binary bool
		code   int
		reason string
	}
	var got []seen
	for _, o := range r.log.Since(0) {
		if o.Conn != 1 || o.Peer != "gw-1" {
			t.Errorf("#%d: conn %d, peer %q", o.Seq, o.Conn, o.Peer)
		}
		got = append(got, seen{o.Kind, o.From, string(o.Data), o.Binary, o.Code, o.Reason})
	}
	want := []seen{
		{trace.Open, trace.Gateway, "", false, 101, ""},
		{trace.Frame, trace.Gateway, odd, false, 0, ""},
		{trace.Frame, trace.Gateway, "\xff\n", true, 0, ""},
		{trace.Frame, trace.Gateway, helloLine, false, 0, ""},
		{trace.Frame, trace.Connector, got[4].data, false, 0, ""},
		{trace.Frame, trace.Connector, "no newline", true, 0, ""},
		{trace.Frame, trace.Connector, "\xff", true, 0, ""},
		{trace.Close, trace.Gateway, "", false, 4000, "bye"},
	}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("#%d: got %v, want %v", i+1, got[i], want[i])
		}
	}
}

// What the connector sends is in the trace before anyone can act on it.
func TestTraceBeforeTheWire(t *testing.T) {
	t.Parallel()
	got := make(chan struct{})
	var armed atomic.Bool // read on the connector's goroutines
	log := trace.NewLog(func() time.Time {
		if armed.Load() { // the connector is about to log its frame
			select {
			case <-got:
				t.Error("the frame was on the wire before it was in the trace")
			case <-time.After(30 * time.Millisecond):
			}
		}
		return time.Unix(1_750_000_000, 0)
	})
	c := connector.New(connector.Options{OpenAuth: true, Trace: log})
	server := httptest.NewServer(c)
	t.Cleanup(func() { c.Close(); server.Close() })
	r := &rig{Connector: c, t: t, url: server.URL, log: log}
	p := r.dialWith(nil)
	p.hello("discord", "discord-bot")
	var reading sync.WaitGroup
	reading.Go(func() { p.message(); close(got) })
	armed.Store(true)
	if err := r.WriteFrame("", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	armed.Store(false)
	reading.Wait()
}
