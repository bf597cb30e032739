package record_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/sim/redact"
	"github.com/relaysim/relaysim/sim/trace"
)

// The HTTP routes pass under the same base, bodies and headers included, and
// the recording has of each what was asked and how it was answered.
func TestHTTPRoutesPass(t *testing.T) {
	t.Parallel()
	connector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Saw", fmt.Sprintf("%s %s %s %d %s", r.Method, r.RequestURI, r.Header.Get("Authorization"), len(body), r.Header.Get("X-Forwarded-For")))
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write(body)
	}))
	defer connector.Close()
	r := startProxy(t, connector.URL+"/base")
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	media := bytes.Repeat([]byte{0, 1, 0xff}, 1<<20)
	for _, test := range []struct{ method, path, want string }{
		{"POST", "/relay/media?name=a%20b", "POST /base/relay/media?name=a%20b Bearer t 3145728 10.0.0.1"},
		{"GET", "/relay/media/a%2Fb", "GET /base/relay/media/a%2Fb Bearer t 3145728 10.0.0.1"},
		{"POST", "/manage/link", "POST /base/manage/link Bearer t 3145728 10.0.0.1"},
		{"DELETE", "/", "DELETE /base/ Bearer t 3145728 10.0.0.1"},
	} {
		request, err := http.NewRequest(test.method, "http://"+r.addr+test.path, bytes.NewReader(media))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer t")
		request.Header.Set("X-Forwarded-For", "10.0.0.1")
		answer, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != 201 || answer.Header.Get("X-Saw") != test.want || !bytes.Equal(body, media) || err != nil {
			t.Errorf("got %d %q, %d bytes, %v; want %q", answer.StatusCode, answer.Header.Get("X-Saw"), len(body), err, test.want)
		}
	}
	want := `0 note > "POST /relay/media was answered 201"
0 note > "GET /relay/media/a/b was answered 201"
0 note > "POST /manage/link was answered 201"
0 note > "DELETE / was answered 201"
`
	list := r.lines(t)
	if got := summary(list); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if o := list[0]; o.Path != "/relay/media" || o.Code != 201 {
		t.Errorf("got %+v", o)
	}
}

// A body passes piece by piece, not when it is complete.
func TestBodiesStream(t *testing.T) {
	t.Parallel()
	more := make(chan struct{})
	connector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "first")
		w.(http.Flusher).Flush()
		<-more
		fmt.Fprint(w, "second")
	}))
	defer connector.Close()
	r := startProxy(t, connector.URL)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	answer, err := client.Get("http://" + r.addr + "/relay/slow")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	first := make([]byte, 5)
	_, err = io.ReadFull(answer.Body, first)
	close(more)
	rest, _ := io.ReadAll(answer.Body)
	if string(first)+string(rest) != "firstsecond" || err != nil {
		t.Errorf("got %q %q, %v", first, rest, err)
	}
}

// A refusal that is as it should be says so in the recording.
func TestRefusedRequestsAreExplained(t *testing.T) { // DIAL-2
	t.Parallel()
	connector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) }))
	defer connector.Close()
	r := startProxy(t, connector.URL)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for _, request := range []struct{ method, path string }{{"HEAD", "/"}, {"GET", "/relay"}, {"GET", "/relay/policy"}} {
		asked, err := http.NewRequest(request.method, "http://"+r.addr+request.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(asked)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
	}
	want := `0 note > "HEAD / was answered 400: it only looks whether anybody is there, and somebody is"
0 note > "GET /relay was answered 400: it is an HTTP request, and not an upgrade to a WebSocket"
0 note > "GET /relay/policy was answered 400"
`
	if got := summary(r.lines(t)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// A connector that is down is told to whoever asks, and noted.
func TestHTTPWithoutAConnector(t *testing.T) {
	t.Parallel()
	connector := httptest.NewServer(http.NotFoundHandler())
	connector.Close()
	r := startProxy(t, connector.URL)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	answer, err := client.Get("http://" + r.addr + "/relay/policy?secret=s")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	got := summary(r.lines(t))
	if answer.StatusCode != http.StatusBadGateway || !strings.Contains(got, "GET /relay/policy was answered 502") || !strings.Contains(got, "could not be reached") {
		t.Errorf("got %d and %s", answer.StatusCode, got)
	}
}

// What the connector answers to a request for secrets is not written down when
// it turns up in a frame, and neither is the bearer of the upgrade.
func TestSecretsAreLearnt(t *testing.T) {
	t.Parallel()
	const secret, delivery, bearer = "s3cr3t-of-the-gateway-0123456789", "delivery-key-abcdef0123456789", "Z3ctMTowOmFiY2RlZjAxMjM0NTY3ODk"
	provision := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"secret":%q,"deliveryKey":%q,"tenant":"acme"}`, secret, delivery)
	}))
	defer provision.Close()
	redactor, err := redact.New(redact.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := startProxy(t, provision.URL, func(o *setup) { o.Redactor = redactor })
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	answer, err := client.Post("http://"+r.addr+"/relay/provision", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(answer.Body)
	answer.Body.Close()
	if !strings.Contains(string(body), secret) {
		t.Errorf("the gateway got %s", body)
	}
	r.dial(t, "/relay", "Authorization: Bearer "+bearer)
	r.recorder.Add(&trace.Observation{Kind: trace.Frame, Conn: 1, From: trace.Gateway,
		Data: []byte(`{"type":"x","a":"` + secret + `","b":"` + delivery + `","c":"` + bearer + "\"}\n")})
	r.lines(t)
	file, err := os.ReadFile(r.file)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{secret, delivery, bearer} {
		if bytes.Contains(file, []byte(s)) {
			t.Errorf("%q is in the file:\n%s", s, file)
		}
	}
}
