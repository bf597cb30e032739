package connector_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway/auth"
	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/trace"
)

// A good gateway must not wait for as long as a bad one is waited for. Both are
// real time, and wide apart for the sake of busy machines.
const (
	stallFor = 3 * time.Second
	patience = 2 * time.Second
)

// twoOfOne: one tenant with a good gateway and a bad one.
func twoOfOne() connector.Options {
	return connector.Options{
		WriteTimeout: stallFor,
		Gateways:     []connector.Gateway{{ID: "good", Secrets: []string{"g"}}, {ID: "bad", Secrets: []string{"b"}}},
	}
}

func TestStalledGatewayIsCutOff(t *testing.T) {
	t.Parallel()
	r := newRig(t, twoOfOne())
	good := r.gateway("good", "g")
	r.gateway("bad", "b") // and reads no more
	big := []byte(`"` + strings.Repeat("x", 1<<20) + `"`)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(stop)
		for r.WriteFrame("bad", big) == nil {
		}
	})
	slowest := time.Duration(0)
	for stalling := true; stalling; {
		began := time.Now()
		good.sync()
		slowest = max(slowest, time.Since(began))
		select {
		case <-stop:
			stalling = false
		default:
		}
	}
	wg.Wait()
	if slowest > patience {
		t.Errorf("the good gateway waited %v", slowest)
	}
	o := r.only(trace.Close)
	if o.Peer != "bad" || o.From != trace.Connector || o.Code != -1 || o.Reason == "" {
		t.Errorf("got %+v", o)
	}
}

// A gateway that asks and never takes an answer stalls its own goroutine only.
func TestFloodingGatewayThatTakesNoAnswerIsCutOff(t *testing.T) {
	t.Parallel()
	r := newRig(t, twoOfOne())
	good, bad := r.gateway("good", "g"), r.gateway("bad", "b")
	flood := strings.Repeat(infoLine, 1000)
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		err := bad.Write(ctx, websocket.MessageText, []byte(flood))
		cancel()
		good.sync()
		if err != nil {
			break
		}
	}
	r.deliver(event(nil))
	good.gotEvent()
	for _, o := range r.observed(trace.Close) {
		if o.Peer != "bad" || o.From != trace.Connector || o.Code != -1 {
			t.Errorf("got %+v", o)
		}
	}
}

// Interrupts for a stalled gateway are written on behalf of one that is not. It
// does not wait for the write that is stuck: the others pile up and end it.
func TestInterruptFloodForAStalledGateway(t *testing.T) {
	t.Parallel()
	o := twoOfOne()
	o.WriteTimeout = time.Minute
	r := newRig(t, o)
	good, bad := r.gateway("good", "g"), r.gateway("bad", "b")
	d := event(map[string]any{"user_id": strings.Repeat("u", 20_000)})
	d.To = "bad"
	r.deliver(d)
	bad.gotEvent() // and reads no more
	flood := `{"type":"interrupt","session_key":"agent:main:discord:group:C1:` + strings.Repeat("u", 20_000) + `"}` + "\n"
	began := time.Now()
	for len(r.observed(trace.Close)) == 0 {
		for range 20 {
			good.send(flood)
		}
		good.sync()
		if waited := time.Since(began); waited > o.WriteTimeout/2 {
			t.Fatalf("the good gateway waited, or nothing ended the bad one: %v", waited)
		}
	}
	if o := r.only(trace.Close); o.Peer != "bad" || o.Code != -1 || !strings.Contains(o.Reason, "piled up") {
		t.Errorf("got %+v", o)
	}
}

func TestSilentGatewayIsCutOff(t *testing.T) {
	t.Parallel()
	r := newRig(t, connector.Options{HelloTimeout: 20 * time.Millisecond})
	code, _ := r.dial("gw-1", "secret-1").closed()
	if o := r.only(trace.Close); code != -1 || o.Reason != "no hello" {
		t.Errorf("got close %d, in the trace %+v", code, o)
	}
	p := r.gateway("gw-1", "secret-1")
	time.Sleep(40 * time.Millisecond) // real time is what is tested
	p.sync()
}

