package law_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

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

// leaves is a gateway that closes on purpose.
func (s *story) leaves(conn int) *story {
	return s.add(&trace.Observation{Kind: trace.Close, Conn: conn, From: trace.Gateway, Code: 1000})
}

// again is another socket of gw, up to its hello.
func (s *story) again(conn int) *story {
	return s.open(conn, "gw", "gw-1").frames(conn, "gw", trace.Gateway, lines(hello))
}

// away is a gateway for which b1 and b2 were buffered before it came.
func away() *story {
	s := new(story)
	for _, frame := range []string{buffered(inbound("m1", "one", "U1"), "b1"), buffered(forward(ping), "b2")} {
		s.add(&trace.Observation{Kind: trace.Buffered, Peer: "gw", From: trace.Connector, Data: []byte(frame + "\n")})
	}
	return s.again(1).c(descriptor)
}

func lines(l ...string) []string { return l }

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

// part is a message of socket 1 as it is, which need not end a line.
func (s *story) part(from trace.Side, data string) *story {
	return s.add(&trace.Observation{Kind: trace.Frame, Conn: 1, Peer: "gw", From: from, Data: []byte(data)})
}

func (s *story) routed(key, id, text string) *story { return s.routedAt("gw", key, id, text) }
func (s *story) routedAt(peer, key, id, text string) *story {
	event := fmt.Sprintf(`{"text":%q,"message_id":%q,"source":{"chat_id":"C1"}}`, text, id)
	return s.add(&trace.Observation{Kind: trace.Routed, Peer: peer, SessionKey: key, Event: trace.Value{Raw: []byte(event)}})
}

// begins is routed, by a user.
func (s *story) begins(key, id, text, user string) *story {
	event := fmt.Sprintf(`{"text":%q,"message_id":%q,"source":{"platform":"discord","chat_id":"C1","user_id":%q}}`, text, id, user)
	return s.add(&trace.Observation{Kind: trace.Routed, Peer: "gw", SessionKey: key, Event: trace.Value{Raw: []byte(event)}})
}

// placed is routed, with all that says which session it is.
func (s *story) placed(key, id, text string) *story {
	event := fmt.Sprintf(`{"text":%q,"message_id":%q,"source":{"platform":"discord","chat_id":"C1","chat_type":"group","user_id":"U1","message_id":%q}}`, text, id, id)
	return s.add(&trace.Observation{Kind: trace.Routed, Peer: "gw", SessionKey: key, Event: trace.Value{Raw: []byte(event)}})
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

func ack(id string) string { return fmt.Sprintf(`{"type":"inbound_ack","bufferId":%q}`, id) }

const (
	goingIdle    = `{"type":"going_idle"}`
	goingIdleAck = `{"type":"going_idle_ack"}`
	ping         = `{"type":1}` // an interaction that begins no turn
)

func forward(body string) string {
	return fmt.Sprintf(`{"type":"passthrough_forward","forward":{"platform":"discord","bodyB64":%q}}`,
		base64.StdEncoding.EncodeToString([]byte(body)))
}

func send(id, content, replyTo, metadata string) string {
	return fmt.Sprintf(`{"type":"outbound","requestId":%q,"action":{"op":"send","chat_id":"C1","content":%q,`+
		`"reply_to":%q,"metadata":{%s}},"platform":"discord","botId":"B1"}`, id, content, replyTo, metadata)
}

func react(id, message string, remove bool) string {
	return fmt.Sprintf(`{"type":"outbound","requestId":%q,"action":{"op":"react","chat_id":"C1","message_id":%q,"emoji":"👀","remove":%t}}`, id, message, remove)
}

// stop is a /stop that U1 presses.
func stop(id string) string {
	return forward(fmt.Sprintf(`{"id":%q,"type":2,"channel_id":"C1","guild_id":"G1","data":{"name":"stop"},"member":{"user":{"id":"U1"}}}`, id))
}

// waiting is a turn of U1's, during which the messages w1, w2 and so on come.
func waiting(texts ...string) *story {
	s := handshake().c(inbound("m1", "hi", "U1")).begins("K", "m1", "hi", "U1")
	for i, text := range texts {
		s.c(inbound(fmt.Sprintf("w%d", i+1), text, "U1"))
	}
	return s.pass(time.Second).returns("K")
}

// reacted is a turn whose reply to m1 was answered, and during which it showed a
// reaction.
func reacted() *story {
	return handshake().c(inbound("m1", "hi", "U1")).g(react("r1", "m1", false)).c(result("r1", "")).routed("K", "m1", "hi").returns("K").
		g(send("r2", "a", "m1", ann+`,"notify":true`)).c(result("r2", "x"))
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

// handed is for stories of what is handed over: their gateways need not say all
// that they do.
var handed = with(handed2)

func handed2(k *law.Known) {
	k.TurnsShown = false
	k.Instances = map[string]string{"gw": "one", "gw-1": "one", "other": "two", "gw-2": "two"}
}

func r6(k *law.Known) { k.Revision = "2026-06" }
