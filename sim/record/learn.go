package record

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// What the proxy sees beside the recording holds secrets that a frame may show
// again. The redactor is let see it, so that it knows them.

// learnRequest shows the redactor the credentials of a request.
func (p *Proxy) learnRequest(r *http.Request) {
	redactor := p.recorder.redactor
	if redactor == nil {
		return
	}
	if _, credential, found := strings.Cut(r.Header.Get("Authorization"), " "); found {
		redactor.Known(strings.TrimSpace(credential))
	}
	for name, values := range r.Header {
		for _, value := range values {
			redactor.Header(name, value)
		}
	}
	redactor.Text(r.RequestURI)
}

// learns says whether the answer to a request gives a gateway its secrets
// (PROV-1, MAN-1).
func (p *Proxy) learns(r *http.Request) bool {
	path := r.URL.Path
	return p.recorder.redactor != nil && (strings.HasSuffix(path, "/relay/provision") || strings.HasSuffix(path, "/manage/link"))
}

// mostLearnt bounds how much of an answer is read ahead for its secrets, in
// bytes.
const mostLearnt = 64 << 10

// learnAnswer shows the redactor an answer with secrets before the gateway gets
// it.
func (p *Proxy) learnAnswer(answer *http.Response) {
	if !p.learns(answer.Request) {
		return
	}
	head, err := io.ReadAll(io.LimitReader(answer.Body, mostLearnt))
	p.recorder.redactor.Learn(answer.Request.URL.Path, head)
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
