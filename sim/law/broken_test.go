package law_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/law"
	"github.com/relaysim/relaysim/sim/trace"
)

// story is a trace that is told line by line. A virtual second passes only
// where a line says so.
type story struct {
	list   []*trace.Observation
	now    time.Duration
	framer trace.Framer
}

func (s *story) add(o *trace.Observation) *story {
	o.Seq, o.At = len(s.list)+1, s.now
	s.framer.Frame(o)
	s.list = append(s.list, o)
	return s
}

func (s *story) open(conn int, peer, as string) *story {
	return s.add(&trace.Observation{Kind: trace.Open, Conn: conn, Peer: peer, Path: "/relay", AuthenticatedAs: as})
}

func (s *story) close(conn int) *story {
	return s.add(&trace.Observation{Kind: trace.Close, Conn: conn, From: trace.Connector, Code: 1000})
}

// g and c are lines of the gateway's and the connector's on socket 1, whose
// peer is gw. g2 and c2 are on socket 2, whose peer is other.
func (s *story) g(lines ...string) *story  { return s.frames(1, "gw", trace.Gateway, lines) }
func (s *story) c(lines ...string) *story  { return s.frames(1, "gw", trace.Connector, lines) }
func (s *story) g2(lines ...string) *story { return s.frames(2, "other", trace.Gateway, lines) }
func (s *story) c2(lines ...string) *story { return s.frames(2, "other", trace.Connector, lines) }

func (s *story) frames(conn int, peer string, from trace.Side, lines []string) *story {
	for _, l := range lines {
		s.add(&trace.Observation{Kind: trace.Frame, Conn: conn, Peer: peer, From: from, Data: []byte(l + "\n")})
	}
	return s
}

func (s *story) routed(key, id, text string) *story { return s.routedAt("gw", key, id, text) }
func (s *story) routedAt(peer, key, id, text string) *story {
	event := fmt.Sprintf(`{"text":%q,"message_id":%q,"source":{"chat_id":"C1"}}`, text, id)
	return s.add(&trace.Observation{Kind: trace.Routed, Peer: peer, SessionKey: key, Event: trace.Value{Raw: []byte(event)}})
}

func (s *story) returns(key string) *story {
	return s.add(&trace.Observation{Kind: trace.Agent, Call: "return", SessionKey: key})
}

func (s *story) called(call, args, result string, took time.Duration) *story {
	return s.add(&trace.Observation{
		Kind: trace.Agent, Peer: "gw", Call: call, CalledAt: s.now - took,
		Args: trace.Value{Raw: []byte(args)}, Result: trace.Value{Raw: []byte(result)},
	})
}

func (s *story) interrupted(key string, active bool) *story {
	return s.add(&trace.Observation{Kind: trace.Interrupted, Peer: "gw", SessionKey: key, ActiveTurn: active})
}

func (s *story) pass(d time.Duration) *story { s.now += d; return s }

const (
	hello      = `{"type":"hello","platform":"discord","botId":"B1"}`
	descriptor = `{"type":"descriptor","descriptor":{"platform":"discord","max_message_length":20,"len_unit":"chars"}}`
)

// telegram counts in UTF-16 units.
const telegram = `{"type":"descriptor","descriptor":{"platform":"telegram","max_message_length":4,"len_unit":"utf16"}}`

func handshake() *story {
	return new(story).open(1, "gw", "gw-1").g(hello).c(descriptor)
}

// two is a story with a gateway of each of two tenants.
func two() *story {
	s := handshake().open(2, "other", "gw-2")
	return s.g2(hello).c2(descriptor)
}

func inbound(id, text, user string) string { return inboundIn("G1", id, text, user) }

func inboundIn(scope, id, text, user string) string {
	return fmt.Sprintf(`{"type":"inbound","event":{"text":%q,"message_id":%q,"source":{"platform":"discord",`+
		`"chat_id":"C1","chat_type":"group","user_id":%q,"guild_id":%q,"scope_id":%q}}}`, text, id, user, scope, scope)
}

func buffered(frame, id string) string {
	return strings.TrimSuffix(frame, "}") + fmt.Sprintf(`,"bufferId":%q}`, id)
}

func forward(body string) string {
	return fmt.Sprintf(`{"type":"passthrough_forward","forward":{"platform":"discord","bodyB64":%q}}`,
		base64.StdEncoding.EncodeToString([]byte(body)))
}

