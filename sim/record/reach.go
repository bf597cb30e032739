package record

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// reachTimeout bounds Reach, in real time.
const reachTimeout = 10 * time.Second

// Reach asks whether anybody is at a connector's base URL, without opening a
// socket of the contract's there. The error says why not. Who takes the connection
// is there, however it answers: some servers hang up on what is no upgrade.
func Reach(ctx context.Context, base *url.URL, trust *tls.Config) error {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: trust}
	defer transport.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	var taken atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { taken.Store(true) }})
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, base.String(), nil)
	if err != nil {
		return err
	}
	answer, err := transport.RoundTrip(r)
	switch {
	case err == nil:
		return answer.Body.Close() // whatever it says, it is there
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("it does not answer in time")
	case taken.Load():
		return nil
	}
	return err
}
