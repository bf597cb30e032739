package serve

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Who may call. A page in the user's browser can send requests to this machine,
// under any name that resolves to it, and must not get through: no page is
// served here, so a request that says it comes from one is refused, and so is
// one for a name that is not this machine's.

// ownOrigin says whether a request may reach the connector: one that no page of
// another site made. A browser always says so when it opens a WebSocket.
func ownOrigin(r *http.Request) bool {
	for _, origin := range r.Header.Values("Origin") {
		u, err := url.Parse(origin)
		if err != nil || !isLoopback(u.Hostname()) {
			return false
		}
	}
	return true
}

// isLoopback says whether a host is this machine and cannot be another.
func isLoopback(host string) bool {
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// guard says why a request may not use the API; status 0 where it may.
func (s *Server) guard(r *http.Request) (status int, why string) {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = strings.Trim(r.Host, "[]")
	}
	site := r.Header.Get("Sec-Fetch-Site")
	switch {
	case r.Header.Get("Origin") != "" || site != "" && site != "none":
		return http.StatusForbidden, "pages in a browser may not use the API: call it from a program such as curl"
	case s.token == "" && !s.loopback:
		return http.StatusForbidden, "the API is off: others can reach this address, and no token is set; " + setToken
	case s.token == "" && !isLoopback(host):
		return http.StatusForbidden, "want the host 127.0.0.1 or localhost, got " + host + "; with a token any name will do: " + setToken
	case s.token != "" && !s.bears(r):
		return http.StatusUnauthorized, "want the header Authorization: Bearer TOKEN, with the token that relaysim serve was given"
	}
	return 0, ""
}

const setToken = "set RELAYSIM_TOKEN, or give --token-file"

// bears says whether a request has the token. Digests are compared, so that
// neither its bytes nor its length can be timed.
func (s *Server) bears(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	got, want := sha256.Sum256([]byte(strings.TrimSpace(token))), sha256.Sum256([]byte(s.token))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1 && strings.EqualFold(scheme, "Bearer")
}
