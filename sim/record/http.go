package record

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"strings"

	"github.com/relaysim/relaysim/sim/trace"
)

// newReverse passes the HTTP routes on. Bodies stream; the recording has the
// method, the path and the status of each request and nothing else of it.
func (p *Proxy) newReverse() *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Transport:     p.transport,
		FlushInterval: -1,
		ErrorLog:      slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // ErrorHandler tells
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL, r.Out.Host = p.target(r.In.URL), p.base.Host
			if p.learns(r.In) {
				r.Out.Header.Del("Accept-Encoding") // the answer must be readable
			}
			for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
				if values := r.In.Header[name]; values != nil {
					r.Out.Header[name] = values // net/http leaves them out unless told
				}
			}
		},
		ModifyResponse: func(answer *http.Response) error {
			p.learnAnswer(answer)
			p.noteRequest(answer.Request, answer.StatusCode)
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() != nil {
				return // the gateway is gone
			}
			p.noteRequest(r, http.StatusBadGateway)
			p.unreachable(w, err)
		},
	}
}

// noteRequest records that a request was answered.
func (p *Proxy) noteRequest(r *http.Request, status int) {
	path := r.URL.Path
	if r.URL.Host != "" { // as it was sent on
		path = "/" + strings.TrimPrefix(strings.TrimPrefix(path, p.base.Path), "/")
	}
	p.recorder.Add(&trace.Observation{
		Kind: trace.Note, From: trace.Gateway, Path: path, Code: status,
		Reason: fmt.Sprintf("%s %s was answered %d%s", r.Method, path, status, meaning(r.Method, path, status)),
	})
}

// meaning explains a request whose answer looks wrong and is not: one that looks
// whether anybody is there, and one for the socket's path that asks for no socket
// (DIAL-2).
func meaning(method, path string, status int) string {
	switch {
	case status < http.StatusBadRequest, status == http.StatusBadGateway:
	case method == http.MethodHead:
		return ": it only looks whether anybody is there, and somebody is"
	case strings.HasSuffix(path, "/relay"):
		return ": it is an HTTP request, and not an upgrade to a WebSocket"
	}
	return ""
}
