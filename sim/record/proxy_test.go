package record_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/relaysim/relaysim/sim/record"
	"github.com/relaysim/relaysim/sim/trace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestBytesPassUnchanged sends everything that frames can be, in pieces of
// every size, and wants the same bytes at the other end.
func TestBytesPassUnchanged(t *testing.T) {
	t.Parallel()
	script := func(key uint32) []byte {
		return bytes.Join([][]byte{
			frame(fin|text, key, `{"type":"hello"}`+"\n"),
			frame(fin|text, key, ""),
			frame(fin|text, key, "no \xff UTF-8"),
			frame(fin|bin, key, "\x00\x01\xfe"),
			frame(more|text, key, `{"a":`),
			frame(fin|ping, key, "are you there"),
			frame(more|cont, key, ""),
			frame(fin|cont, key, "1}\n"),
			frame(fin|pong, key, ""),
			frame(fin|text, key, strings.Repeat("x", 200)),
			frame(fin|text, key, strings.Repeat("y", 1<<20)),
			frame(fin|0x3, key, "reserved opcode"),
			frame(fin|0x40|text, key, "compressed?"),
			frame(fin|cont, key, "a continuation of nothing"),
			frame(more|text, key, "never finished"),
			frame(fin|text, key, "last"),
		}, nil)
	}
	c := newConnector(t)
	r := startProxy(t, c.url)
	gateway, connector := r.connect(t, c)
	out, back := script(0xa1b2c3d4), script(0)
	seed := rand.Uint64()
	var wg sync.WaitGroup
	pieces := func(e *end, b []byte, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 0))
		for len(b) > 0 {
			n := min(len(b), 1+random.IntN(1<<random.IntN(16)))
			e.say(t, b[:n])
			b = b[n:]
		}
	}
	wg.Go(func() { pieces(gateway, out, seed) })
	wg.Go(func() { pieces(connector, back, seed+1) })
	wg.Go(func() { gateway.hear(t, back) })
	connector.hear(t, out)
	wg.Wait()
	if t.Failed() {
		t.Logf("seed %d", seed)
	}
	const odd = "passed on and not written down: "
	for _, side := range []trace.Side{trace.Gateway, trace.Connector} {
		var list []*trace.Observation
		for _, o := range r.lines(t) {
			if o.From == side && o.Kind != trace.Open && o.Kind != trace.Close {
				list = append(list, o)
			}
		}
		arrow := map[trace.Side]string{trace.Gateway: ">", trace.Connector: "<"}[side]
		want := strings.ReplaceAll(`1 frame A "{\"type\":\"hello\"}\n"
1 frame A ""
1 frame A "no \xff UTF-8"
1 frame A binary "\x00\x01\xfe"
1 frame A "{\"a\":1}\n"
1 frame A "`+strings.Repeat("x", 64)+`"
1 frame A "`+strings.Repeat("y", 64)+`"
1 note A "`+odd+`a frame with opcode 3, which RFC 6455 does not define"
1 note A "`+odd+`a frame with reserved bits, as of a compression that nobody agreed on"
1 note A "`+odd+`a continuation of no message"
1 note A "`+odd+`a message that was never finished: another one begins in it"
1 frame A "last"
`, "A", arrow)
		if diff := cmp.Diff(want, summary(list)); diff != "" {
			t.Errorf("%s: %s", side, diff)
		}
	}
}

