package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/relaysim/relaysim/gateway/wire"
)

const inboundLine = `{"type":"inbound","event":{"text":"hello there","message_type":"text","message_id":"m1",` +
	`"source":{"platform":"discord","chat_id":"C100","chat_type":"group","chat_name":"general","user_id":"U7",` +
	`"user_name":"ada","thread_id":null,"chat_topic":null,"message_id":"m1","guild_id":"G1","scope_id":"G1"}}}`

func BenchmarkScan(b *testing.B) {
	line := []byte(inboundLine)
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := wire.Scan(line); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkJSONValid is what Scan is measured against: it finds nothing, and
// takes a line that is no UTF-8.
func BenchmarkJSONValid(b *testing.B) {
	line := []byte(inboundLine)
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		if !json.Valid(line) {
			b.Fatal("not valid")
		}
	}
}

func BenchmarkDecodeEvent(b *testing.B) {
	f, err := wire.Scan([]byte(inboundLine))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := wire.DecodeEvent(f.Event, wire.R8); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendOutbound(b *testing.B) {
	text := "a reply\nof two lines"
	a := &wire.Action{
		Op: wire.OpSend, ChatID: "C100", Content: &text, ReplyTo: "m1",
		Metadata: map[string]any{"notify": true, "scope_id": "G1", "user_id": "U7"},
	}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = wire.AppendOutbound(buf[:0], "0123456789abcdef", a, "discord", "B1")
	}
}

func BenchmarkDecodeResult(b *testing.B) {
	raw := []byte(`{"success":true,"message_id":"out-1"}`)
	b.ReportAllocs()
	for b.Loop() {
		if !wire.DecodeResult(raw).Success {
			b.Fatal("no success")
		}
	}
}
