package mimic_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/recordings"
	"github.com/relaysim/relaysim/sim/mimic"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/verdict"
)

// open opens a recording of the repository.
func open(t *testing.T, file string) *recording.Reader {
	t.Helper()
	f, err := recordings.FS.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return recording.NewReader(f, file)
}

// playToFake plays a recording to relaysim's own connector.
func playToFake(t *testing.T, file string) *verdict.Result {
	t.Helper()
	fake, err := mimic.NewFake(open(t, file))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := fake.Close(); err != nil {
			t.Error(err)
		}
	}()
	r, err := mimic.Play(t.Context(), open(t, file), mimic.Options{
		URL: fake.URL, GatewayID: fake.GatewayID, Secret: fake.Secret, Again: fake.Again, Wait: 2 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// differences are the lines of a recording in which relaysim's own connector
// answers differently than the recorded one, which was a test's.
var differences = map[string][]int{
	"auto-thread-continuity-2026-08":  {12},        // it opens no threads by itself
	"failed-result-2026-06":           {10, 12},    // it has no reason to refuse
	"failed-result-2026-08":           {12, 14},    //
	"failed-result-transient-2026-08": {12, 16},    //
	"react-refused-2026-08":           {8, 16, 18}, //
	"get-chat-info-2026-06":           {10, 16},    // it says it all under chat_info, and never refuses
	"get-chat-info-2026-08":           {10, 16},    //
	"malformed-forwards-2026-06":      {19},        // it sends nothing to a chat without an id
	"malformed-forwards-2026-08":      {18, 21},    //
	"multi-platform-2026-08":          {30},        // nobody pressed what is answered
	"split-frames-2026-06":            {19},        // it writes no result into the middle of another line
	"split-frames-2026-08":            {19},        //
	"thread-create-rename-2026-08":    {23, 29},    // it has no reason to refuse; its thread has another name
}

// TestPlayedToOurs plays the recordings to relaysim's own connector.
func TestPlayedToOurs(t *testing.T) {
	files, err := fs.Glob(recordings.FS, "*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(file, ".jsonl")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := playToFake(t, file)
			want := verdict.Passed
			switch {
			case len(differences[name]) > 0:
				want = verdict.Failed
			case name == "handshake-timeout-2026-06":
				want = verdict.NotJudged // nothing in it is an answer
			}
			if r.Outcome != want {
				t.Errorf("%v, want %v: %s", r.Outcome, want, r.Reason)
			}
			var lines []int
			for _, p := range r.Problems {
				var line int
				if _, err := fmt.Sscanf(p.At, file+":%d", &line); err != nil {
					t.Errorf("no line in %s: %v", p.At, err)
				}
				lines = append(lines, line)
			}
			if !slices.Equal(lines, differences[name]) {
				t.Errorf("differences in %v, want %v: %v", lines, differences[name], r.Problems)
			}
		})
	}
}