// TestEndsPass wants each way in which a socket can end to reach the other side
// as it was, and to be in the recording.
func TestEndsPass(t *testing.T) {
	t.Parallel()
	const key = 0x01020304
	for _, test := range []struct {
		name string
		from trace.Side
		body string // of the close frame; "cut", "reset": none
		want string // the recorded end
	}{
		{"a code and a reason", trace.Connector, closeBody(4401, "revoked"), `1 close < 4401 "revoked"`},
		{"the gateway's", trace.Gateway, closeBody(1000, ""), `1 close > 1000`},
		{"no code", trace.Gateway, "", `1 close > 1005`},
		{"half a code", trace.Connector, "\x03", `1 close < 1005`},
		{"a code that must not be sent", trace.Connector, closeBody(1006, "odd"), `1 close < 1006 "odd"`},
		{"a reason that is not UTF-8", trace.Gateway, closeBody(1001, "\xff"), "1 close > 1001 \"\ufffd\""},
		{"a reason that is too long", trace.Gateway, closeBody(1001, strings.Repeat("r", 200)), `1 close > 1001 "` + strings.Repeat("r", 123) + `"`},
		{"the gateway is cut", trace.Gateway, "cut", `1 close > -1`},
		{"the connector is cut", trace.Connector, "cut", `1 close < -1`},
		{"the gateway is reset", trace.Gateway, "reset", `1 close > -1`},
		{"the connector is reset", trace.Connector, "reset", `1 close < -1`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newConnector(t)
			r := startProxy(t, c.url)
			gateway, connector := r.connect(t, c)
			from, to, keys := gateway, connector, [2]uint32{key, 0}
			if test.from == trace.Connector {
				from, to, keys = connector, gateway, [2]uint32{0, key}
			}
			to.say(t, frame(fin|text, keys[1], "before"))
			from.hear(t, frame(fin|text, keys[1], "before"))
			switch test.body {
			case "reset":
				if err := from.Conn.(*net.TCPConn).SetLinger(0); err != nil {
					t.Fatal(err)
				}
				fallthrough
			case "cut":
				from.Close()
				got, err := to.rest()
				if len(got) > 0 || test.body == "cut" && err != nil || test.body == "reset" && err == nil {
					t.Errorf("got %x, %v", got, err)
				}
			default:
				from.say(t, frame(fin|closing, keys[0], test.body))
				to.hear(t, frame(fin|closing, keys[0], test.body))
				// What was on its way when the close came still counts.
				to.say(t, frame(fin|text, keys[1], "crossing"), frame(fin|closing, keys[1], closeBody(1000, "")))
				from.hear(t, frame(fin|text, keys[1], "crossing"))
				from.hear(t, frame(fin|closing, keys[1], closeBody(1000, "")))
				from.Close()
				if got, err := to.rest(); len(got) > 0 || err != nil {
					t.Errorf("after the close: got %x, %v", got, err)
				}
			}
			to.Close()
			got := strings.TrimSpace(summary(r.lines(t)))
			if _, last, _ := cutLastLine(got); last != test.want {
				t.Errorf("got\n%s\nwant it to end with\n%s", got, test.want)
			}
			if strings.Contains(got, "crossing") != (test.body != "cut" && test.body != "reset") {
				t.Errorf("what crossed the close: got\n%s", got)
			}
		})
	}
}

func cutLastLine(s string) (before, last string, found bool) {
	i := strings.LastIndexByte(s, '\n')
	return s[:max(i, 0)], s[i+1:], i >= 0
}

func TestBothCloseAtOnce(t *testing.T) {
	t.Parallel()
	c := newConnector(t)
	r := startProxy(t, c.url)
	gateway, connector := r.connect(t, c)
	ours, theirs := frame(fin|closing, 7, closeBody(1000, "g")), frame(fin|closing, 0, closeBody(1012, "c"))
	gateway.say(t, ours)
	connector.say(t, theirs)
	gateway.hear(t, theirs)
	connector.hear(t, ours)
	gateway.Close()
	connector.Close()
	closes := 0
	for _, o := range r.lines(t) {
		if o.Kind == trace.Close {
			closes++
		}
	}
	if closes != 1 {
		t.Errorf("got %d closes in the recording, want 1", closes)
	}
}

