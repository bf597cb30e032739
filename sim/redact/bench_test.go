package redact_test

import (
	"testing"

	"github.com/relaysim/relaysim/sim/redact"
	"github.com/relaysim/relaysim/sim/trace"
)

const followUp = `{"type":"outbound","requestId":"0123456789abcdef0123456789abcdef","action":{"op":"follow_up",` +
	`"session_key":"agent:main:relay:channel:C100:U7","kind":"discord.interaction_token","content":"the answer to your question",` +
	`"metadata":{"scope_id":"G1","user_id":"U7"}},"platform":"discord","botId":"bot-d"}`

// BenchmarkObservation is one frame's way through the Redactor.
func BenchmarkObservation(b *testing.B) {
	for _, c := range []struct {
		name  string
		known int
		o     *trace.Observation
	}{
		{"a frame without secrets", 3, frame(followUp)},
		{"a frame without secrets, 1000 known", 1000, frame(followUp)},
		{"a forward without secrets", 3, forward(`[["content-type","application/json"]]`, b64(`{"id":"1","type":2,"guild_id":"G1","channel_id":"C1","member":{"user":{"id":"U7"}},"data":{"name":"ping"}}`))},
		{"a forward with a token", 3, forward(`[["content-type","application/json"]]`, b64(`{"id":"1","type":2,"token":"`+opaque+`","guild_id":"G1","channel_id":"C1","data":{"name":"ping"}}`))},
	} {
		b.Run(c.name, func(b *testing.B) {
			r, _ := redact.New(redact.Options{})
			for range c.known {
				r.Known(random(b))
			}
			b.ReportAllocs()
			b.SetBytes(int64(len(c.o.Data)))
			for b.Loop() {
				r.Observation(c.o)
			}
		})
	}
}

var seed uint64

func random(testing.TB) string {
	seed++
	x := seed * 0x9e3779b97f4a7c15
	s := make([]byte, 24)
	for i := range s {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		s[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"[x%62]
	}
	return string(s)
}
