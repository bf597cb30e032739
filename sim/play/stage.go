package play

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/relaysim/relaysim/sim/quiet"
)

// Stage is one loopback listener for a whole run of scenarios: each scenario's
// connector is mounted under a path of its own. Its methods may be called from
// any goroutine.
type Stage struct {
	url     string
	network *quiet.Network
	server  *http.Server
	served  chan struct{} // closed when the server's goroutine is gone

	mu     sync.Mutex
	last   int                // Guarded by mu.
	mounts map[string]mounted // Guarded by mu.
}

// NewStage opens a listener on a free loopback port. The caller closes it.
func NewStage() (*Stage, error) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open the stage: %w", err)
	}
	s := &Stage{
		url:     "http://" + tcp.Addr().String(),
		network: quiet.NewNetwork(),
		served:  make(chan struct{}),
		mounts:  map[string]mounted{},
	}
	s.server = &http.Server{
		Handler: s,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connectionKey{}, c)
		},
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	go func() {
		defer close(s.served)
		_ = s.server.Serve(s.network.Listener(tcp)) // ends with Close
	}()
	return s, nil
}

// Close stops listening and waits for the server's goroutine. Every Run must
// have returned.
func (s *Stage) Close() error {
	err := s.server.Close()
	<-s.served
	s.network.Wait()
	return err
}

// mounted is a run's connector, and what its sockets count in.
type mounted struct {
	handler http.Handler
	counter *quiet.Counter
}

// connectionKey finds the connection of a request in its context.
type connectionKey struct{}

// mount gives h a base URL of its own. Sockets that come from outside of this
// process count in c.
func (s *Stage) mount(h http.Handler, c *quiet.Counter) (base string, unmount func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	name := strconv.Itoa(s.last)
	prefix := "/" + name
	s.mounts[name] = mounted{http.StripPrefix(prefix, h), c}
	return s.url + prefix, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.mounts, name)
	}
}

// ServeHTTP passes a request to the connector it is meant for.
func (s *Stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	s.mu.Lock()
	m, ok := s.mounts[name]
	s.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	if conn, ok := r.Context().Value(connectionKey{}).(net.Conn); ok {
		quiet.Adopt(conn, m.counter)
	}
	m.handler.ServeHTTP(w, r)
}

// transport dials connections that count in c. The caller closes its idle
// connections.
func (s *Stage) transport(c *quiet.Counter) *http.Transport {
	return &http.Transport{
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			return s.network.Dialer(c)(ctx, network, addr)
		},
		DisableCompression: true,
	}
}
