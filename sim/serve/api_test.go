package serve_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/sim/connector/buffer"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/serve"
)

// A page in the user's browser can reach this machine under any name, and must
// not drive the connector.
func TestAPIRefusesWhatMayComeFromABrowser(t *testing.T) {
	t.Parallel()
	r := up(t, anyone, serve.Options{Loopback: true})
	port := r.url[strings.LastIndex(r.url, ":"):]
	for _, c := range []struct {
		name    string
		headers []string
		want    int
	}{
		{"a program", nil, 200},
		{"by another name of this machine", []string{"Host: localhost" + port}, 200},
		{"IPv6", []string{"Host: [::1]" + port}, 200},
		{"a page of another site", []string{"Origin: https://evil.example"}, 403},
		{"a page of this machine", []string{"Origin: http://127.0.0.1:3000"}, 403},
		{"a page of no site", []string{"Origin: null"}, 403},
		{"a page without Origin", []string{"Sec-Fetch-Site: cross-site"}, 403},
		{"a page that has rebound its name", []string{"Host: evil.example" + port}, 403},
		{"a name that only begins well", []string{"Host: 127.0.0.1.evil.example" + port}, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, body := r.raw(t, "GET", "/serve/connections", "", c.headers...); got != c.want {
				t.Errorf("got %d %s, want %d", got, body, c.want)
			}
		})
	}
	if got, v := r.call(t, "POST", "/serve/steps", "{}", "Content-Type: text/plain"); got != 415 {
		t.Errorf("a form's content type: got %d %v", got, v)
	}
}

// A page may not play a gateway either, where none needs a token.
func TestConnectorRefusesPagesOfOtherSites(t *testing.T) {
	t.Parallel()
	r := up(t, "connector: {auth: open}", serve.Options{Loopback: true})
	for origin, want := range map[string]int{"https://evil.example": 403, "http://localhost:3000": 101, "": 101} {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		ws, answer, err := websocket.Dial(t.Context(), r.url+"/relay", &websocket.DialOptions{HTTPHeader: header, HTTPClient: r.client})
		if ws != nil {
			_ = ws.CloseNow()
		}
		if answer == nil || answer.StatusCode != want {
			t.Errorf("%q: got %v, %v, want %d", origin, answer, err, want)
		}
	}
}

func TestAPIToken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		loopback bool
		token    string
		bearer   string
		want     int
	}{
		{"off without a token", false, "", "", 403},
		{"missing", false, "open sesame", "", 401},
		{"wrong", false, "open sesame", "Bearer open sesam", 401},
		{"another scheme", false, "open sesame", "Basic open sesame", 401},
		{"right", false, "open sesame", "Bearer open sesame", 200},
		{"asked for on loopback too", true, "open sesame", "", 401},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := up(t, anyone, serve.Options{Loopback: c.loopback, Token: c.token})
			got, v := r.call(t, "GET", "/serve/chats", "", "Authorization: "+c.bearer, "Host: relay.example")
			if got != c.want {
				t.Errorf("got %d %v, want %d", got, v, c.want)
			}
		})
	}
}

// What is wrong is said, with what to do.
func TestAPIRefusals(t *testing.T) {
	t.Parallel()
	r := up(t, anyone, serve.Options{Loopback: true})
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		want                     string
	}{
		{"no JSON", "POST", "/serve/steps", "text: hi", 400, "want a step as a JSON object"},
		{"a list", "POST", "/serve/steps", "[]", 400, "want a map"},
		{"misspelt", "POST", "/serve/steps", `{"inbound":{"txt":"hi"}}`, 400, "inbound.txt: unknown field, did you mean text?"},
		{"two things", "POST", "/serve/steps", `{"inbound":{"text":"hi"},"interrupt":"k"}`, 400, "want exactly one"},
		{"a variable", "POST", "/serve/steps", `{"inbound":{"text":"${x}"}}`, 400, "${x} has no value here"},
		{"of the gateway's side", "POST", "/serve/steps", `{"gateway":"kill"}`, 422, "not a step of the connector's side"},
		{"nobody there", "POST", "/serve/steps", `{"inbound":{"text":"hi"}}`, 409, "no gateway of the tenant is connected"},
		{"no owner", "POST", "/serve/steps", `{"inbound":{"text":"hi","guild":"G9","user":{"id":"U9"}}}`, 409, "no tenant owns"},
		{"nobody to write to", "POST", "/serve/steps", `{"inbound":{"text":"x"},"to":"gw-7"}`, 422, `no gateway "gw-7", there is gw-1`},
		{"no such gateway", "POST", "/serve/steps", `{"connector":{"revoke":true},"to":"gw-7"}`, 422, `no gateway "gw-7", there is gw-1`},
		{"nobody to close", "POST", "/serve/steps", `{"connector":{"drop":true}}`, 422, "no gateway is connected"},
		{"nobody to send to", "POST", "/serve/steps", `{"frame":{"type":"x"},"to":"gw-1"}`, 422, `gateway "gw-1": it is not connected`},
		{"no following", "GET", "/serve/trace?follow=maybe", "", 400, "follow=maybe: want true or false"},
		{"too long", "POST", "/serve/steps", strings.Repeat(" ", 1<<20+1), 413, "at most 1048576 bytes"},
		{"unknown", "GET", "/serve/chat", "", 404, "GET /serve/ says what there is"},
		{"wrong method", "GET", "/serve/steps", "", 404, "no GET /serve/steps"},
		{"no number", "GET", "/serve/trace?after=x", "", 400, "after=x: want a seq"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, v := r.call(t, c.method, c.path, c.body)
			if text, _ := v["error"].(string); status != c.status || !strings.Contains(text, c.want) {
				t.Errorf("got %d %q, want %d %q", status, text, c.status, c.want)
			}
		})
	}
}