// What the connector says to an upgrade is what the gateway gets.
func TestARefusedUpgradeIsRefused(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 401, 403, 426, 503, 200, 302} {
		c := newConnector(t)
		r := startProxy(t, c.url)
		go c.accept(t, fmt.Sprintf("HTTP/1.1 %d Some Reason\r\nX-Why: because\r\nLocation: /else\r\nContent-Length: 9\r\n\r\nnot today", status))
		answer, _ := r.dial(t, "/relay", "Authorization: Bearer nonsense")
		body, _ := io.ReadAll(answer.Body)
		if answer.StatusCode != status || answer.Header.Get("X-Why") != "because" || string(body) != "not today" || answer.Header.Get("Content-Type") != "" {
			t.Errorf("got %d %v %q, want %d", answer.StatusCode, answer.Header, body, status)
		}
		if got, want := summary(r.lines(t)), fmt.Sprintf("1 open > /relay%d\n", status); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestAConnectorThatIsDown(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	r := startProxy(t, "ws://"+ln.Addr().String())
	for range 2 {
		answer, _ := r.dial(t, "/relay", "Authorization: Bearer Z3ctMTowOmFiY2Q")
		body, _ := io.ReadAll(answer.Body)
		if answer.StatusCode != http.StatusBadGateway || !strings.Contains(string(body), "the connector could not be reached: ") {
			t.Errorf("got %d %q", answer.StatusCode, body)
		}
	}
	if got := summary(r.lines(t)); !strings.Contains(got, "1 open > /relay502\n0 note < \"the connector could not be reached") || !strings.Contains(got, "2 open > /relay502") {
		t.Errorf("got %s", got)
	}
	if open := r.lines(t)[0]; open.Peer != "gw-1" || open.AuthenticatedAs != "" { // that it dialled is known, and not whether it may
		t.Errorf("got %+v", open)
	}
	if !strings.Contains(r.notices.String(), "could not be reached") {
		t.Errorf("nobody was told: %q", r.notices.String())
	}
}

// What a gateway and a connector say beside the frames reaches the other,
// except what belongs to one connection, and compression.
func TestUpgradeHeadersPass(t *testing.T) {
	t.Parallel()
	c := newConnector(t)
	r := startProxy(t, c.url+"/base/relay/") // (DIAL-1) the ending is the same as none
	accepts := make(chan *accepted, 1)
	go func() {
		accepts <- c.accept(t, strings.Replace(yes, "\r\n\r\n", "\r\nSec-WebSocket-Protocol: relay.v2\r\nX-Region: eu\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n", 1))
	}()
	answer, near := r.dial(t, "/relay?x=%2F1", "Authorization: Bearer Z3ctMTowOmFiY2Q", "X-Custom: one", "X-Custom: two",
		"Sec-WebSocket-Protocol: relay.v1, relay.v2", "Sec-WebSocket-Extensions: permessage-deflate", "Keep-Alive: 5", "Origin: https://x.example")
	far := <-accepts
	r.ends = append(r.ends, near.Conn, far.Conn)
	request := far.request
	if request.RequestURI != "/base/relay?x=%2F1" || request.Host != strings.TrimPrefix(c.url, "ws://") {
		t.Errorf("got %s at %s", request.RequestURI, request.Host)
	}
	want := http.Header{
		"Authorization": {"Bearer Z3ctMTowOmFiY2Q"}, "X-Custom": {"one", "two"}, "Origin": {"https://x.example"},
		"Connection": {"Upgrade"}, "Upgrade": {"websocket"},
		"Sec-Websocket-Protocol": {"relay.v1, relay.v2"}, "Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="},
	}
	if diff := cmp.Diff(want, request.Header); diff != "" {
		t.Error(diff)
	}
	if answer.Header.Get("Sec-WebSocket-Protocol") != "relay.v2" || answer.Header.Get("X-Region") != "eu" || len(answer.Header.Values("Set-Cookie")) != 2 {
		t.Errorf("got %v", answer.Header)
	}
	open := r.lines(t)[0]
	if open.Auth != "present" || open.AuthenticatedAs != "gw-1" || open.Peer != "gw-1" || open.Code != 101 || open.Path != "/relay" {
		t.Errorf("got %+v", open)
	}
}

// A connector may speak with its answer, and a gateway before it has one.
func TestEagerPeers(t *testing.T) {
	t.Parallel()
	c := newConnector(t)
	r := startProxy(t, c.url)
	hello, early := frame(fin|text, 9, "early"), frame(fin|text, 0, "at once")
	conn, err := net.Dial("tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /relay HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n%s", hello)
	a := c.accept(t, yes+string(early))
	r.ends = append(r.ends, conn, a.Conn)
	a.hear(t, hello)
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	var got []byte
	for !bytes.HasSuffix(got, early) {
		b := make([]byte, 512)
		n, err := conn.Read(b)
		if err != nil {
			t.Fatalf("%v after %q", err, got)
		}
		got = append(got, b[:n]...)
	}
	if got := summary(r.lines(t)); !strings.Contains(got, `"early"`) || !strings.Contains(got, `"at once"`) {
		t.Errorf("got %s", got)
	}
}

// Each socket is a connection of its own in one recording, and keeps its bytes.
func TestManyGateways(t *testing.T) {
	t.Parallel()
	c := newConnector(t)
	r := startProxy(t, c.url)
	var wg sync.WaitGroup
	const many, each = 40, 25
	for range many {
		wg.Go(func() { // the connector repeats what it hears
			a := c.accept(t, yes)
			_, _ = io.Copy(a.Conn, a.r)
			a.Close()
		})
	}
	for i := range many {
		wg.Go(func() {
			_, g := r.dial(t, "/relay")
			for j := range each {
				b := frame(fin|text, uint32(i*each+j+1), fmt.Sprintf(`{"gateway":%d,"n":%d}`+"\n", i, j))
				g.say(t, b)
				g.hear(t, b)
			}
			g.Close()
		})
	}
	wg.Wait()
	if open, total := r.proxy.Sockets(); total != many {
		t.Errorf("got %d sockets, %d open", total, open)
	}
	last := map[string]int{} // by socket and side: the n to come
	owner := map[string]string{}
	for i, o := range r.lines(t) {
		if o.Seq != i+1 {
			t.Fatalf("seq %d in place %d", o.Seq, i)
		}
		if o.Kind != trace.Frame {
			continue
		}
		lane := fmt.Sprint(o.Conn, o.From)
		who := string(trace.Field(bytes.TrimSpace(o.Data), "gateway"))
		if owner[lane] == "" {
			owner[lane] = who
		}
		n := string(trace.Field(bytes.TrimSpace(o.Data), "n"))
		if o.From == trace.Connector && last[fmt.Sprint(o.Conn, trace.Gateway)] <= last[lane] {
			t.Fatalf("socket %d: the answer %s comes before what it answers", o.Conn, n)
		}
		if owner[lane] != who || n != fmt.Sprint(last[lane]) {
			t.Fatalf("socket %s of gateway %s: got message %s of gateway %s, want %d", lane, owner[lane], n, who, last[lane])
		}
		last[lane]++
	}
	if len(last) != 2*many {
		t.Errorf("got %d lanes", len(last))
	}
	for lane, n := range last {
		if n != each {
			t.Errorf("%s: got %d messages", lane, n)
		}
	}
}