// raw opens a TCP connection and writes text.
func (r *rig) raw(text string) net.Conn {
	r.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.Close() })
	if _, err := conn.Write([]byte(text)); err != nil {
		r.t.Fatal(err)
	}
	return conn
}

func TestHalfAnUpgrade(t *testing.T) {
	t.Parallel()
	r := newRig(t, connector.Options{})
	upgrade := "GET /relay HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nAuthorization: Bearer " +
		auth.Mint("gw-1", "secret-1", r.clock.Now(), time.Minute) + "\r\n"
	half := r.raw(upgrade)
	defer half.Close() // before the server waits for it
	for name, end := range map[string]string{
		"no key":      "Sec-WebSocket-Version: 13\r\n\r\n",
		"bad key":     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n",
		"old version": "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
	} {
		resp, err := http.ReadResponse(bufio.NewReader(r.raw(upgrade+end)), nil)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 400 {
			t.Errorf("%s: got %d, want 400", name, resp.StatusCode)
		}
	}
	for _, o := range r.observed(trace.Open) {
		if o.Code != 400 {
			t.Errorf("the trace has %d", o.Code)
		}
	}
	r.gateway("gw-1", "secret-1").sync()
}

func TestViolationsOfTheProtocol(t *testing.T) {
	t.Parallel()
	for name, bytes := range map[string]string{
		"unmasked":               "\x81\x02{}",
		"reserved bits":          "\xf1\x80\x00\x00\x00\x00",
		"unknown opcode":         "\x8f\x80\x00\x00\x00\x00",
		"a continuation first":   "\x80\x80\x00\x00\x00\x00",
		"long control frame":     "\x89\xfe\x00\x7e\x00\x00\x00\x00",
		"negative length":        "\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00",
		"a close code of 1006":   "\x88\x82\x00\x00\x00\x00\x03\xee",
		"half a frame, then end": "\x81\xff\x00\x00",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ended := make(ends, 1)
			r := newRig(t, connector.Options{Activity: ended})
			conn := r.raw(fmt.Sprintf("GET /relay HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
				"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer %s\r\n\r\n%s",
				auth.Mint("gw-1", "secret-1", r.clock.Now(), time.Minute), bytes))
			if strings.HasSuffix(name, "then end") {
				conn.Close()
			}
			<-ended
			if o := r.only(trace.Close); o.Peer != "gw-1" {
				t.Errorf("got %+v", o)
			}
		})
	}
}

// A stranger who never answers the close frame does not stay.
func TestStrangerWhoStays(t *testing.T) {
	t.Parallel()
	ended := make(ends, 1)
	r := newRig(t, connector.Options{Activity: ended})
	r.raw("GET /relay HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	select {
	case <-ended:
	case <-time.After(4 * time.Second):
		t.Error("still there after 4 s")
	}
}

func TestSlowBodyAtTheEdgeBlocksNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t, connector.Options{})
	slow := r.raw("POST /interactions/discord-bot HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
	p := r.gateway("gw-1", "secret-1")
	r.interact("discord-bot", command)
	p.gotForward()
	slow.Close()
}

// Frames from many sides at once, closes in between; for the race detector.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, twoOfOne())
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 5 {
				p := r.dial("good", "g")
				for range 10 {
					for _, line := range []string{helloLine, infoLine, `{"type":"interrupt","session_key":"` + groupSession + `"}` + "\n"} {
						// Another round may have closed this socket.
						_ = p.Write(context.Background(), websocket.MessageText, []byte(line))
					}
					_ = r.Deliver(event(map[string]any{"user_id": fmt.Sprint(i)}))
				}
				_ = r.CloseConn("good", 1001, "")
				_ = r.SetDescriptor("", map[string]any{"emoji": fmt.Sprint(i)})
				r.Chat("C1")
				p.CloseNow()
			}
		})
	}
	wg.Wait()
}
