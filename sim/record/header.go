package record

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// hopByHop are the headers of one connection only (RFC 9110 §7.6.1).
var hopByHop = []string{
	"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection",
	"Te", "Trailer", "Transfer-Encoding", "Upgrade",
}

func isUpgrade(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// endToEnd is a copy of h without what belongs to one connection.
func endToEnd(h http.Header) http.Header {
	h = h.Clone()
	for _, list := range h.Values("Connection") {
		for name := range strings.SplitSeq(list, ",") {
			h.Del(strings.TrimSpace(name))
		}
	}
	for _, name := range hopByHop {
		h.Del(name)
	}
	return h
}

// bearerOf is the credential of a request, "" where there is none.
func bearerOf(r *http.Request) string {
	scheme, bearer, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(bearer)
}

// claimed is the gateway id that a bearer names (AUTH-2), which is no secret.
// Whether it is true only the connector knows. A bearer of another form gives
// unknownGateway.
func claimed(bearer string) string {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(bearer, "="))
	if err != nil {
		return unknownGateway
	}
	rest, _, ok := cutLast(string(raw))
	id, _, ok2 := cutLast(rest)
	if !ok || !ok2 || id == "" {
		return unknownGateway
	}
	return id
}

const unknownGateway = "unknown"

// cutLast splits from the right: an id may hold colons (AUTH-3).
func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}
