package serve

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Bounds of the HTTP server, in real time and bytes. Sockets of gateways are
// bounded by the connector, answers by those who write them.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 64 << 10
)

// Serve serves on ln until ctx ends, then closes everything and returns when no
// goroutine is left: nil if that went well.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ln) }()
	var err error
	select {
	case err = <-ended: // the listener is broken
		ended <- nil
	case <-ctx.Done():
	}
	closed := s.Close()
	_ = server.Close() // what is left are idle connections
	<-ended
	return errors.Join(err, closed)
}