func send(id, content, replyTo, metadata string) string {
	return fmt.Sprintf(`{"type":"outbound","requestId":%q,"action":{"op":"send","chat_id":"C1","content":%q,`+
		`"reply_to":%q,"metadata":{%s}},"platform":"discord","botId":"B1"}`, id, content, replyTo, metadata)
}

func result(id, messageID string) string {
	return fmt.Sprintf(`{"type":"outbound_result","requestId":%q,"result":{"success":true,"message_id":%q}}`, id, messageID)
}

// ann is where U1's messages come from.
const ann = `"scope_id":"G1","user_id":"U1"`

var everything = law.Known{
	Revision: "2026-08", Secrets: []string{"", "t0p/secret"}, TokensChecked: true, Whole: true, TurnsShown: true,
	Tenants: law.Tenants{
		Gateways: map[string]string{"gw-1": "acme", "gw-2": "beta"},
		Scopes:   map[string]string{"G1": "acme", "G2": "beta"},
		Users:    map[string]string{"U1": "acme", "U2": "beta"},
	},
}

func with(change func(k *law.Known)) law.Known {
	k := everything
	change(&k)
	return k
}

func r6(k *law.Known) { k.Revision = "2026-06" }

// Each law has a broken story that it catches, and only it.
func TestBrokenTraces(t *testing.T) {
	for _, c := range []struct {
		name  string
		story *story
		want  string // rule and observation of every violation
		known *law.Known
	}{
		// FR-1, FR-5, HS-1, AUTH-4
		{name: "no JSON from the gateway", story: handshake().g(`{`), want: "FR-1 4"},
		{name: "no JSON from the connector", story: handshake().c(`[]`), want: "FR-1 4"},
		{name: "a connector's frame from the gateway", story: handshake().g(result("r1", "")), want: "FR-5 4"},
		{name: "a gateway's frame from the connector", story: handshake().c(hello), want: "FR-5 4"},
		{name: "going idle in r6", story: handshake().g(`{"type":"going_idle"}`), want: "FR-5 4", known: ptr(with(r6))},
		{name: "no hello", story: new(story).open(1, "gw", "gw-1").g(`{"type":"interrupt","session_key":"K"}`), want: "HS-1 2"},
		{name: "no descriptor", story: new(story).open(1, "gw", "gw-1").g(hello).c(inbound("m1", "x", "U1")), want: "HS-1 3"},
		{name: "a descriptor before the hello", story: new(story).open(1, "gw", "gw-1").c(descriptor).g(hello), want: "HS-1 2"},
		{name: "a frame to a stranger", story: new(story).open(1, "", "").g(hello).c(descriptor).close(1), want: "AUTH-4 3"},

		// FU-4
		{name: "a secret to the gateway", story: handshake().c(`{"type":"going_idle_ack","x":"t0p/secret"}`), want: "FU-4 4"},
		{name: "a secret in escapes", story: handshake().c(`{"type":"going_idle_ack","x":["t\u0030p\/secret"]}`), want: "FU-4 4"},
		{name: "a secret from the gateway", story: handshake().g(`{"type":"interrupt","session_key":"t0p/secret"}`), want: "FU-4 4"},
		{name: "a secret in a forward", story: handshake().c(forward(`{"type":1,"token":"t0p\/secret"}`)), want: "FU-4 4"},
		{name: "a secret in half a line", story: handshake().add(&trace.Observation{
			Kind: trace.Frame, Conn: 1, From: trace.Connector, Data: []byte(`{"x":"t0p/secret`),
		}), want: "FU-4 4"},

		// OUT-1
		{name: "no request id", story: handshake().g(`{"type":"outbound","action":{"op":"typing","chat_id":"C1"}}`), want: "OUT-1 4"},
		{name: "a request id twice", story: handshake().g(send("r1", "a", "", "")).c(result("r1", "x")).
			g(send("r1", "b", "", "")).c(result("r1", "y")), want: "OUT-1 6"},
		{name: "a request id twice at a time", story: handshake().g(send("r1", "a", "", ""), send("r1", "b", "", "")).
			c(result("r1", "x"), result("r1", "y")), want: "OUT-1 5"},
		{name: "no result", story: handshake().g(send("r1", "a", "", "")), want: "OUT-1 4"},
		{name: "two results", story: handshake().g(send("r1", "a", "", "")).c(result("r1", "x"), result("r1", "x")), want: "OUT-1 6"},
		{name: "a result nobody asked for", story: handshake().c(result("r1", "x")), want: "OUT-1 4"},
		{name: "a result on another connection", story: two().g(send("r1", "a", "", "")).c(result("r1", "x")).c2(result("r1", "x")), want: "OUT-1 9"},

		// OUT-4, OUT-5, OUT-6, FR-7, HS-8
		{name: "a call that throws", story: handshake().called("send", `{}`, `{"raises":"KeyError"}`, 0), want: "OUT-4 4"},
		{name: "a call that waits after the close", story: handshake().g(send("r1", "a", "", "")).close(1).pass(30*time.Second).
			called("send", `{"chat_id":"C1","content":"a"}`, `{"success":false,"error":"relay outbound timed out"}`, 30*time.Second), want: "OUT-5 6"},
		{name: "another request's result", story: handshake().g(send("r1", "a", "", ""), send("r2", "b", "", "")).
			c(result("r2", "two"), result("r1", "one")).called("send", `{"chat_id":"C1","content":"a"}`, `{"success":true,"message_id":"two"}`, 0), want: "OUT-6 8"},
		{name: "a timeout although it was answered", story: handshake().g(send("r1", "a", "", "")).c(result("r1", "x")).pass(30*time.Second).
			called("send", `{"chat_id":"C1","content":"a"}`, `{"success":false,"error":"relay outbound timed out"}`, 30*time.Second), want: "FR-7 6"},
		{name: "a handshake that outlives its socket", story: new(story).open(1, "gw", "gw-1").g(hello).close(1).pass(30*time.Second).
			called("connect", `{}`, `false`, 30*time.Second), want: "HS-8 4"},

		// OUT-7
		{name: "too many characters", story: handshake().g(send("r1", strings.Repeat("é", 21), "", "")).c(result("r1", "x")), want: "OUT-7 4"},
		{name: "too many UTF-16 units", story: new(story).open(1, "gw", "gw-1").g(hello).c(telegram).
			g(send("r1", "🔌🔌a", "", "")).c(result("r1", "x")), want: "OUT-7 4"},
		{name: "the limit of the frame's platform", story: new(story).open(1, "gw", "gw-1").g(hello, hello).c(telegram, descriptor).
			g(send("r1", strings.Repeat("a", 21), "", "")).c(result("r1", "x")), want: "OUT-7 6"},
		{name: "the usual limit", story: new(story).open(1, "gw", "gw-1").g(hello).
			c(`{"type":"descriptor","descriptor":{"platform":"discord","max_message_length":-1}}`).
			g(send("r1", strings.Repeat("a", 4097), "", "")).c(result("r1", "x")), want: "OUT-7 4"},

		// SC-1, SC-2, SC-6
		{name: "a reply without scope", story: handshake().c(inbound("m1", "hi", "U1")).routed("K", "m1", "hi").returns("K").
			g(send("r1", "a", "m1", `"user_id":"U1"`)).c(result("r1", "x")), want: "SC-1 7"},
		{name: "a reply without author", story: handshake().c(inbound("m1", "hi", "U1")).routed("K", "m1", "hi").returns("K").
			g(send("r1", "a", "m1", `"scope_id":"G1"`)).c(result("r1", "x")), want: "SC-2 7"},
		{name: "another author's id", story: handshake().c(inbound("m1", "hi", "U1"), inbound("m2", "ho", "U3")).
			routed("K1", "m1", "hi").routed("K2", "m2", "ho").returns("K1").returns("K2").
			g(send("r1", "a", "m1", `"scope_id":"G1","user_id":"U3"`)).c(result("r1", "x")), want: "SC-6 10"},
		{name: "another guild's id", story: handshake().c(inbound("m1", "hi", "U1"), inboundIn("G3", "m2", "ho", "U1")).
			routed("K1", "m1", "hi").routed("K2", "m2", "ho").returns("K1").returns("K2").
			g(send("r1", "a", "m1", `"guild_id":"G3"`)).c(result("r1", "x")), want: "SC-6 10", known: ptr(with(r6))},
		{name: "a call in the turn without its scope", story: handshake().c(inbound("m1", "hi", "U1")).routed("K", "m1", "hi").
			g(send("r1", "a", "m1", `"scope_id":"G9","user_id":"U1"`)).c(result("r1", "x")).
			called("send", `{"chat_id":"C1","content":"a"}`, `{"success":true,"message_id":"x"}`, 0).returns("K"), want: "SC-6 6"},
		{name: "a scope where the message has none", story: handshake().c(inboundIn("", "m1", "hi", "U1")).routed("K", "m1", "hi").returns("K").
			g(send("r1", "a", "m1", ann)).c(result("r1", "x")), want: "SC-6 7"},
		{name: "an interaction answered without its scope", story: handshake().
			c(forward(`{"id":"i1","type":2,"channel_id":"C1","guild_id":"G1","member":{"user":{"id":"U1"}}}`)).
			routed("K", "i1", "/ping").returns("K").g(send("r1", "a", "i1", `"user_id":"U1"`)).c(result("r1", "x")), want: "SC-1 7"},

		// SEC-3, SC-4, FU-3
		{name: "another tenant's scope", story: two().c2(inbound("m1", "hi", "U2")).routedAt("other", "K", "m1", "hi").returns("K"), want: "SEC-3 7"},
		{name: "another tenant's author", story: two().c(inboundIn("", "m1", "hi", "U2")).routed("K", "m1", "hi").returns("K"), want: "SEC-3 7"},
		{name: "another tenant's interaction", story: two().c2(forward(`{"id":"i1","type":1,"channel_id":"C1","guild_id":"G1"}`)), want: "SEC-3 7"},
		{name: "another tenant's interrupt", story: two().c(inbound("m1", "hi", "U1")).routed("K", "m1", "hi").returns("K").
			c2(`{"type":"interrupt_inbound","session_key":"K","chat_id":"C1"}`), want: "SEC-3 10"},
		{name: "into another tenant's scope", story: two().g(send("r1", "a", "", `"scope_id":"G2"`)).c(result("r1", "x")), want: "SC-4 8"},
		{name: "with another tenant's capability", story: two().c(inbound("m1", "hi", "U1")).routed("K", "m1", "hi").returns("K").
			g2(`{"type":"outbound","requestId":"r1","action":{"op":"follow_up","session_key":"K","content":"a"}}`).c2(result("r1", "x")), want: "FU-3 11"},

		// FR-6, FR-7
		{name: "deaf after a bad line", story: handshake().c(`{`, inbound("m1", "hi", "U1")), want: "FR-6 5", known: ptr(with(scripted))},
		{name: "deaf after a null forward", story: handshake().c(`{"type":"passthrough_forward","forward":null}`, inbound("m1", "hi", "U1")).
			pass(time.Second).close(1), want: "FR-6 5"},
		{name: "deaf to a command", story: handshake().c(`{"type":"inbound","event":{"source":{"chat_id":5}}}`, inbound("m1", "/help", "U1")), want: "FR-6 5"},
		{name: "deaf to results", story: handshake().c(`{"type":"inbound","event":null}`).g(send("r1", "a", "", "")).c(result("r1", "x")).pass(30*time.Second).
			called("send", `{"chat_id":"C1","content":"a"}`, `{"success":false,"error":"relay outbound timed out"}`, 30*time.Second), want: "FR-6 7"},
		{name: "held up", story: handshake().c(inbound("m1", "hi", "U1")).pass(30*time.Second).routed("K", "m1", "hi").returns("K"), want: "FR-7 5"},

		// INT-2
		{name: "the sibling is interrupted", story: handshake().c(`{"type":"interrupt_inbound","session_key":"K1"}`).interrupted("K2", true), want: "INT-2 5"},
		{name: "interrupted for nothing", story: handshake().interrupted("K2", false), want: "INT-2 4"},
		{name: "one interrupt, twice", story: handshake().c(`{"type":"interrupt_inbound","session_key":"K1"}`).
			interrupted("K1", false).interrupted("K1", false), want: "INT-2 6"},
		{name: "an interrupt that misses", story: handshake().c(inbound("m1", "hi", "U1")).routed("K", "m1", "hi").
			c(`{"type":"interrupt_inbound","session_key":"K"}`).interrupted("K", false).returns("K"), want: "INT-2 7"},

		// TURN-1
		{name: "two turns at a time", story: handshake().c(inbound("m1", "hi", "U1"), inbound("m2", "ho", "U1")).
			routed("K", "m1", "hi").routed("K", "m2", "ho").returns("K").returns("K"), want: "TURN-1 7"},
		{name: "two turns at the end", story: handshake().c(inbound("m1", "hi", "U1"), inbound("m2", "ho", "U1")).
			routed("K", "m1", "hi").routed("K", "m2", "ho"), want: "TURN-1 7"},

		// IDLE-5, PT-7
		{name: "an ack for nothing", story: handshake().g(`{"type":"inbound_ack","bufferId":"b1"}`), want: "IDLE-5 4"},
		{name: "an ack twice", story: handshake().c(buffered(inbound("m1", "hi", "U1"), "b1")).routed("K", "m1", "hi").returns("K").
			g(`{"type":"inbound_ack","bufferId":"b1"}`, `{"type":"inbound_ack","bufferId":"b1"}`), want: "IDLE-5 8"},
		{name: "no ack", story: handshake().c(buffered(inbound("m1", "hi", "U1"), "b1")).routed("K", "m1", "hi").returns("K"), want: "IDLE-5 4"},
		{name: "no ack until the close", story: handshake().c(buffered(inbound("m1", "hi", "U1"), "b1")).routed("K", "m1", "hi").returns("K").
			pass(time.Second).close(1), want: "IDLE-5 4"},
		{name: "no ack for a forward", story: handshake().c(buffered(`{"type":"passthrough_forward","forward":null}`, "b1")), want: "PT-7 4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := everything
			if c.known != nil {
				k = *c.known
			}
			violations := law.Check(c.story.list, k)
			var got []string
			for _, v := range violations {
				got = append(got, fmt.Sprint(v.Rule, " ", v.Seq))
				if v.Text == "" || strings.Contains(v.Text, "t0p/secret") {
					t.Errorf("a text that says nothing or too much: %q", v.Text)
				}
			}
			if d := cmp.Diff([]string{c.want}, got); d != "" {
				t.Errorf("%s%v", d, violations)
			}
		})
	}
}