// A gateway is driven over the API alone.
func TestAPIDrivesAGateway(t *testing.T) {
	t.Parallel()
	r := up(t, anyone, serve.Options{Loopback: true})
	r.gateway(t)
	if _, v := r.call(t, "GET", "/serve/connections", ""); len(v["connections"].([]any)) != 1 {
		t.Fatalf("got %v", v)
	}
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	q, _ := http.NewRequestWithContext(ctx, "GET", r.url+"/serve/trace?follow=true", nil)
	trace, err := r.client.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer trace.Body.Close()
	status, v := r.call(t, "POST", "/serve/steps", `{"inbound":{"text":"hi \ud83d\ude00 <&>","guild":"G1","channel":"C7"}}`)
	if status != 200 || v["message_id"] == nil {
		t.Fatalf("got %d %v", status, v)
	}
	status, v = r.call(t, "POST", "/serve/steps", `{"interaction":{"command":"ping","guild":"G1","channel":"C8","token":"a-token-nobody-may-see"}}`)
	if answered, _ := v["answer"].(map[string]any); status != 200 || answered["status"] != 200.0 {
		t.Fatalf("got %d %v", status, v)
	}
	lines := bufio.NewScanner(trace.Body)
	lines.Buffer(nil, recording.MaxLine)
	sends := 0
	for sends < 2 && lines.Scan() {
		line := lines.Text()
		if strings.Contains(line, `"outbound_result"`) {
			sends++
		}
		for _, secret := range []string{"a-token-nobody-may-see", r.Credentials()[0].Secret} {
			if strings.Contains(line, secret) {
				t.Errorf("a secret is in %s", line)
			}
		}
	}
	if sends < 2 {
		t.Fatalf("the trace ended: %v", lines.Err())
	}
	_, v = r.call(t, "GET", "/serve/chats?channel=C7", "")
	if got, want := fmt.Sprint(texts(v)), "[hi 😀 <&> heard hi 😀 <&>]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, v := r.call(t, "GET", "/serve/chats", ""); len(v["chats"].([]any)) != 2 {
		t.Errorf("got %v", v)
	}
	if status, v := r.call(t, "POST", "/serve/steps", `{"connector":{"revoke":true}}`); status != 200 {
		t.Errorf("got %d %v", status, v)
	}
}

func texts(chat map[string]any) []string {
	var list []string
	for _, m := range chat["messages"].([]any) {
		list = append(list, m.(map[string]any)["text"].(string))
	}
	return list
}

// The trace that is asked for is a recording, from where one says.
func TestAPITraceIsARecording(t *testing.T) {
	t.Parallel()
	r := up(t, anyone, serve.Options{Loopback: true})
	for range 3 {
		r.call(t, "POST", "/serve/steps", `{"inbound":{"text":"hi"}}`) // dropped, which is noted
	}
	_, text := r.raw(t, "GET", "/serve/trace?after=1", "")
	rec := recording.NewReader(strings.NewReader(text), "trace")
	seen := ""
	for {
		l, err := rec.Next()
		if err != nil {
			break
		}
		switch {
		case l.Observation != nil:
			seen += fmt.Sprint(l.Observation.Seq, " ")
		case l.Ended:
			seen += "end"
		}
	}
	if seen != "2 3 end" {
		t.Errorf("got %q of %s", seen, text)
	}
}

// A gateway may remember the ids of a life before, from which what waits may be.
func TestIDsOfLivesWithBuffers(t *testing.T) {
	t.Parallel()
	r := up(t, anyone, serve.Options{Loopback: true, Buffers: buffer.NewMemory(buffer.Limits{})})
	if got, v := r.call(t, "POST", "/serve/steps", `{"inbound":{"text":"hi","guild":"G1"}}`); got != 200 {
		t.Fatal(got, v)
	}
	r.gateway(t)
	for deadline := time.Now().Add(10 * time.Second); ; {
		_, v := r.call(t, "GET", "/serve/chats?channel=C1", "")
		text, _ := json.Marshal(v)
		if regexp.MustCompile(`"m[0-9]{10,}"`).Match(text) && regexp.MustCompile(`"out-[0-9]{10,}"`).Match(text) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("no ids of this life: %s", text)
		}
	}
}
