package play

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway/auth"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// socket is a connection that a scenario plays by hand in a gateway's place.
// What crosses it is written down by the connector.
type socket struct {
	run  *run
	name string
	conn *websocket.Conn
	gone chan struct{} // closed when the reader is
}

// dial opens a socket and answers nothing on it. A refused upgrade is no
// error: the trace has it.
func (r *run) dial(ctx context.Context, d *scenario.Dial, at string) error {
	if _, taken := r.sockets[d.As]; taken {
		return fmt.Errorf("a socket was already dialled as %q", d.As)
	}
	header := http.Header{peerHeader: {d.As}}
	token, err := r.token(d)
	if err != nil {
		return err
	}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	before := r.log.Len()
	conn, response, err := websocket.Dial(ctx, or(r.connectors.bases[at], r.base)+or(d.Path, "/relay"), &websocket.DialOptions{
		HTTPClient: r.client, HTTPHeader: header,
	})
	for _, o := range r.log.Since(before) {
		if o.Kind == trace.Open && o.Peer == d.As {
			r.byHand[o.Conn] = true
		}
	}
	if err != nil {
		if response != nil {
			return nil
		}
		return err
	}
	conn.SetReadLimit(-1)
	s := &socket{run: r, name: d.As, conn: conn, gone: make(chan struct{})}
	r.sockets[d.As] = s
	r.counter.Begin()
	go s.read()
	return nil
}

// read takes what comes until the socket ends, so that it is handled.
func (s *socket) read() {
	defer close(s.gone)
	defer s.run.counter.End()
	for {
		if _, _, err := s.conn.Read(context.Background()); err != nil {
			return
		}
	}
}

func (s *socket) write(messages [][]byte, binary bool) error {
	kind := websocket.MessageText
	if binary {
		kind = websocket.MessageBinary
	}
	for _, m := range messages {
		if err := s.conn.Write(context.Background(), kind, m); err != nil {
			return fmt.Errorf("nothing can be sent from %s: its socket is closed (%w)", s.name, err)
		}
	}
	return nil
}

func (s *socket) close() {
	_ = s.conn.CloseNow()
	<-s.gone
}

// token makes the bearer token a dial step asks for.
func (r *run) token(d *scenario.Dial) (string, error) {
	if d.Token != nil {
		return *d.Token, nil
	}
	p, err := r.player(d.Gateway)
	if err != nil {
		return "", err
	}
	secret, life := p.secret, time.Duration(auth.DefaultTTL)
	if d.Secret != "" {
		secret = d.Secret
	}
	if d.Expires != 0 {
		life = d.Expires
	}
	now := r.clock.time()
	if life < 0 { // a token of the past: an expired one is minted early, not with a negative life
		now, life = now.Add(life-auth.DefaultTTL), auth.DefaultTTL
	}
	if d.Forever {
		life = 0
	}
	token := auth.Mint(or(d.ID, p.id), secret, now, life)
	if d.Padded {
		raw, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			return "", err
		}
		token = base64.URLEncoding.EncodeToString(raw)
	}
	return token, nil
}
