package record

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"

	"github.com/relaysim/relaysim/sim/trace"
)

// serveUpgrade lets a gateway and the connector shake hands with one another
// and serves the socket until it ends.
func (p *Proxy) serveUpgrade(w http.ResponseWriter, r *http.Request) {
	open := &trace.Observation{Kind: trace.Open, From: trace.Gateway, Path: r.URL.Path, Auth: "absent"}
	if r.Header.Get("Authorization") != "" {
		open.Auth = "present"
	}
	if open.Auth == "present" {
		open.Peer = claimed(bearerOf(r)) // whether or not the connector lets it in
	}
	answer, conn, err := p.dial(r)
	if err != nil {
		open.Code = http.StatusBadGateway
		p.open(open)
		p.unreachable(w, err)
		return
	}
	defer answer.Body.Close()
	open.Code = answer.StatusCode
	if answer.StatusCode != http.StatusSwitchingProtocols {
		p.open(open)
		refuse(w, answer)
		return
	}
	if open.Auth == "present" {
		open.AuthenticatedAs = open.Peer
	}
	body, ok := answer.Body.(io.ReadWriteCloser)
	if !ok || conn == nil {
		p.unreachable(w, fmt.Errorf("the answer %d has no socket behind it", answer.StatusCode))
		return
	}
	p.serveSocket(w, answer, open, &leg{Conn: conn, from: body})
}

// dial sends the upgrade on. conn is the connection it went over.
func (p *Proxy) dial(r *http.Request) (_ *http.Response, conn net.Conn, _ error) {
	ctx := httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{
		GotConn: func(i httptrace.GotConnInfo) { conn = i.Conn },
	})
	out := r.Clone(ctx)
	out.URL, out.Host, out.RequestURI = p.target(r.URL), p.base.Host, ""
	out.Header = endToEnd(r.Header)
	out.Header.Set("Connection", "Upgrade")
	out.Header.Set("Upgrade", "websocket")
	out.Header.Del("Sec-WebSocket-Extensions") // what is compressed cannot be read
	if _, ok := out.Header["User-Agent"]; !ok {
		out.Header.Set("User-Agent", "") // none, not the library's
	}
	out.Body = nil
	answer, err := p.transport.RoundTrip(out)
	return answer, conn, err
}

// open records an opening and gives it its number.
func (p *Proxy) open(o *trace.Observation) {
	p.opening.Lock()
	defer p.opening.Unlock()
	p.opened++
	o.Conn = p.opened
	p.recorder.Add(o)
}

// unreachable answers in the place of a connector that does not.
func (p *Proxy) unreachable(w http.ResponseWriter, err error) {
	text := "the connector could not be reached: " + err.Error()
	p.recorder.Add(&trace.Observation{Kind: trace.Note, From: trace.Connector, Reason: text})
	p.notice(text)
	http.Error(w, "relaysim record: "+text, http.StatusBadGateway)
}

// refuse passes on an answer that is no upgrade.
func refuse(w http.ResponseWriter, answer *http.Response) {
	for name, values := range endToEnd(answer.Header) {
		w.Header()[name] = values
	}
	if answer.Header.Get("Content-Type") == "" {
		w.Header()["Content-Type"] = nil // none, not a guess
	}
	w.WriteHeader(answer.StatusCode)
	_, _ = io.Copy(w, answer.Body) // the status is out; nobody is left to tell
}

// serveSocket passes the answer 101 on and then the socket's bytes.
func (p *Proxy) serveSocket(w http.ResponseWriter, answer *http.Response, open *trace.Observation, connector *leg) {
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		p.unreachable(w, err)
		return
	}
	defer conn.Close()
	defer connector.Close()
	p.open(open)
	s := newSession(p, open, &leg{Conn: conn, from: rw.Reader}, connector)
	if !p.add(s) {
		return
	}
	defer p.remove(s)
	if err := switching(rw.Writer, answer); err != nil {
		s.ended(trace.Gateway)
		return
	}
	s.run()
}

// switching writes the answer 101 as the connector gave it.
func switching(w *bufio.Writer, answer *http.Response) error {
	header := endToEnd(answer.Header)
	header.Set("Connection", "Upgrade")
	header.Set("Upgrade", "websocket")
	fmt.Fprintf(w, "HTTP/1.1 101 %s\r\n", http.StatusText(http.StatusSwitchingProtocols))
	_ = header.Write(w) // Flush has the error
	_, _ = w.WriteString("\r\n")
	return w.Flush()
}
