package law_test

import (
	"strings"
	"testing"
	"time"

	"github.com/relaysim/relaysim/sim/law"
	"github.com/relaysim/relaysim/sim/trace"
)

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
		{"a newline of its own", new(story).open(1, "gw", "gw-1").part(trace.Gateway, hello).part(trace.Gateway, " ").part(trace.Gateway, "\n").c(descriptor).close(1), everything},
		{"a frame in two messages, an object in it", new(story).open(1, "gw", "gw-1").part(trace.Gateway, hello[:len(hello)-1]+`,"x":`).
			part(trace.Gateway, `{"y":1}`).part(trace.Gateway, "}\n").c(descriptor).close(1), everything},
		{"a frame whose newline crosses a close", handshake().part(trace.Gateway, `{"type":"going_idle"}`).close(1), everything},
		{"a frame whose newline was cut off", handshake().part(trace.Gateway, `{"type":"going_idle"}`), with(func(k *law.Known) { k.Whole = false })},
		{"half a frame at the end", handshake().part(trace.Gateway, `{"type":"going_idle"`), everything},
		{"a frame without a newline, by hand", handshake().part(trace.Gateway, hello), with(func(k *law.Known) { k.ByHand = map[int]bool{1: true} })},
		{"a frame without a newline, from a script", handshake().part(trace.Connector, goingIdleAck), with(scripted)},
		{"the same id on two connections", two().g(send("r1", "a", "", "")).g2(send("r1", "a", "", "")).c2(result("r1", "x")).c(result("r1", "x")), everything},
		{"a request that the close ended", handshake().g(send("r1", "a", "", "")).close(1), everything},
		{"a request without a result, on purpose", handshake().g(send("r1", "a", "", "")), with(func(k *law.Known) { k.ResultsWithheld = true })},
		{"a chat that the connector does not know, and the gateway answers for", handshake().g(`{"type":"outbound","requestId":"r1","action":{"op":"get_chat_info","chat_id":"C1"}}`).
			c(`{"type":"outbound_result","requestId":"r1","result":{"success":false,"error":"no such chat"}}`).
			called("get_chat_info", `{"chat_id":"C1"}`, `{"success":true,"name":"C1","type":"dm"}`, 0), everything},
		{"a request without a result in a part of a trace", handshake().g(send("r1", "a", "", "")), with(func(k *law.Known) { k.Whole = false })},
		{"/stop of a user who has no turn", handshake().c(inbound("m1", "hi", "U1")).begins("K1", "m1", "hi", "U3").
			c(stop("i1")).begins("K2", "i1", "/stop", "U1").returns("K1").returns("K2"), everything},
		{"texts merged, and the queue after them", waiting("two", "/queue a", "three", "/queue b").begins("K", "w1", "two\nthree", "U1").returns("K").
			begins("K", "w2", "a", "U1").returns("K").begins("K", "w4", "b", "U1").returns("K"), everything},
		{"a queue that /new clears", waiting("/queue a", "/new", "/queue b").begins("K", "w3", "b", "U1").returns("K"), everything},
		{"a text that comes between two turns and waits with the others", waiting("two").c(inbound("m9", "three", "U1")).
			begins("K", "w1", "two\nthree", "U1").returns("K"), everything},
		{"a text that comes after the turn has ended", waiting("two").c(inbound("m9", "three", "U1")).begins("K", "w1", "two", "U1").returns("K").
			begins("K", "m9", "three", "U1").returns("K"), everything},
		{"/stop of a turn that returns all the same, and is not heard", handshake().c(inbound("m1", "hi", "U1")).begins("K1", "m1", "hi", "U1").
			c(inbound("m2", "/stop", "U1")).g(send("r1", "stopped", "m2", ann)).c(result("r1", "x")).returns("K1"), everything},
		{"/stop that crosses the reply", handshake().c(inbound("m1", "hi", "U1")).begins("K1", "m1", "hi", "U1").
			c(inbound("m2", "/stop", "U1")).returns("K1").g(send("r2", "a", "m1", ann)).c(result("r2", "y")).
			g(send("r1", "nothing to stop", "m2", ann)).c(result("r1", "x")), everything},
		{"/stop after the turn", handshake().c(inbound("m1", "hi", "U1")).begins("K1", "m1", "hi", "U1").returns("K1").
			c(stop("i1")).begins("K2", "i1", "/stop", "U1").returns("K2"), everything},
		{"a reaction at once", reacted().g(react("r3", "m1", true)).c(result("r3", "")), everything},
		{"a reaction that the agent took away", reacted().pass(time.Minute).g(react("r3", "m1", true)).c(result("r3", "")).
			called("react", `{"chat_id":"C1","message_id":"m1","remove":true}`, `{"success":true}`, 0), everything},
		{"a reaction whose call still waits", reacted().pass(time.Minute).g(react("r3", "m1", true)), with(func(k *law.Known) { k.ResultsWithheld = true })},
		{"a reaction after which the trace was cut", reacted().pass(time.Minute).g(react("r3", "m1", true)).c(result("r3", "")),
			with(func(k *law.Known) { k.Whole = false })},
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
			g(`{"type":"inbound_ack","bufferId":"b1"}`).returns("K"), with(func(k *law.Known) { k.ScriptedBuffer = true })},
		{"acknowledged, and the gateway is gone", handshake().c(buffered(inbound("m1", "hi", "U1"), "b1")).g(ack("b1")).close(1), with(func(k *law.Known) { k.ScriptedBuffer = true })},
		{"acknowledged while a turn runs, and gone in its slot", handshake().c(inbound("m1", "hi", "U1")).routed("K", "m1", "hi").
			c(buffered(inbound("m2", "ho", "U1"), "b1")).g(ack("b1")).pass(time.Second).close(1).returns("K"), with(func(k *law.Known) { k.ScriptedBuffer = true })},
		{"a turn that is reported later than the ack of what waits behind it", handshake().c(buffered(inbound("m1", "hi", "U1"), "b1")).g(ack("b1")).
			c(buffered(inbound("m2", "ho", "U1"), "b2")).g(ack("b2")).routed("K", "m1", "hi").pass(time.Second).close(1).returns("K"),
			with(func(k *law.Known) { k.ScriptedBuffer = true })},
		{"a command that is acknowledged", handshake().c(buffered(inbound("m1", "/help", "U1"), "b1")).g(ack("b1")), with(func(k *law.Known) { k.ScriptedBuffer = true })},
		{"texts of which the gateway read the last when the turn was over", handshake().c(inbound("m1", "hi", "U1")).begins("K", "m1", "hi", "U1").
			c(inbound("w1", "two", "U1"), inbound("w2", "three", "U1")).returns("K").begins("K", "w1", "two", "U1").returns("K").
			begins("K", "w2", "three", "U1").returns("K"), everything},
		{"what was buffered comes on the next connection, then what is live", away().c(buffered(inbound("m1", "one", "U1"), "b1")).
			g(ack("b1")).c(buffered(forward(ping), "b2")).g(ack("b2")).c(inbound("m3", "three", "U1")), handed},
		{"the tail that was not acknowledged comes again", away().c(buffered(inbound("m1", "one", "U1"), "b1")).g(ack("b1")).
			c(buffered(forward(ping), "b2")).close(1).again(2).frames(2, "gw", trace.Connector, lines(descriptor, buffered(forward(ping), "b2"))).
			frames(2, "gw", trace.Gateway, lines(ack("b2"))).frames(2, "gw", trace.Connector, lines(inbound("m3", "three", "U1"))), handed},
		{"the same where nobody has a name and the trace begins late", new(story).open(1, "", "").g(hello).c(descriptor, buffered(forward(ping), "b1")).
			close(1).open(2, "", "").frames(2, "", trace.Gateway, lines(hello)).
			frames(2, "", trace.Connector, lines(descriptor, buffered(forward(ping), "b1"))).
			frames(2, "", trace.Gateway, lines(ack("b1"))), with(func(k *law.Known) { handed2(k); k.TokensChecked = false })},
		{"a foreign ack", away().open(2, "other", "gw-2").g2(hello).c2(descriptor).c(buffered(inbound("m1", "one", "U1"), "b1")).g2(ack("b1")).
			close(1).again(3).frames(3, "gw", trace.Connector, lines(descriptor, buffered(inbound("m1", "one", "U1"), "b1"))),
			with(func(k *law.Known) { handed2(k); k.ByHand = map[int]bool{2: true, 3: true} })},
		{"a late ack on the next connection may count", away().c(buffered(inbound("m1", "one", "U1"), "b1")).close(1).again(3).
			frames(3, "gw", trace.Gateway, lines(ack("b1"))).frames(3, "gw", trace.Connector, lines(descriptor, buffered(forward(ping), "b2"))),
			with(func(k *law.Known) { handed2(k); k.ByHand = map[int]bool{3: true} })},
		{"revocation drops what waits", away().c(buffered(inbound("m1", "one", "U1"), "b1")).
			add(&trace.Observation{Kind: trace.Close, Conn: 1, From: trace.Connector, Code: 4401}).again(2).
			frames(2, "gw", trace.Connector, lines(descriptor, inbound("m3", "three", "U1"))), handed},
		{"two sockets of one instance", away().again(2).frames(2, "gw", trace.Connector, lines(descriptor, buffered(inbound("m1", "one", "U1"), "b1"))).
			frames(2, "gw", trace.Gateway, lines(ack("b1"))).frames(2, "gw", trace.Connector, lines(buffered(forward(ping), "b2"))).
			frames(2, "gw", trace.Gateway, lines(ack("b2"))).c(inbound("m3", "three", "U1")), handed},
		{"a connection that had no time", away().close(1), handed},
		{"what the connector keeps while a gateway goes idle", away().c(buffered(inbound("m1", "one", "U1"), "b1")).
			g(goingIdle).c(goingIdleAck).g(ack("b1")), handed},
		{"a goodbye", handshake().g(goingIdle).pass(9 * time.Second).c(goingIdleAck).leaves(1), everything},
		{"a goodbye that nobody answers", handshake().g(goingIdle).pass(2 * time.Second).leaves(1), everything},
		{"a goodbye before the handshake", new(story).open(1, "gw", "gw-1").g(hello).leaves(1), everything},
		{"r6 knows no goodbye", handshake().leaves(1), with(r6)},
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
