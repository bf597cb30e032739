package record_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/relaysim/relaysim/sim/record"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/trace"
)

// A WebSocket peer written by hand: it says what no library would.

const patience = 10 * time.Second // real time; a test that waits this long fails

// frame is one frame of RFC 6455; it is masked with key unless that is 0.
func frame(head byte, key uint32, payload string) []byte {
	b := []byte{head}
	mark := byte(0)
	if key != 0 {
		mark = 0x80
	}
	switch n := len(payload); {
	case n < 126:
		b = append(b, mark|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, mark|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, mark|127), uint64(n))
	}
	if key == 0 {
		return append(b, payload...)
	}
	var mask [4]byte
	binary.BigEndian.PutUint32(mask[:], key)
	b = append(b, mask[:]...)
	for i := range len(payload) {
		b = append(b, payload[i]^mask[i%4])
	}
	return b
}

const (
	fin     = 0x80
	more    = 0x00 // the first bit of a fragment that is not the last
	cont    = 0x0
	text    = 0x1
	bin     = 0x2
	closing = 0x8
	ping    = 0x9
	pong    = 0xA
)

func closeBody(code int, reason string) string {
	return string(binary.BigEndian.AppendUint16(nil, uint16(code))) + reason
}

// end is one side of an open socket.
type end struct {
	net.Conn
	r *bufio.Reader
}

// say writes bytes as they are.
func (e *end) say(t testing.TB, pieces ...[]byte) {
	t.Helper()
	for _, b := range pieces {
		if _, err := e.Write(b); err != nil {
			t.Errorf("write: %v", err)
		}
	}
}

// hear reads as many bytes as want has, and wants them to be those.
func (e *end) hear(t testing.TB, want []byte) {
	t.Helper()
	got := make([]byte, len(want))
	_ = e.SetReadDeadline(time.Now().Add(patience))
	n, err := io.ReadFull(e.r, got)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %d bytes %x (%v)\nwant %x", n, short(got[:n]), err, short(want))
	}
}

// rest reads what comes until the socket ends, and how it ended.
func (e *end) rest() ([]byte, error) {
	_ = e.SetReadDeadline(time.Now().Add(patience))
	return io.ReadAll(e.r)
}

func short(b []byte) []byte { return b[:min(len(b), 64)] }

// fakeConnector accepts upgrades by hand and hands them over.
type fakeConnector struct {
	url     string
	accepts chan *accepted
}

type accepted struct {
	end
	request *http.Request
}

func newConnector(t testing.TB) *fakeConnector {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &fakeConnector{url: "ws://" + ln.Addr().String(), accepts: make(chan *accepted, 256)}
	var wg sync.WaitGroup
	t.Cleanup(func() { ln.Close(); wg.Wait() })
	wg.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
			r := bufio.NewReader(conn)
			request, err := http.ReadRequest(r)
			if err != nil {
				conn.Close()
				continue
			}
			c.accepts <- &accepted{end{conn, r}, request}
		}
	})
	return c
}

// accept waits for an upgrade and answers it.
func (c *fakeConnector) accept(t testing.TB, answer string) *accepted {
	t.Helper()
	select {
	case a := <-c.accepts:
		a.say(t, []byte(answer))
		return a
	case <-time.After(patience):
		t.Error("nobody dialled the connector")
		runtime.Goexit() // any goroutine may be here
		return nil
	}
}

const yes = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

// rig is a proxy that runs, and its recording.
type rig struct {
	addr     string
	file     string
	recorder *record.Recorder
	proxy    *record.Proxy
	notices  notices
	ends     []net.Conn   // of the sockets that connect opened
	stop     func() error // and wait for the end
}

// hangUp cuts the sockets, so that nothing waits for a good order that these
// peers do not keep.
func (r *rig) hangUp(t testing.TB) {
	t.Helper()
	for _, c := range r.ends {
		c.Close()
	}
	for range 1000 {
		if open, _ := r.proxy.Sockets(); open == 0 {
			return
		}
		time.Sleep(patience / 1000) // real time is what the sockets live in
	}
	t.Error("a socket stays open")
}

type notices struct {
	mu   sync.Mutex
	list []string
}

