package mimic

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway/auth"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/trace"
)

// socket is one connection of the recorded gateway, played again.
type socket struct {
	number int
	open   *trace.Observation         // as recorded
	ws     *websocket.Conn            // nil until something crosses it
	gone   bool                       // it has ended, on whichever side
	asked  map[string]*recording.Line // see asks
	read   chan struct{}              // closed when the reader is gone

	answered bool // something was

	mu     sync.Mutex
	frames []trace.FrameLine // Guarded by mu: what came and was not compared yet.
	end    ending            // Guarded by mu: how the connector closed it.
	woken  chan struct{}     // holds a token after a change
}

// ending is how a connector closed a socket. The zero one says that it did not.
type ending struct {
	code   int // -1 without a close frame
	reason string
}

func (e ending) String() string {
	switch {
	case e.code == 0:
		return "it stays open"
	case e.code < 0:
		return "the connector cut the socket"
	case e.reason == "":
		return fmt.Sprintf("the connector closed the socket with %d", e.code)
	}
	return fmt.Sprintf("the connector closed the socket with %d %q", e.code, e.reason)
}

// endingOf is how a socket ended on which a read failed.
func endingOf(err error) ending {
	var closed websocket.CloseError
	if errors.As(err, &closed) {
		return ending{int(closed.Code), closed.Reason}
	}
	return ending{code: -1}
}

// maxMessage bounds one message of a connector's, in bytes.
const maxMessage = 16 << 20

// unauthorized is the code with which a connector refuses a token (AUTH-4).
const unauthorized = 4401

// dial opens the socket, as the recorded one was opened: o is the first thing
// that crossed it. A socket whose token was refused is dialled with a bad one.
func (p *player) dial(ctx context.Context, s *socket, o *trace.Observation) error {
	url, err := wire.DialURL(p.options.URL)
	if err != nil {
		return err
	}
	header := http.Header{}
	if token := p.token(o); token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	dialled, cancel := context.WithTimeout(ctx, p.options.Wait)
	defer cancel()
	ws, _, err := websocket.Dial(dialled, url, &websocket.DialOptions{HTTPClient: p.options.HTTPClient, HTTPHeader: header})
	if err != nil {
		return fmt.Errorf("cannot be dialled: %w", err)
	}
	ws.SetReadLimit(maxMessage)
	s.ws, s.asked = ws, map[string]*recording.Line{}
	s.read, s.woken = make(chan struct{}), make(chan struct{}, 1)
	p.seen.add(p.observed(&trace.Observation{Kind: trace.Open, Conn: s.number, Path: s.open.Path, Auth: s.open.Auth}))
	go s.receive()
	return nil
}

// token authenticates the upgrade; "" where that is not wanted.
func (p *player) token(first *trace.Observation) string {
	if p.options.GatewayID == "" || p.options.Secret == "" {
		return ""
	}
	secret := p.options.Secret
	if first.Kind == trace.Close && first.From == trace.Connector && first.Code == unauthorized {
		secret += "-not"
	}
	return auth.Mint(p.options.GatewayID, secret, time.Now(), auth.DefaultTTL)
}

// receive reads until the socket ends. The player waits for it.
func (s *socket) receive() {
	defer close(s.read)
	var framer trace.Framer
	for {
		_, data, err := s.ws.Read(context.Background())
		s.mu.Lock()
		if err != nil {
			s.end = endingOf(err)
		} else {
			o := &trace.Observation{Kind: trace.Frame, From: trace.Connector, Data: data}
			framer.Frame(o)
			s.frames = append(s.frames, o.Frames...)
		}
		s.mu.Unlock()
		select {
		case s.woken <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// take waits for a frame that is meant and takes it. What came before it and
// nobody asked for stays.
func (s *socket) take(ctx context.Context, wait time.Duration, meant func(trace.FrameLine) bool) (trace.FrameLine, error) {
	t := time.NewTimer(wait)
	defer t.Stop()
	for {
		f, found, end := s.find(meant)
		switch {
		case found:
			return f, nil
		case end.code != 0:
			return f, fmt.Errorf("%v before", end)
		}
		select {
		case <-s.woken:
		case <-t.C:
			return f, fmt.Errorf("nothing came within %v", wait)
		case <-ctx.Done():
			return f, context.Cause(ctx)
		}
	}
}

func (s *socket) find(meant func(trace.FrameLine) bool) (f trace.FrameLine, found bool, end ending) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.frames {
		if meant(f) {
			s.frames = append(s.frames[:i], s.frames[i+1:]...)
			return f, true, s.end
		}
	}
	// Events and the like pile up if nobody takes them.
	if len(s.frames) > mostFrames {
		s.frames = append(s.frames[:0], s.frames[len(s.frames)/2:]...)
	}
	return f, false, s.end
}

// mostFrames bounds what a connector may send that nobody asked for.
const mostFrames = 10_000

// ended waits for the connector to close the socket, and returns how it did.
func (s *socket) ended(ctx context.Context, wait time.Duration) ending {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-s.read:
	case <-t.C:
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.end
}

// leave closes the socket as the recorded gateway did.
func (s *socket) leave(code int, reason string) {
	if code < 0 {
		s.cut()
		return
	}
	if err := s.ws.Close(websocket.StatusCode(code), reason); err != nil && !errors.Is(err, io.EOF) {
		_ = s.ws.CloseNow() // it was closed already
	}
	s.cut()
}

// cut ends the socket, whatever became of it, and waits for its reader.
func (s *socket) cut() {
	s.gone = true
	if s.ws != nil {
		_ = s.ws.CloseNow()
		<-s.read
	}
}
