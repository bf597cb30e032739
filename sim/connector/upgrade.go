package connector

import (
	"bufio"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway/auth"
	"github.com/relaysim/relaysim/sim/trace"
)

// closeUnauthorized refuses or revokes a gateway (AUTH-4, REV-3).
const closeUnauthorized = 4401

const (
	strangerLinger = time.Second // real time
	maxStrangers   = 64
)

func isUpgrade(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// serveUpgrade accepts a gateway's socket and serves it until it ends.
func (c *Connector) serveUpgrade(w http.ResponseWriter, r *http.Request) {
	c.activity.Begin() // a reading goroutine is at work but for when it is parked in Read
	defer c.activity.End()
	record, token := c.authenticate(r.Header.Get("Authorization"))
	u := &upgrade{ResponseWriter: w, c: c, open: trace.Observation{
		Kind: trace.Open, From: trace.Gateway, Path: r.URL.Path,
		Conn: int(c.world.sockets.Add(1)), Auth: "absent",
	}}
	if token {
		u.open.Auth = "present"
	}
	if record != nil {
		u.open.Peer = record.Name
		if token {
			u.open.AuthenticatedAs = record.ID
		}
	}
	if c.peerHeader != "" && r.Header.Get(c.peerHeader) != "" {
		u.open.Peer = r.Header.Get(c.peerHeader)
	}
	if record != nil {
		defer c.live.Add(-1)
		c.live.Add(1)
	}
	if status, why := c.refuseHTTP(r.URL.Path, u.open.Peer); status != 0 {
		http.Error(u, why, status)
		return
	}
	ws, err := websocket.Accept(u, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return // Accept has answered
	}
	ws.SetReadLimit(-1) // readMessage bounds it
	s := &socket{
		c: c, ws: ws, raw: u.conn, record: record,
		number: u.open.Conn, peer: u.open.Peer, lines: lines{limit: c.maxMessage},
	}
	if record == nil {
		c.turnAway(s)
		return
	}
	s.stuck = time.AfterFunc(time.Hour, func() { s.cut("does not take what it is sent") })
	s.stuck.Stop()
	if !c.admit(s) {
		return
	}
	s.serve()
}

// refuseHTTP is the status that refuses an upgrade before it is one, and why; 0
// where it may go on.
func (c *Connector) refuseHTTP(path, gateway string) (status int, why string) {
	refuse := int(c.refuse.Load())
	if own, ok := c.refused.Load(gateway); ok {
		refuse = own.(int)
	}
	switch {
	case path != RelayPath:
		return http.StatusBadRequest, "gateways connect at " + RelayPath // DIAL-2
	case refuse != 0:
		return refuse, "upgrades are refused"
	case c.live.Load() > int64(c.maxSockets):
		return http.StatusServiceUnavailable, "too many sockets"
	}
	return 0, ""
}

// turnAway closes the socket of an unknown gateway 4401 (AUTH-4). Its hello is
// not read: what it says counts for nothing. It gets a moment to take the close
// frame, unless too many want one.
func (c *Connector) turnAway(s *socket) {
	defer c.strangers.Add(-1)
	moment := strangerLinger
	if c.strangers.Add(1) > maxStrangers {
		moment = 0
	}
	s.raw.SetDeadline(time.Now().Add(moment + time.Millisecond))
	s.close(closeUnauthorized, "unauthorized")
}

// admit puts a socket in service unless the connector has been closed or the
// gateway revoked since it was authenticated.
func (c *Connector) admit(s *socket) bool {
	c.closing.RLock()
	closed := c.closed
	admitted := !closed && c.routes.add(s)
	c.closing.RUnlock()
	switch {
	case closed:
		s.cut("the connector stopped")
	case !admitted:
		s.close(closeUnauthorized, "unauthorized")
	}
	return admitted
}

// authenticate finds the record of the gateway that presents a token, and
// whether there was one. The record, never a frame, says tenant and instance
// (AUTH-4). Nil means refused.
func (c *Connector) authenticate(header string) (_ *record, token bool) {
	if header == "" {
		if c.openAuth {
			return c.routes.first(), false
		}
		return nil, false
	}
	scheme, bearer, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return nil, true
	}
	now := c.clock.Now()
	return c.routes.authenticated(func(id string, secrets []string) bool {
		got, err := auth.Verify(bearer, secrets, now)
		return err == nil && got == id
	}), true
}

// upgrade is the answer to an upgrade: it logs the opening before a byte of the
// answer is out, and keeps the connection that is taken over.
type upgrade struct {
	http.ResponseWriter
	c    *Connector
	open trace.Observation
	conn net.Conn
}

// WriteHeader implements http.ResponseWriter.
func (u *upgrade) WriteHeader(status int) {
	u.open.Code = status
	u.c.observe(&u.open)
	u.ResponseWriter.WriteHeader(status)
}

// Hijack implements http.Hijacker.
func (u *upgrade) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(u.ResponseWriter).Hijack()
	u.conn = conn
	return conn, rw, err
}