func (n *notices) add(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.list = append(n.list, text)
}

func (n *notices) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.list, "\n")
}

// setup is what a test may choose.
type setup struct {
	record.RecorderOptions
	trust *tls.Config
}

func startProxy(t testing.TB, connector string, options ...func(*setup)) *rig {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.jsonl")
	f, err := record.Create(path, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	r := startProxyTo(t, connector, f, options...)
	r.file = path
	return r
}

func startProxyTo(t testing.TB, connector string, w io.Writer, options ...func(*setup)) *rig {
	t.Helper()
	r := &rig{}
	o := setup{RecorderOptions: record.RecorderOptions{
		Header: recording.Header{Title: "a test"}, Ended: func(why error) { r.notices.add(why.Error()) },
	}}
	for _, set := range options {
		set(&o)
	}
	var err error
	if r.recorder, err = record.NewRecorder(w, o.RecorderOptions); err != nil {
		t.Fatal(err)
	}
	base, err := record.ConnectorURL(connector)
	if err != nil {
		t.Fatal(err)
	}
	r.proxy = record.NewProxy(record.ProxyOptions{Connector: base, TLS: o.trust, Recorder: r.recorder, Notice: r.notices.add})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.addr = ln.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.proxy.Serve(ctx, ln) }()
	r.stop = sync.OnceValue(func() error {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
		return r.recorder.Close()
	})
	t.Cleanup(func() { _ = r.stop() })
	return r
}

// dial upgrades through the proxy and returns the answer.
func (r *rig) dial(t testing.TB, path string, headers ...string) (*http.Response, *end) {
	t.Helper()
	conn, err := net.Dial("tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: recorder\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", path)
	for _, h := range headers {
		fmt.Fprintf(conn, "%s\r\n", h)
	}
	fmt.Fprint(conn, "\r\n")
	e := &end{conn, bufio.NewReader(conn)}
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	answer, err := http.ReadResponse(e.r, &http.Request{Method: "GET"})
	if err != nil {
		t.Fatal(err)
	}
	return answer, e
}

// connect opens a socket from end to end.
func (r *rig) connect(t testing.TB, c *fakeConnector) (gateway, connector *end) {
	t.Helper()
	accepts := make(chan *accepted, 1)
	go func() { accepts <- c.accept(t, yes) }()
	answer, g := r.dial(t, "/relay")
	if answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("got status %d", answer.StatusCode)
	}
	far := &(<-accepts).end
	r.ends = append(r.ends, g.Conn, far.Conn)
	return g, far
}

// lines stops the proxy and returns what was recorded, without the header.
func (r *rig) lines(t testing.TB) []*trace.Observation {
	t.Helper()
	r.hangUp(t)
	if err := r.stop(); err != nil {
		t.Errorf("the recording: %v", err)
	}
	list, warnings := read(t, r.file)
	if len(warnings) > 0 {
		t.Errorf("the recording has warnings: %v", warnings)
	}
	return list
}

// read reads a recording, which may be cut short.
func read(t testing.TB, file string) (list []*trace.Observation, warnings []*recording.Problem) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rd := recording.NewReader(f, "x.jsonl")
	for {
		line, err := rd.Next()
		if err == io.EOF {
			return list, rd.Warnings()
		}
		if err != nil {
			t.Fatal(err)
		}
		if line.Observation != nil {
			list = append(list, line.Observation)
		}
	}
}

// summary is a recording in short, one line for each observation.
func summary(list []*trace.Observation) string {
	var b strings.Builder
	for _, o := range list {
		from := map[trace.Side]string{trace.Gateway: " >", trace.Connector: " <"}[o.From]
		fmt.Fprintf(&b, "%d %s%s", o.Conn, o.Kind, from)
		switch o.Kind {
		case trace.Frame:
			if o.Binary {
				b.WriteString(" binary")
			}
			fmt.Fprintf(&b, " %q", short(o.Data))
		case trace.Open, trace.Close:
			fmt.Fprintf(&b, " %s%d", o.Path, o.Code)
		}
		if o.Reason != "" {
			fmt.Fprintf(&b, " %q", o.Reason)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
