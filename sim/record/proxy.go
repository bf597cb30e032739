package record

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/relaysim/relaysim/gateway/wire"
)

// ProxyOptions configures a Proxy. Connector and Recorder are required.
type ProxyOptions struct {
	// Connector is the live connector; see ConnectorURL.
	Connector *url.URL
	// TLS is how the connector is trusted. Nil trusts as the system does.
	TLS *tls.Config
	// Recorder takes what happens.
	Recorder *Recorder
	// Notice is told what a person should know, in one sentence. It may be
	// called from any goroutine. Nil tells nobody.
	Notice func(text string)
}

// Proxy stands between gateways and a live connector. It passes everything on
// as it is and records it. It is an http.Handler for any number of gateways.
type Proxy struct {
	// Fixed after NewProxy.
	base      *url.URL // of the connector, http or https, without /relay
	recorder  *Recorder
	notice    func(string)
	transport *http.Transport
	reverse   *httputil.ReverseProxy

	opening sync.Mutex // Held while an upgrade gets its number and is recorded.
	opened  int        // Guarded by opening.
	live    atomic.Int64
	total   atomic.Int64

	mu       sync.Mutex
	stopping bool              // Guarded by mu: no socket begins any more
	sessions map[*session]bool // Guarded by mu.
	serving  sync.WaitGroup    // requests, upgrades included
}

// grace is how long a peer has to end in good order when the proxy stops, in
// real time.
const grace = 2 * time.Second

// ConnectorURL reads a connector's base URL as a gateway would be given it
// (DIAL-1): http, https, ws or wss, with or without /relay.
func ConnectorURL(s string) (*url.URL, error) {
	dial, err := wire.DialURL(s)
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(strings.TrimSuffix(dial, relayPath))
	switch {
	case err != nil:
		return nil, err
	case base.User != nil || base.RawQuery != "" || base.Fragment != "":
		return nil, errors.New("want a base URL without a user, a query and a fragment")
	}
	base.Scheme = map[string]string{"ws": "http", "wss": "https"}[base.Scheme]
	return base, nil
}

// NewProxy returns a Proxy that has not dialled anything yet.
func NewProxy(o ProxyOptions) *Proxy {
	p := &Proxy{
		base: o.Connector, recorder: o.Recorder, notice: o.Notice,
		sessions: map[*session]bool{},
		transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: 30 * time.Second}).DialContext,
			TLSClientConfig:     o.TLS,
			TLSHandshakeTimeout: 10 * time.Second,
			TLSNextProto:        map[string]func(string, *tls.Conn) http.RoundTripper{}, // an upgrade needs HTTP/1.1
			DisableCompression:  true,
			MaxIdleConnsPerHost: 16,
			IdleConnTimeout:     30 * time.Second,
		},
	}
	if p.notice == nil {
		p.notice = func(string) {}
	}
	p.reverse = p.newReverse()
	return p
}

const relayPath = "/relay"

// Sockets says how many are open, and how many there were.
func (p *Proxy) Sockets() (open, total int64) { return p.live.Load(), p.total.Load() }

// ServeHTTP passes an upgrade or a request on to the connector, under the same
// path of its base URL. The goroutine of an upgrade stays until its socket ends.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.begin() {
		http.Error(w, "relaysim record has stopped", http.StatusServiceUnavailable)
		return
	}
	defer p.serving.Done()
	p.learnRequest(r)
	if isUpgrade(r) {
		p.serveUpgrade(w, r)
		return
	}
	p.reverse.ServeHTTP(w, r)
}

// target is where a request goes.
func (p *Proxy) target(in *url.URL) *url.URL {
	out := *in
	out.Scheme, out.Host, out.User = p.base.Scheme, p.base.Host, nil
	joined := p.base.EscapedPath() + in.EscapedPath()
	if path, err := url.PathUnescape(joined); err == nil {
		out.Path, out.RawPath = path, joined
	}
	return &out
}

// Serve serves gateways that dial ln until ctx ends, and returns nil then. The
// recording ends first; by the time Serve returns every socket has been closed
// 1001 on both sides and every goroutine is gone. It closes ln.
func (p *Proxy) Serve(ctx context.Context, ln net.Listener) error {
	server := &http.Server{
		Handler:           p,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	var err error
	select {
	case <-ctx.Done():
	case err = <-served:
		served <- err
	}
	limited, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	p.recorder.end(nil)
	p.stop()
	if server.Shutdown(limited) != nil {
		_ = server.Close()
	}
	p.serving.Wait()
	<-served
	p.transport.CloseIdleConnections()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// stop lets no socket begin and ends those that are there.
func (p *Proxy) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopping = true
	for s := range p.sessions {
		s.stop()
	}
}

// begin admits a request; the caller calls serving.Done after it. It is false
// when the proxy stops.
func (p *Proxy) begin() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.stopping {
		p.serving.Add(1)
	}
	return !p.stopping
}

// add puts a session in service. It is false when the proxy stops.
func (p *Proxy) add(s *session) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopping {
		return false
	}
	p.sessions[s] = true
	p.live.Add(1)
	p.total.Add(1)
	return true
}

func (p *Proxy) remove(s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.sessions, s)
	p.live.Add(-1)
}
