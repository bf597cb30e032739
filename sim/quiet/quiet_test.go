package quiet_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"github.com/relaysim/relaysim/sim/quiet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pair is a WebSocket whose accepting end echoes what it reads and whose
// dialling end counts what comes back.
type pair struct {
	counter *quiet.Counter
	conn    *websocket.Conn
	done    sync.WaitGroup

	mu  sync.Mutex
	got int
}

func newPair(t *testing.T) *pair {
	t.Helper()
	network, counter := quiet.NewNetwork(), quiet.NewCounter()
	p := &pair{counter: counter}
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		counter.Begin()
		defer counter.End()
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer c.CloseNow()
		for {
			kind, b, err := c.Read(context.Background())
			if err != nil {
				return
			}
			if c.Write(context.Background(), kind, b) != nil {
				return
			}
		}
	})}
	p.done.Go(func() { _ = server.Serve(network.Listener(tcp)) })
	transport := &http.Transport{DialContext: network.Dialer(counter)}
	counter.Begin()
	c, _, err := websocket.Dial(t.Context(), "ws://"+tcp.Addr().String(), &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	p.conn = c
	p.done.Go(func() { // inherits the count begun above
		defer counter.End()
		for {
			if _, _, err := c.Read(context.Background()); err != nil {
				return
			}
			p.mu.Lock()
			p.got++
			p.mu.Unlock()
		}
	})
	t.Cleanup(func() {
		_ = c.CloseNow()
		_ = server.Close()
		transport.CloseIdleConnections()
		p.done.Wait()
	})
	return p
}

func (p *pair) write(t *testing.T, b []byte) {
	t.Helper()
	p.counter.Begin()
	defer p.counter.End()
	if err := p.conn.Write(context.Background(), websocket.MessageText, b); err != nil {
		t.Fatal(err)
	}
}

func TestWaitReturnsOnlyAfterEveryByteWasHandled(t *testing.T) {
	p := newPair(t)
	if err := p.counter.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	wrote := 0
	for round := range 300 {
		for range round%4 + 1 {
			p.write(t, make([]byte, round*37%9000))
			wrote++
		}
		if err := p.counter.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.mu.Lock()
		got := p.got
		p.mu.Unlock()
		if got != wrote {
			t.Fatalf("round %d: quiet with %d of %d messages handled", round, got, wrote)
		}
	}
}

func TestAClosedSocketIsQuiet(t *testing.T) {
	for _, how := range []string{"cut", "closed"} {
		t.Run(how, func(t *testing.T) {
			p := newPair(t)
			p.write(t, []byte("x"))
			p.counter.Begin()
			if how == "cut" {
				_ = p.conn.CloseNow()
			} else {
				_ = p.conn.Close(websocket.StatusNormalClosure, "")
			}
			p.counter.End()
			if err := p.counter.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := p.counter.Busy(); n != 0 {
				t.Errorf("count after the end: got %d, want 0", n)
			}
		})
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	c := quiet.NewCounter()
	c.Begin()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Wait(ctx); err != context.Canceled {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestAnEndTooManyIsFound(t *testing.T) {
	c := quiet.NewCounter()
	c.End()
	c.Begin()
	if err := c.Wait(t.Context()); err != quiet.ErrUnbalanced {
		t.Errorf("got %v, want %v", err, quiet.ErrUnbalanced)
	}
}

// A connection that HTTP keeps after one answer may be another counter's socket
// after the next.
func TestAConnectionIsAdoptedAgain(t *testing.T) {
	network := quiet.NewNetwork()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	counters := []*quiet.Counter{quiet.NewCounter(), quiet.NewCounter()}
	type key struct{}
	requests := 0 // owned by the only connection
	server := &http.Server{
		ConnContext: func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, key{}, c) },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			counter := counters[requests]
			requests++
			quiet.Adopt(r.Context().Value(key{}).(net.Conn), counter)
			counter.Begin()
			defer counter.End()
			if requests == 1 {
				http.Error(w, "not yet", http.StatusServiceUnavailable)
				return
			}
			if c, err := websocket.Accept(w, r, nil); err == nil {
				_, _, _ = c.Read(context.Background())
				_ = c.CloseNow()
			}
		}),
	}
	var served sync.WaitGroup
	served.Go(func() { _ = server.Serve(network.Listener(tcp)) })
	conn, err := net.Dial("tcp", tcp.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = conn.Close()
		_ = server.Close()
		served.Wait()
		network.Wait()
	}()
	const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
	answers := bufio.NewReader(conn)
	for _, want := range []int{http.StatusServiceUnavailable, http.StatusSwitchingProtocols} {
		if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n"+upgrade+"\r\n"); err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode != want {
			t.Fatalf("got %s, want %d", answer.Status, want)
		}
		if want != http.StatusSwitchingProtocols { // whose body has no end
			_, _ = io.Copy(io.Discard, answer.Body)
		}
	}
	for i, counter := range counters {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		if err := counter.Wait(ctx); err != nil {
			t.Errorf("counter %d: %v", i, err)
		}
		cancel()
	}
}