func scripted(k *law.Known) { k.ScriptedConnector = true }

func ptr(k law.Known) *law.Known { return &k }

// What a law must not flag, because something explains it.
func TestGoodTraces(t *testing.T) {
	for _, c := range []struct {
		name  string
		story *story
		known law.Known
	}{
		{"a whole turn", handshake().c(inbound("m1", "hi", "U1")).routed("K", "m1", "hi").
			g(`{"type":"outbound","requestId":"r0","action":{"op":"typing","chat_id":"C1","metadata":{}}}`).returns("K").
			g(send("r1", "hello", "m1", ann)).c(result("r1", "x"), `{"type":"outbound_result","requestId":"r0","result":{"success":true}}`).close(1), everything},
		{"the same id on two connections", two().g(send("r1", "a", "", "")).g2(send("r1", "a", "", "")).c2(result("r1", "x")).c(result("r1", "x")), everything},
		{"a request that the close ended", handshake().g(send("r1", "a", "", "")).close(1), everything},
		{"a request without a result, on purpose", handshake().g(send("r1", "a", "", "")), with(func(k *law.Known) { k.ResultsWithheld = true })},
		{"a request without a result in a part of a trace", handshake().g(send("r1", "a", "", "")), with(func(k *law.Known) { k.Whole = false })},
		{"a late result", handshake().g(send("r1", "a", "", "")).pass(30*time.Second).
			called("send", `{"chat_id":"C1","content":"a"}`, `{"success":false,"error":"relay outbound timed out"}`, 30*time.Second).
			pass(time.Second).c(result("r1", "x")), everything},
		{"equal calls whose results cross", handshake().g(send("r1", "a", "", ""), send("r2", "a", "", "")).c(result("r2", "two")).
			called("send", `{"chat_id":"C1","content":"a"}`, `{"success":true,"message_id":"two"}`, 0).c(result("r1", "one")).
			called("send", `{"chat_id":"C1","content":"a"}`, `{"success":true,"message_id":"one"}`, 0), everything},
		{"an edit returns the message it was told", handshake().
			g(`{"type":"outbound","requestId":"r1","action":{"op":"edit","chat_id":"C1","message_id":"m","content":"b"}}`).
			c(`{"type":"outbound_result","requestId":"r1","result":{"success":true}}`).
			called("edit_message", `{"chat_id":"C1","content":"b"}`, `{"success":true,"message_id":"m"}`, 0), everything},
		{"a failed handshake, at once", new(story).open(1, "gw", "gw-1").g(hello).close(1).called("connect", `{}`, `false`, 0), everything},
		{"a content just as long as the limit", handshake().g(send("r1", strings.Repeat("é", 20), "", "")).c(result("r1", "x")), everything},
		{"just as many UTF-16 units", new(story).open(1, "gw", "gw-1").g(hello).c(telegram).g(send("r1", "🔌🔌", "", "")).c(result("r1", "x")), everything},
		{"r6 takes a limit of 0 as it is", new(story).open(1, "gw", "gw-1").g(hello).
			c(`{"type":"descriptor","descriptor":{"platform":"discord","max_message_length":0}}`).
			g(send("r1", strings.Repeat("a", 5000), "", "")).c(result("r1", "x")), with(r6)},
		{"a second descriptor is not adopted", handshake().c(`{"type":"descriptor","descriptor":{"platform":"discord","max_message_length":2}}`).
			g(send("r1", "hello", "", "")).c(result("r1", "x")), everything},
		{"a call that sets its own scope", handshake().c(inbound("m1", "hi", "U1")).routed("K", "m1", "hi").
			g(send("r1", "a", "m1", `"scope_id":"G9","user_id":"U1"`)).c(result("r1", "x")).
			called("send", `{"chat_id":"C1","content":"a","metadata":{"scope_id":"G9"}}`, `{"success":true,"message_id":"x"}`, 0).returns("K"), everything},
		{"a call outside a turn has the chat's last author", handshake().c(inbound("m1", "hi", "U1")).routed("K", "m1", "hi").returns("K").
			c(inbound("m2", "ho", "U3")).routed("K2", "m2", "ho").returns("K2").
			g(send("r1", "a", "m1", `"scope_id":"G1","user_id":"U3"`)).c(result("r1", "x")).
			called("send", `{"chat_id":"C1","content":"a"}`, `{"success":true,"message_id":"x"}`, 0), everything},
		{"a crossing that is declined", two().c(inbound("m1", "hi", "U1")).routed("K", "m1", "hi").returns("K").
			g(send("r1", "a", "", `"scope_id":"G2"`)).c(`{"type":"outbound_result","requestId":"r1","result":{"success":false}}`).
			g2(`{"type":"outbound","requestId":"r1","action":{"op":"follow_up","session_key":"K","content":"a"}}`).
			c2(`{"type":"outbound_result","requestId":"r1","result":{"success":false}}`), everything},
		{"the same session key in two tenants", two().c(inbound("m1", "hi", "U1")).routed("K", "m1", "hi").
			c2(inboundIn("G2", "m1", "hi", "U2")).routedAt("other", "K", "m1", "hi").returns("K").returns("K").
			c2(`{"type":"interrupt_inbound","session_key":"K"}`), everything},
		{"a bad frame, then a good one", handshake().c(`[]`, `{"type":"inbound","event":5}`, inbound("m1", "hi", "U1")).
			routed("K", "m1", "hi").returns("K"), with(scripted)},
		{"a bad frame, then a command", handshake().c(`{"type":"inbound","event":5}`, inbound("m1", "/help", "U1")).
			g(send("r1", "a", "m1", ann)).c(result("r1", "x")), everything},
		{"a bad frame, then the end", handshake().c(`{"type":"inbound","event":5}`, inbound("m1", "hi", "U1")).close(1), everything},
		{"messages that were merged", handshake().c(`{"type":"inbound","event":5}`, inbound("m1", "hi", "U1")).routed("K", "m1", "hi").
			c(inbound("m2", "one", "U1"), inbound("m3", "two", "U1")).pass(5*time.Second).returns("K").
			routed("K", "m2", "one\ntwo").returns("K"), everything},
		{"a message that waits for ever", handshake().c(`{"type":"inbound","event":5}`, inbound("m1", "hi", "U1")).routed("K", "m1", "hi").
			c(inbound("m2", "one", "U1")), everything},
		{"an interrupt of a turn", handshake().c(inbound("m1", "hi", "U1")).routed("K", "m1", "hi").
			c(`{"type":"interrupt_inbound","session_key":"K"}`).interrupted("K", true).returns("K"), everything},
		{"an interrupt of no session at all", handshake().c(`{"type":"interrupt_inbound","session_key":5}`).interrupted("5", false), everything},
		{"a bad forward, then a good one", handshake().c(`{"type":"passthrough_forward","forward":null}`,
			forward(`{"id":"i1","type":2,"channel_id":"C1","guild_id":"G1"}`)).add(&trace.Observation{
			Kind: trace.Routed, Peer: "gw", SessionKey: "K",
			Event: trace.Value{Raw: []byte(`{"text":"ping","source":{"chat_id":"C1","message_id":"i1"}}`)},
		}).returns("K"), everything},
		{"turns one after another", handshake().c(inbound("m1", "hi", "U1")).routed("K", "m1", "hi").returns("K").
			c(inbound("m2", "ho", "U1")).routed("K", "m2", "ho").returns("K"), everything},
		{"a command beside a turn", handshake().c(inbound("m1", "hi", "U1")).routed("K", "m1", "hi").
			c(inbound("m2", "/status", "U1")).routed("K", "m2", "/status").returns("K").returns("K"), everything},
		{"a turn that was stopped", handshake().c(inbound("m1", "hi", "U1")).routed("K", "m1", "hi").
			c(inbound("m2", "/stop now", "U1")).routed("K", "m2", "/stop now").returns("K").
			c(inbound("m3", "ho", "U1")).routed("K", "m3", "ho").returns("K"), everything},
		{"a typed answer to the turn's question", handshake().c(inbound("m1", "hi", "U1")).routed("K", "m1", "hi").
			c(inbound("m2", "green", "U1")).routed("K", "m2", "green").
			called("clarify_resolved_from_text", `{"session_key":"K"}`, `{"resolved":true}`, 0).returns("K").
			c(inbound("m3", "ho", "U1")).routed("K", "m3", "ho").returns("K"), everything},
		{"an ack for each delivery", handshake().c(buffered(inbound("m1", "hi", "U1"), "b1")).routed("K", "m1", "hi").
			g(`{"type":"inbound_ack","bufferId":"b1"}`).returns("K").c(buffered(inbound("m1", "hi", "U1"), "b1")).routed("K", "m1", "hi").
			g(`{"type":"inbound_ack","bufferId":"b1"}`).returns("K"), everything},
		{"r6 acknowledges nothing", handshake().c(buffered(inbound("m1", "hi", "U1"), "b1")).routed("K", "m1", "hi").returns("K"), with(r6)},
		{"a socket played by hand", handshake().g(`{`, result("r1", ""), `{"type":"outbound"}`, `{"type":"inbound_ack","bufferId":"b"}`,
			send("r2", strings.Repeat("a", 99), "", "")), with(func(k *law.Known) { k.ByHand = map[int]bool{1: true} })},
		{"a connector played by steps", handshake().c(`[]`, hello, result("r1", "x"), inboundIn("G2", "m1", "hi", "U2")).
			routed("K", "m1", "hi").returns("K"), with(scripted)},
		{"a stranger is refused", new(story).open(1, "", "").g(hello).close(1), everything},
		{"nothing is known", two().c2(inbound("m1", "hi", "U1")).c(`{"type":"going_idle_ack","x":"t0p/secret"}`), law.Known{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := law.Check(c.story.list, c.known); len(got) > 0 {
				t.Errorf("got %v, want no violations", got)
			}
		})
	}
}

// A judge fed one observation at a time, which it must not keep, finds what
// Check finds.
func TestJudgeStreams(t *testing.T) {
	s := handshake().c(inbound("m1", "hi", "U1")).routed("K", "m1", "hi").returns("K").
		g(send("r1", strings.Repeat("a", 99), "m1", "")).c(result("r1", "x"), result("r1", "x"))
	want := law.Check(s.list, everything)
	if len(want) < 4 {
		t.Fatalf("got %v, want more to compare", want)
	}
	j := law.NewJudge(everything)
	for _, o := range s.list {
		c := *o
		j.Observe(&c)
		c = trace.Observation{Data: slices.Repeat([]byte("x"), len(o.Data))}
	}
	found := len(j.Found())
	if d := cmp.Diff(want, j.End()); d != "" {
		t.Error(d)
	}
	if found == 0 || found > len(want) {
		t.Errorf("found %d before the end, want some of %d", found, len(want))
	}
}
