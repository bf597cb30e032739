package record

import (
	"bytes"
	"fmt"
	"io"
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
		Reason: fmt.Sprintf("%s %s was answered %d", r.Method, path, status),
	})
}

// mostLearnt bounds how much of an answer is read ahead for its secrets.
const mostLearnt = 64 << 10

// learnAnswer lets the redactor see the answers that give a gateway its secrets
// (PROV-1, MAN-1), so that it knows them wherever they turn up.
func (p *Proxy) learnAnswer(answer *http.Response) {
	path := answer.Request.URL.Path
	if p.recorder.redactor == nil || !strings.HasSuffix(path, "/relay/provision") && !strings.HasSuffix(path, "/manage/link") {
		return
	}
	head, err := io.ReadAll(io.LimitReader(answer.Body, mostLearnt))
	p.recorder.redactor.Bytes(head)
	rest := io.Reader(answer.Body)
	if err != nil {
		rest = failing{err}
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), rest), answer.Body}
}

// failing is what is left of a body that broke off.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
