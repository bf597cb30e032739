package example

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"
)

// object is a JSON object: a message of the driver protocol or a frame.
type object = map[string]any

// breaker does one thing wrong to a driver from outside: to its lines and to the
// frames of its gateway. What is nil leaves everything as it is. What a func
// returns goes on in the place of what it got.
type breaker struct {
	in, out  func(w *wrapper, m object) []object // from relaysim and to it
	up, down func(w *wrapper, f object) []object // to the connector and from it; f is nil where a line is no frame
	anyone   bool                                // dial without the token
}

// wrapper stands around a driver and between its gateway and the connector.
type wrapper struct {
	file  string // names the breaker of each life
	proxy *httptest.Server

	mu       sync.Mutex
	breaker  breaker // Guarded by mu: of this life
	upstream string
	pairs    []*pair
	kept     object // what a breaker wants to remember
	count    int    // what a breaker wants to count
}

// wrap runs a driver, and breaks it as the file says when a life begins.
func wrap(file string, command []string) error {
	w := &wrapper{file: file}
	w.proxy = httptest.NewServer(w)
	defer w.proxy.Close()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() {
		defer in.Close()
		w.copy(in, os.Stdin, w.starts)
	}()
	w.copy(os.Stdout, out, func(w *wrapper, m object) []object {
		if m["type"] == "synced" {
			w.rest()
		}
		return apply(w.now().out, w, m)
	})
	return cmd.Wait()
}

// begin is told that a life begins.
func (w *wrapper) begin(upstream string) {
	name, _ := os.ReadFile(w.file)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.breaker, w.upstream, w.kept, w.count = broken[string(name)].breaker, upstream, nil, 0
}

func (w *wrapper) now() breaker {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.breaker
}

// starts lets the gateway dial the proxy.
func (w *wrapper) starts(_ *wrapper, m object) []object {
	if m["type"] == "sync" {
		w.rest()
	}
	if m["type"] == "start" {
		w.begin(m["connector"].(string))
		m["connector"] = w.proxy.URL
	}
	return apply(w.now().in, w, m)
}

func apply(f func(*wrapper, object) []object, w *wrapper, m object) []object {
	if f == nil {
		return []object{m}
	}
	return f(w, m)
}

func (w *wrapper) copy(to io.Writer, from io.Reader, change func(*wrapper, object) []object) {
	s := bufio.NewScanner(from)
	s.Buffer(nil, 4<<20)
	for s.Scan() {
		var m object
		if json.Unmarshal(s.Bytes(), &m) != nil {
			continue
		}
		for _, m := range change(w, m) {
			line, _ := json.Marshal(m)
			if _, err := to.Write(append(line, '\n')); err != nil {
				return
			}
		}
	}
}

// pair is one socket that is passed on.
type pair struct {
	near, far *websocket.Conn // to the gateway, to the connector
	over      chan struct{}   // closed when both are
}

// rest waits until each socket that has ended on one side has ended on the other
// too: who asks whether the gateway is at rest must not be told so before.
func (w *wrapper) rest() {
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second)
	defer cancel()
	w.mu.Lock()
	pairs := slices.Clone(w.pairs)
	w.mu.Unlock()
	for _, p := range pairs {
		if p.far.Ping(ctx) == nil && p.near.Ping(ctx) == nil {
			continue
		}
		select {
		case <-p.over:
		case <-ctx.Done():
		}
	}
}

// ServeHTTP passes one socket on. A ping of the connector is answered once the
// gateway has answered one, so that what is on its way is waited for.
func (w *wrapper) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	url, b := w.upstream+r.URL.Path, w.breaker
	w.mu.Unlock()
	var near *websocket.Conn
	header := http.Header{}
	if auth := r.Header.Get("Authorization"); auth != "" && !b.anyone {
		header.Set("Authorization", auth)
	}
	far, res, err := websocket.Dial(r.Context(), url, &websocket.DialOptions{
		HTTPHeader:     header,
		OnPingReceived: func(ctx context.Context, _ []byte) bool { return near.Ping(ctx) == nil },
	})
	if err != nil {
		status := http.StatusBadGateway
		if res != nil {
			status = res.StatusCode
		}
		http.Error(rw, err.Error(), status)
		return
	}
	defer far.CloseNow()
	if near, err = websocket.Accept(rw, r, nil); err != nil {
		return
	}
	defer near.CloseNow()
	p := &pair{near: near, far: far, over: make(chan struct{})}
	defer close(p.over)
	w.mu.Lock()
	w.pairs = append(w.pairs, p)
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.pairs = slices.DeleteFunc(w.pairs, func(other *pair) bool { return other == p })
	}()
	var both sync.WaitGroup
	both.Go(func() { w.pass(far, near, b.up) })
	both.Go(func() { w.pass(near, far, b.down) })
	both.Wait()
}

// pass hands frames on until a socket ends, and ends the other in the same way.
func (w *wrapper) pass(to, from *websocket.Conn, change func(*wrapper, object) []object) {
	from.SetReadLimit(-1)
	for {
		kind, data, err := from.Read(context.Background())
		if err != nil {
			if code := websocket.CloseStatus(err); code > 0 && code != websocket.StatusNoStatusRcvd {
				to.Close(code, "")
			}
			to.CloseNow()
			return
		}
		if change == nil {
			_ = to.Write(context.Background(), kind, data)
			continue
		}
		for line := range bytes.Lines(data) {
			var f object
			if !utf8.Valid(line) || json.Unmarshal(line, &f) != nil {
				f = nil
			}
			for _, f := range change(w, f) {
				w.write(to, kind, line, f)
			}
		}
	}
}

// write writes a frame; the line as it was where f is nil.
func (w *wrapper) write(to *websocket.Conn, kind websocket.MessageType, line []byte, f object) {
	if f != nil {
		line, _ = json.Marshal(f)
		line = append(line, '\n')
	}
	_ = to.Write(context.Background(), kind, line)
}

// send writes a frame to the connector that the gateway did not.
func (w *wrapper) send(f object) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := len(w.pairs); n > 0 {
		w.write(w.pairs[n-1].far, websocket.MessageText, nil, f)
	}
}

// at is a member of members, or nil.
func at(m object, path string) any {
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		m, _ = m[name].(object)
	}
	return m[names[len(names)-1]]
}

// set changes a member of members that are there.
func set(m object, path string, v any) {
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		m, _ = m[name].(object)
	}
	if m == nil {
		return
	}
	m[names[len(names)-1]] = v
	if v == nil {
		delete(m, names[len(names)-1])
	}
}