// connectorOf is a connector that answers each line as it is told, on one path.
func connectorOf(t testing.TB, answer func(ctx context.Context, ws *websocket.Conn, line string) error) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer ws.CloseNow()
		for {
			_, data, err := ws.Read(r.Context())
			if err != nil || answer(r.Context(), ws, string(data)) != nil {
				return
			}
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

const lines = `{"kind":"header","recording":1,"title":"x","revision":"2026-08"}
{"seq":1,"at":0,"conn":1,"kind":"open","path":"/relay","auth":"absent"}
{"seq":2,"at":0,"conn":1,"kind":"frame","from":"gateway","frame":{"type":"hello","platform":"discord","botId":"B1"}}
{"seq":3,"at":0,"conn":1,"kind":"frame","from":"connector","frame":{"type":"descriptor","descriptor":{"platform":"discord","max_message_length":2000}}}
{"seq":4,"at":0.2,"conn":1,"kind":"frame","from":"gateway","frame":{"type":"outbound","requestId":"r1","action":{"op":"send","chat_id":"C1","content":"hi"}}}
{"seq":5,"at":0.2,"conn":1,"kind":"frame","from":"connector","frame":{"type":"outbound_result","requestId":"r1","result":{"success":true,"message_id":"out-1"}}}
{"seq":6,"at":0.2,"conn":1,"kind":"frame","from":"gateway","frame":{"type":"outbound","requestId":"r2","action":{"op":"edit","chat_id":"C1","message_id":"out-1","content":"out-1"}}}
{"seq":7,"at":0.2,"conn":1,"kind":"frame","from":"connector","frame":{"type":"outbound_result","requestId":"r2","result":{"success":true}}}
{"seq":8,"at":0.2,"conn":1,"kind":"close","from":"gateway","code":1000,"reason":""}
{"kind":"end","events":8}
`

// good answers as the recorded connector did, with another message id.
func good(ctx context.Context, ws *websocket.Conn, line string) error {
	answer := ""
	switch {
	case strings.Contains(line, "hello"):
		answer = `{"type":"descriptor","descriptor":{"platform":"discord","max_message_length":2000,"emoji":"x"}}`
	case strings.Contains(line, `"r1"`):
		answer = `{"type":"outbound_result","requestId":"r1","result":{"success":true,"message_id":"77"}}`
	case strings.Contains(line, `"message_id":"77","content":"out-1"`):
		answer = `{"type":"outbound_result","requestId":"r2","result":{"success":true}}`
	}
	return ws.Write(ctx, websocket.MessageText, []byte(answer+"\n"))
}

// TestAnyConnector says what a connector does differently, and at which line.
func TestAnyConnector(t *testing.T) {
	errEnough := errors.New("enough")
	instead := func(of string, with func(ctx context.Context, ws *websocket.Conn) error) func(context.Context, *websocket.Conn, string) error {
		return func(ctx context.Context, ws *websocket.Conn, line string) error {
			if strings.Contains(line, of) {
				return with(ctx, ws)
			}
			return good(ctx, ws, line)
		}
	}
	says := func(text string) func(context.Context, *websocket.Conn) error {
		return func(ctx context.Context, ws *websocket.Conn) error {
			return ws.Write(ctx, websocket.MessageText, []byte(text))
		}
	}
	for _, tt := range []struct {
		name   string
		answer func(context.Context, *websocket.Conn, string) error
		want   []string
	}{
		{"as recorded", good, nil},
		{"in pieces, late, and with more beside it", instead(`"r1"`, func(ctx context.Context, ws *websocket.Conn) error {
			time.Sleep(20 * time.Millisecond)
			return errors.Join(says(`{"type":"inbound","event":{}}`+"\n\n"+`{"type":"outbound_result",`)(ctx, ws),
				says(`"requestId":"r1","result":{"success":true,"message_id":"77"}}`+"\n")(ctx, ws))
		}), nil},
		{"another limit", instead("hello", says(`{"type":"descriptor","descriptor":{"platform":"discord","max_message_length":4000}}`+"\n")),
			[]string{`x.jsonl:4: another descriptor than the recorded one [{descriptor.max_message_length 2000 4000}]`}},
		{"a refusal", instead(`"r1"`, says(`{"type":"outbound_result","requestId":"r1","result":{"success":false,"message_id":"77"}}`+"\n")),
			[]string{`x.jsonl:6: another outbound_result than the recorded one [{result.success true false}]`}},
		{"no answer", instead(`"r2"`, says("\n")), []string{`x.jsonl:8: want outbound_result: nothing came within 200ms []`}},
		{"the end in place of an answer", instead(`"r2"`, func(context.Context, *websocket.Conn) error { return errEnough }),
			[]string{`x.jsonl:8: want outbound_result: the connector cut the socket before []`}},
		{"revoked in place of an answer", instead(`"r1"`, func(_ context.Context, ws *websocket.Conn) error {
			return ws.Close(4401, "revoked")
		}), []string{
			`x.jsonl:6: want outbound_result: the connector closed the socket with 4401 "revoked" before []`,
			`x.jsonl:7: could not be sent: the connector closed the socket with 4401 "revoked" before []`,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			url := connectorOf(t, tt.answer)
			r, err := mimic.Play(t.Context(), recording.NewReader(strings.NewReader(lines), "x.jsonl"), mimic.Options{URL: url, Wait: 200 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range r.Problems {
				got = append(got, fmt.Sprint(p.At, ": ", p.Text, " ", p.Diffs))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestPace keeps the recorded pace.
func TestPace(t *testing.T) {
	began := time.Now()
	url := connectorOf(t, good)
	r, err := mimic.Play(t.Context(), recording.NewReader(strings.NewReader(lines), "x.jsonl"), mimic.Options{URL: url, Pace: 2})
	if took := time.Since(began); err != nil || r.Outcome != verdict.Passed || took < 100*time.Millisecond {
		t.Errorf("%v %v in %v, want 100ms at least", err, r, took)
	}
}

// TestNobodyThere is an error, with the line that dials.
func TestNobodyThere(t *testing.T) {
	r, err := mimic.Play(t.Context(), recording.NewReader(strings.NewReader(lines), "x.jsonl"), mimic.Options{URL: "http://127.0.0.1:1"})
	if err == nil || !strings.HasPrefix(err.Error(), "x.jsonl:3: cannot be dialled: ") || r.Outcome != verdict.NotJudged {
		t.Errorf("%v %v", err, r)
	}
	if _, err := mimic.Play(t.Context(), recording.NewReader(strings.NewReader("x"), "x.jsonl"), mimic.Options{URL: "http://127.0.0.1:1"}); err == nil {
		t.Error("no recording, and no error")
	}
}

// TestStopped ends at once.
func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	url := connectorOf(t, func(ctx context.Context, ws *websocket.Conn, line string) error {
		cancel()
		return nil
	})
	r, _ := mimic.Play(ctx, recording.NewReader(strings.NewReader(lines), "x.jsonl"), mimic.Options{URL: url, Wait: time.Minute})
	if r.Outcome != verdict.NotJudged || r.Reason != "stopped before it ended" {
		t.Errorf("%v %s", r.Outcome, r.Reason)
	}
}
