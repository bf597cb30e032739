package law_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/law"
	"github.com/relaysim/relaysim/sim/trace"
)

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
		{name: "a binary message from the gateway", story: handshake().add(&trace.Observation{
			Kind: trace.Frame, Conn: 1, From: trace.Gateway, Binary: true, Data: []byte(`{"type":"interrupt","session_key":"K"}` + "\n"),
		}), want: "FR-1 4"},
		{name: "a binary message from the connector", story: handshake().add(&trace.Observation{
			Kind: trace.Frame, Conn: 1, From: trace.Connector, Binary: true, Data: []byte(`{"type":"going_idle_ack"}` + "\n"),
		}), want: "FR-1 4"},
		{name: "a frame that nothing ends", story: new(story).open(1, "gw", "gw-1").part(trace.Gateway, hello), want: "FR-1 2"},
		{name: "a frame that a close finds without its newline", story: new(story).open(1, "gw", "gw-1").part(trace.Gateway, hello).
			pass(time.Second).close(1), want: "FR-1 2"},
		{name: "a gateway that leaves without its newline", story: handshake().part(trace.Gateway, hello).leaves(1), want: "FR-1 4", known: ptr(with(r6))},
		{name: "frame after frame without a newline", story: handshake().part(trace.Gateway, goingIdle).part(trace.Gateway, goingIdle).
			part(trace.Gateway, goingIdle).close(1), want: "FR-1 4"},
		{name: "a second line without its newline", story: handshake().part(trace.Connector, goingIdleAck+"\n"+goingIdleAck), want: "FR-1 4"},
		{name: "a frame glued to one without its newline", story: handshake().part(trace.Connector, goingIdleAck).c(goingIdleAck), want: "FR-1 5"},
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
		{name: "a secret in the reason of a close", story: handshake().add(&trace.Observation{
			Kind: trace.Close, Conn: 1, From: trace.Connector, Code: 4401, Reason: "no such token: t0p/secret",
		}), want: "FU-4 4"},
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

		// IDLE-1
		{name: "no goodbye", story: handshake().leaves(1), want: "IDLE-1 4"},
		{name: "a goodbye that is not waited for", story: handshake().g(goingIdle).pass(time.Second).leaves(1), want: "IDLE-1 5"},
		{name: "an ack from before the goodbye", story: handshake().c(goingIdleAck).g(goingIdle).leaves(1), want: "IDLE-1 6"},

		// IDLE-2, IDLE-4, IDLE-6, IDLE-8
		{name: "live after the ack of going_idle", story: handshake().g(goingIdle).c(goingIdleAck, inbound("m1", "one", "U1")), want: "IDLE-2 6", known: &handed},
		{name: "drained after the ack of going_idle", story: away().g(goingIdle).c(goingIdleAck, buffered(inbound("m1", "one", "U1"), "b1")).
			g(ack("b1")), want: "IDLE-2 8", known: &handed},
		{name: "live before what was buffered", story: away().c(inbound("m3", "three", "U1"), buffered(inbound("m1", "one", "U1"), "b1")).g(ack("b1")).
			c(buffered(forward(ping), "b2")).g(ack("b2")), want: "IDLE-4 6", known: &handed},
		{name: "the wrong order", story: away().c(buffered(forward(ping), "b2")).g(ack("b2")).c(buffered(inbound("m1", "one", "U1"), "b1")).
			g(ack("b1")), want: "IDLE-4 6", known: &handed},
		{name: "the next before the ack", story: away().c(buffered(inbound("m1", "one", "U1"), "b1"), buffered(forward(ping), "b2")).
			g(ack("b1"), ack("b2")), want: "IDLE-4 7", known: &handed},
		{name: "the next connection begins in the middle", story: away().c(buffered(inbound("m1", "one", "U1"), "b1")).close(1).again(2).
			frames(2, "gw", trace.Connector, lines(descriptor, buffered(forward(ping), "b2"))).frames(2, "gw", trace.Gateway, lines(ack("b2"))).
			frames(2, "gw", trace.Connector, lines(buffered(inbound("m1", "one", "U1"), "b1"))).
			frames(2, "gw", trace.Gateway, lines(ack("b1"))), want: "IDLE-4 11", known: &handed},
		{name: "again after its ack", story: away().c(buffered(inbound("m1", "one", "U1"), "b1")).g(ack("b1")).close(1).again(2).
			frames(2, "gw", trace.Connector, lines(descriptor, buffered(inbound("m1", "one", "U1"), "b1"))).frames(2, "gw", trace.Gateway, lines(ack("b1"))).
			frames(2, "gw", trace.Connector, lines(buffered(forward(ping), "b2"))).
			frames(2, "gw", trace.Gateway, lines(ack("b2"))), want: "IDLE-6 12", known: &handed},
		{name: "lost: a foreign ack counts", story: away().open(2, "other", "gw-2").g2(hello).c2(descriptor).c(buffered(inbound("m1", "one", "U1"), "b1")).
			g2(ack("b1")).c(buffered(forward(ping), "b2")).g(ack("b1"), ack("b2")), want: "IDLE-4 11",
			known: ptr(with(func(k *law.Known) { handed2(k); k.ByHand = map[int]bool{2: true} }))},
		{name: "lost: the tail is forgotten", story: away().c(buffered(inbound("m1", "one", "U1"), "b1")).g(ack("b1")).close(1).again(2).
			frames(2, "gw", trace.Connector, lines(descriptor)), want: "IDLE-6 2", known: &handed},
		{name: "lost: nothing comes after the ack", story: away().c(buffered(inbound("m1", "one", "U1"), "b1")).g(ack("b1")), want: "IDLE-6 2", known: &handed},
		{name: "lost on a connection that was up for long", story: away().pass(time.Second).close(1), want: "IDLE-6 1", known: &handed},
		{name: "the same again on one connection", story: away().c(buffered(inbound("m1", "one", "U1"), "b1"), buffered(inbound("m1", "one", "U1"), "b1")).
			g(ack("b1")).c(buffered(forward(ping), "b2")).g(ack("b2")), want: "IDLE-8 7", known: &handed},

		// SK-1
		{name: "one user of one chat in two sessions", story: handshake().c(inbound("m1", "hi", "U1")).placed("K1", "m1", "hi").returns("K1").
			c(inbound("m2", "ho", "U1")).placed("K2", "m2", "ho").returns("K2"), want: "SK-1 8"},
		{name: "the same event in another session", story: two().c(inbound("m1", "hi", "U1")).placed("K1", "m1", "hi").returns("K1").
			c(inbound("m1", "hi", "U1")).placed("K2", "m1", "hi").returns("K2"), want: "SK-1 11"},

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

		// TURN-2, TURN-4
		{name: "texts that do not merge", story: waiting("two", "three").begins("K", "w1", "two", "U1").returns("K").begins("K", "w2", "three", "U1").returns("K"), want: "TURN-2 11"},
		{name: "texts merged with a space", story: waiting("two", "three").begins("K", "w1", "two three", "U1").returns("K"), want: "TURN-2 9"},
		{name: "the second of the queue first", story: waiting("/queue a", "/q b").begins("K", "w2", "b", "U1").returns("K").begins("K", "w1", "a", "U1").returns("K"), want: "TURN-4 9"},
		{name: "the queue merged", story: waiting("/queue a", "/queue b").begins("K", "w1", "a\nb", "U1").returns("K"), want: "TURN-4 9"},

		// TURN-3, and FR-7 again
		{name: "/stop beside the turn", story: handshake().c(inbound("m1", "hi", "U1")).begins("K1", "m1", "hi", "U1").
			c(stop("i1")).begins("K2", "i1", "/stop", "U1").returns("K1").g(send("r1", "a", "m1", ann)).c(result("r1", "x")).returns("K2"), want: "TURN-3 7"},
		{name: "/stop answered, and the turn goes on", story: handshake().c(inbound("m1", "hi", "U1")).begins("K1", "m1", "hi", "U1").
			c(inbound("m2", "/stop", "U1")).g(send("r1", "stopped", "m2", ann)).c(result("r1", "x")).
			returns("K1").g(send("r2", "a", "m1", ann)).c(result("r2", "y")), want: "TURN-3 6"},
		{name: "/new ignored for long", story: handshake().c(inbound("m1", "hi", "U1")).begins("K1", "m1", "hi", "U1").
			c(inbound("m2", "/new", "U1")).pass(time.Second).
			returns("K1").g(send("r2", "a", "m1", ann)).c(result("r2", "y")), want: "TURN-3 6"},
		{name: "a reaction that outlives its turn", story: reacted().pass(time.Second).g(react("r3", "m1", true)).c(result("r3", "")), want: "FR-7 11"},

		{name: "a reaction that outlives its turn, and its socket", story: reacted().pass(time.Second).g(react("r3", "m1", true)).close(1), want: "FR-7 11"},
		{name: "a reaction that outlives its turn, and is never answered", story: reacted().pass(time.Second).g(react("r3", "m1", true)).
			pass(31 * time.Second).add(&trace.Observation{Kind: trace.Note}), known: ptr(with(func(k *law.Known) { k.ResultsWithheld = true })), want: "FR-7 11"},
		{name: "a reaction that outlives its turn, in a part of a trace", story: reacted().pass(time.Second).g(react("r3", "m1", true)).c(result("r3", "")).
			pass(time.Second).add(&trace.Observation{Kind: trace.Note}), known: ptr(with(func(k *law.Known) { k.Whole = false })), want: "FR-7 11"},

		// IDLE-5, PT-7
		{name: "an ack for nothing", story: handshake().g(`{"type":"inbound_ack","bufferId":"b1"}`), want: "IDLE-5 4"},
		{name: "an ack twice", story: handshake().c(buffered(inbound("m1", "hi", "U1"), "b1")).routed("K", "m1", "hi").returns("K").
			g(`{"type":"inbound_ack","bufferId":"b1"}`, `{"type":"inbound_ack","bufferId":"b1"}`), want: "IDLE-5 8"},
		{name: "no ack", story: handshake().c(buffered(inbound("m1", "hi", "U1"), "b1")).routed("K", "m1", "hi").returns("K"), want: "IDLE-5 4"},
		{name: "no ack until the close", story: handshake().c(buffered(inbound("m1", "hi", "U1"), "b1")).routed("K", "m1", "hi").returns("K").
			pass(time.Second).close(1), want: "IDLE-5 4"},
		{name: "acknowledged and never routed", story: handshake().c(buffered(inbound("m1", "hi", "U1"), "b1")).g(ack("b1")), want: "IDLE-5 4"},
		{name: "acknowledged and not routed until the close", story: handshake().c(buffered(inbound("m1", "hi", "U1"), "b1")).g(ack("b1")).
			pass(time.Second).close(1), want: "IDLE-5 4"},
		{name: "acknowledged behind a turn of another chat", story: handshake().c(buffered(inbound("m1", "hi", "U1"), "b1")).g(ack("b1")).
			c(buffered(strings.Replace(inbound("m2", "ho", "U1"), `"C1"`, `"C2"`, 1), "b2")).g(ack("b2")).routed("K", "m1", "hi").returns("K"), want: "IDLE-5 6"},
		{name: "acknowledged behind a turn that was over", story: handshake().c(buffered(inbound("m1", "hi", "U1"), "b1")).g(ack("b1")).routed("K", "m1", "hi").
			returns("K").c(buffered(inbound("m2", "ho", "U1"), "b2")).g(ack("b2")), want: "IDLE-5 8"},
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
