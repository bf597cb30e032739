package replay_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/verdict"
)

// two is a session of two gateways that are told the same.
const two = `
name: two
revisions: ["2026-08"]
connector: {tenants: {acme: {users: [U1]}, rival: {users: [U2]}}, results: manual}
gateways:
  a: {tenant: acme, typing: false}
  b: {tenant: rival, typing: false, connect: false}
agent:
  - do: [{reply: hello}]
strict: none
steps:
  - to: b
    gateway: connect
  - to: a
    frame: {type: inbound, event: {text: hi, message_id: m1, source: {chat_id: C, user_id: U1}}}
  - to: b
    frame: {type: inbound, event: {text: hi, message_id: m1, source: {chat_id: C, user_id: U1}}}
  - to: a
    agent: {interrupt: {session: s}}
  - to: b
    agent: {interrupt: {session: s}}
  - to: a
    agent: {send: {chat: C, content: first}}
  - to: a
    agent: {send: {chat: C, content: second}}
  - expect: [{send: {content: first, request: {$capture: first}}}, {send: {content: second, request: {$capture: second}}}]
  - to: a
    frame: {type: outbound_result, requestId: "${second}", result: {success: true, message_id: out-2}}
  - to: a
    frame: {type: outbound_result, requestId: "${first}", result: {success: true, message_id: out-1}}
  - to: b
    connector: {drop: true}
  - advance: 1s
  - to: a
    gateway: disconnect
`

// other puts the nth line with these in it on the socket of the other gateway.
func other(n int, words ...string) forgery {
	change := strings.NewReplacer(`"conn":1`, `"conn":2`, `"conn":2`, `"conn":1`, `"peer":"a"`, `"peer":"b"`, `"peer":"b"`, `"peer":"a"`)
	return func(t *testing.T, lines []string) []string {
		i := nth(t, lines, n, words...)
		lines[i] = change.Replace(lines[i])
		return lines
	}
}

// TestForgedRecordingsOfSeveralGatewaysFail: what one gateway did is not taken for
// what another should have done.
func TestForgedRecordingsOfSeveralGatewaysFail(t *testing.T) {
	t.Parallel()
	s, err := scenario.Load("two.yaml", []byte(two))
	if err != nil {
		t.Fatal(err)
	}
	stage := newStage(t)
	text := string(record(t, s, wire.R8, stage.Run(t.Context(), s, wire.R8, play.Options{})))
	whole, _, err := replay.Compile(opener([]byte(text)), "two.jsonl", nil)
	if err != nil {
		t.Fatal(err)
	}
	if r := playOn(t, stage, whole); r.Outcome != verdict.Passed {
		t.Fatalf("%v %+v\n%s", r.Outcome, r.Problems, text)
	}
	for _, tt := range []struct {
		name   string
		forged forgery
		want   string
	}{
		{"an interrupt of the other's call", other(1, `"call":"interrupt"`), ""},
		{"a turn of the other", func(t *testing.T, lines []string) []string {
			return other(1, `"return"`)(t, other(1, `"routed"`)(t, lines))
		}, "expect.event"},
		{"a reply of the other", other(1, `"op":"send"`), ""},
		{"an interrupt of the other", other(1, `"type":"interrupt"`), ""},
		{"a call of the other", other(1, `"call":"send"`), ""},
		{"an end of the other", other(1, `"close"`, `"from":"gateway"`), ""},
		{"a reconnect of the other", func(t *testing.T, lines []string) []string {
			i := nth(t, lines, 3, `"kind":"open"`)
			lines[i] = strings.ReplaceAll(lines[i], `"peer":"b"`, `"peer":"a"`)
			return lines
		}, ""},
		{"results of each other's requests", func(t *testing.T, lines []string) []string {
			i, j := nth(t, lines, 1, "outbound_result"), nth(t, lines, 2, "outbound_result")
			id := regexp.MustCompile(`"requestId":"[^"]*"`)
			a, b := id.FindString(lines[i]), id.FindString(lines[j])
			lines[i], lines[j] = strings.Replace(lines[i], a, b, 1), strings.Replace(lines[j], b, a, 1)
			return lines
		}, "expect.result"},
		{"calls in another order", func(t *testing.T, lines []string) []string {
			i, j := nth(t, lines, 1, `"from":"gateway"`, `"content":"first"`), nth(t, lines, 1, `"from":"gateway"`, `"content":"second"`)
			lines[i], lines[j] = lines[j], lines[i]
			return lines
		}, "it happened before"},
		{"a reconnect that nobody saw", without(`"conn":3`), "a socket opened"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			failsAt(t, stage, forge(t, text, tt.forged), "two", "", tt.want)
		})
	}
}