// A reader that takes nothing holds up its own socket and no other; nothing is
// lost.
func TestASlowReader(t *testing.T) {
	t.Parallel()
	c := newConnector(t)
	r := startProxy(t, c.url)
	slow, from := r.connect(t, c)
	var sent bytes.Buffer
	for i := range 64 {
		sent.Write(frame(fin|text, 0, strings.Repeat(string(rune('a'+i%26)), 1<<18)))
	}
	done := make(chan struct{})
	go func() { defer close(done); from.say(t, sent.Bytes()) }()
	other, far := r.connect(t, c)
	for range 50 {
		b := frame(fin|text, 3, "goes on")
		other.say(t, b)
		far.hear(t, b)
	}
	slow.hear(t, sent.Bytes())
	<-done
	frames := 0
	for _, o := range r.lines(t) {
		if o.Kind == trace.Frame && len(o.Data) == 1<<18 {
			frames++
		}
	}
	if frames != 64 {
		t.Errorf("got %d long messages in the recording, want 64", frames)
	}
}

// A message that is too great for the recording passes, and a note says so.
func TestAMessageThatIsTooGreat(t *testing.T) {
	t.Parallel()
	c := newConnector(t)
	r := startProxy(t, c.url)
	gateway, connector := r.connect(t, c)
	b := bytes.Join([][]byte{
		frame(fin|text, 5, strings.Repeat("\x00", record.MaxMessage)),
		frame(more|text, 5, strings.Repeat("x", record.MaxMessage)),
		frame(fin|cont, 5, "y"),
		frame(fin|text, 5, "after"),
	}, nil)
	go gateway.say(t, b)
	connector.hear(t, b)
	want := fmt.Sprintf("1 frame > %q\n1 note > \"passed on and not written down: a message of %d bytes, which is too great to be written down: at most %d\"\n1 frame > \"after\"\n",
		strings.Repeat("\x00", 64), record.MaxMessage+1, record.MaxMessage)
	if got := summary(r.lines(t)[1:4]); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// Stopping closes both sides 1001 between two frames, also when one of them
// stands in the middle of a frame, and the recording has its end line.
func TestStopClosesBothSides(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		half bool
	}{{"idle", false}, {"in the middle of a frame", true}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newConnector(t)
			r := startProxy(t, c.url)
			gateway, connector := r.connect(t, c)
			whole := frame(fin|text, 0, "a message that takes its time")
			if test.half {
				connector.say(t, whole[:9])
				gateway.hear(t, whole[:9])
			}
			stopped := make(chan error, 1)
			go func() { stopped <- r.stop() }()
			bye := frame(fin|closing, 0, closeBody(1001, "relaysim record has stopped"))
			got := make([]byte, len(bye)+4)
			if _, err := io.ReadFull(connector.r, got); err != nil {
				t.Fatal(err)
			}
			if got[0] != fin|closing || got[1]&0x80 == 0 || got[2]^got[6] != 1001>>8 || got[3]^got[7] != 1001&0xff {
				t.Errorf("the connector got %x", got)
			}
			if test.half {
				connector.say(t, whole[9:])
				gateway.hear(t, whole[9:])
			}
			gateway.hear(t, bye)
			gateway.say(t, frame(fin|closing, 1, closeBody(1001, "")))
			connector.say(t, frame(fin|closing, 0, closeBody(1001, "")))
			began := time.Now()
			if err := <-stopped; err != nil {
				t.Error(err)
			}
			if took := time.Since(began); took > time.Second {
				t.Errorf("it took %v", took)
			}
			if rest, err := gateway.rest(); len(rest) > 0 || err != nil && !errors.Is(err, net.ErrClosed) {
				t.Errorf("after the close the gateway got %q, %v", rest, err)
			}
			r.lines(t)
		})
	}
}

// A side that never answers the close does not keep the proxy.
func TestStopWaitsForNobody(t *testing.T) {
	t.Parallel()
	c := newConnector(t)
	r := startProxy(t, c.url)
	_, _ = r.connect(t, c)
	began := time.Now()
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}
