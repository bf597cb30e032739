package record_test

import (
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/sim/record"
)

// A connector behind TLS is trusted by its CA, or when nobody checks, and not
// otherwise.
func TestTLS(t *testing.T) {
	t.Parallel()
	connector := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		typ, b, _ := ws.Read(r.Context())
		_ = ws.Write(r.Context(), typ, b)
		_ = ws.Close(4001, "enough")
	}))
	connector.Config.ErrorLog = log.New(io.Discard, "", 0) // one of them is refused
	connector.StartTLS()
	t.Cleanup(connector.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: connector.Certificate().Raw})
	if err := os.WriteFile(ca, block, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name     string
		ca       string
		insecure bool
		status   int
	}{
		{"its CA", ca, false, 101},
		{"not checked", "", true, 101},
		{"unknown", "", false, 502},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			trust, err := record.TLS(test.ca, test.insecure)
			if err != nil {
				t.Fatal(err)
			}
			r := startProxy(t, strings.Replace(connector.URL, "https", "wss", 1), func(o *setup) { o.trust = trust })
			answer, e := r.dial(t, "/relay")
			if answer.StatusCode != test.status {
				t.Fatalf("got %d, want %d", answer.StatusCode, test.status)
			}
			if test.status != 101 {
				body, _ := io.ReadAll(answer.Body)
				if !strings.Contains(string(body), "certificate") {
					t.Errorf("got %s", body)
				}
				return
			}
			e.say(t, frame(fin|text, 3, "over TLS"))
			e.hear(t, frame(fin|text, 0, "over TLS"))
			e.hear(t, frame(fin|closing, 0, closeBody(4001, "enough")))
			e.say(t, frame(fin|closing, 3, closeBody(4001, "enough")))
			if rest, err := e.rest(); len(rest) > 0 || err != nil {
				t.Errorf("after the close: %x, %v", rest, err)
			}
			e.Close()
			if got := summary(r.lines(t)); !strings.HasSuffix(got, "1 close < 4001 \"enough\"\n") {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestTLSFile(t *testing.T) {
	if _, err := record.TLS(filepath.Join(t.TempDir(), "none"), false); err == nil {
		t.Error("got no error for a file that is not there")
	}
}
