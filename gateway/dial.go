package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway/auth"
)

// upgrade dials the socket. Its error says why without a secret in it.
func (g *Gateway) upgrade(ctx context.Context) (*websocket.Conn, io.Closer, error) {
	header := http.Header{}
	if g.opt.GatewayID != "" && g.opt.Secret != "" {
		// A fresh one for every dial (AUTH-5).
		token := auth.Mint(g.opt.GatewayID, g.opt.Secret, g.clock.Now(), auth.DefaultTTL)
		header.Set("Authorization", "Bearer "+token)
	}
	keep := &keeper{next: g.opt.HTTPClient.Transport}
	client := *g.opt.HTTPClient
	client.Transport = keep
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	ws, resp, err := websocket.Dial(ctx, g.url, &websocket.DialOptions{
		HTTPClient:      &client,
		HTTPHeader:      header,
		CompressionMode: websocket.CompressionDisabled,
	})
	switch {
	case err == nil:
		ws.SetReadLimit(int64(g.opt.MaxMessage))
		return ws, keep.socket, nil
	case ctx.Err() != nil:
		return nil, nil, context.Cause(ctx)
	case resp != nil && resp.StatusCode != http.StatusSwitchingProtocols:
		return nil, nil, fmt.Errorf("HTTP %d %s", resp.StatusCode, http.StatusText(resp.StatusCode)) // (HS-8)
	}
	return nil, nil, unwrapURL(err)
}

// keeper is a transport that remembers the upgraded socket, so that it can be
// ended at once: the library's own close waits for its peer.
type keeper struct {
	next   http.RoundTripper
	socket io.Closer
}

func (k *keeper) RoundTrip(r *http.Request) (*http.Response, error) {
	next := k.next
	if next == nil {
		next = http.DefaultTransport
	}
	resp, err := next.RoundTrip(r)
	if err == nil && resp.StatusCode == http.StatusSwitchingProtocols {
		k.socket = resp.Body
	}
	return resp, err
}

// unwrapURL leaves out the URL that net/http puts into its errors: its query
// may hold a secret.
func unwrapURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// withoutSecrets is a URL as errors and logs may show it.
func withoutSecrets(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "relay"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}
