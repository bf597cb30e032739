package har_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/recordings"
	"github.com/relaysim/relaysim/sim/har"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/trace"
)

func readFile(t *testing.T, name string) *har.Session {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := har.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReadChrome(t *testing.T) {
	t.Parallel()
	s := readFile(t, "chrome.har")
	ms := time.Millisecond
	want := []*trace.Observation{
		{Seq: 1, At: 0, Kind: trace.Open, Conn: 1, Path: "/base/relay", Auth: "present", AuthenticatedAs: "gw-test", Code: 101},
		{Seq: 2, At: 100 * ms, Kind: trace.Frame, Conn: 1, From: trace.Gateway, Data: []byte(`{"type":"hello","platform":"discord","botId":"B1"}` + "\n")},
		{Seq: 3, At: 110 * ms, Kind: trace.Open, Conn: 2, Path: "/relay", Auth: "absent", Code: 101},
		{Seq: 4, At: 120 * ms, Kind: trace.Frame, Conn: 2, From: trace.Gateway, Data: []byte("second\n")},
		{Seq: 5, At: 152100 * time.Microsecond, Kind: trace.Frame, Conn: 1, From: trace.Connector, Data: []byte(`{"type":"descriptor","descriptor":{"contract_version":1}}` + "\n")},
		{Seq: 6, At: 200 * ms, Kind: trace.Frame, Conn: 1, From: trace.Connector, Binary: true, Data: []byte(`{"type":"x"}` + "\n")},
		{Seq: 7, At: 1500 * ms, Kind: trace.Close, Conn: 1, From: trace.Connector, Code: 1000, Reason: "bye"},
		{Seq: 8, At: 2000 * ms, Kind: trace.Close, Conn: 2, Code: -1, Reason: "net::ERR_CONNECTION_RESET"},
	}
	if d := cmp.Diff(want, s.Trace); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if s.Skipped != 1 || s.Creator != "WebInspector" || len(s.Warnings) > 0 {
		t.Errorf("got %d skipped, %q, %v", s.Skipped, s.Creator, s.Warnings)
	}
}

func TestReadIsLenient(t *testing.T) {
	t.Parallel()
	s := readFile(t, "mitmproxy.har")
	var got []string
	for _, o := range s.Trace {
		got = append(got, strings.TrimSpace(string(o.Kind)+" "+string(o.From)+" "+o.Path+o.AuthenticatedAs+string(bytes.TrimSpace(o.Data))+" "+o.At.String()))
	}
	if s.Trace[0].At != 0 || s.Trace[len(s.Trace)-1].At != 700*time.Millisecond {
		t.Errorf("from %v to %v", s.Trace[0].At, s.Trace[len(s.Trace)-1].At)
	}
	text := strings.Join(got, "\n")
	for _, w := range []string{`frame gateway {"type":"hello"}`, `frame connector {"type":"x"}`, "frame connector no time", "frame connector not base64!", "gw-unknown"} {
		if !strings.Contains(text, w) {
			t.Errorf("no %s in\n%s", w, text)
		}
	}
	for _, w := range []string{"no opcode", "no time", "no base64", "neither send nor receive", "its data is no text", "without _webSocketMessages", "no usable url", "no startedDateTime"} {
		if !strings.Contains(strings.Join(s.Warnings, "\n"), w) {
			t.Errorf("no warning about %s in\n%s", w, strings.Join(s.Warnings, "\n"))
		}
	}
	if s.Skipped != 1 {
		t.Errorf("got %d skipped", s.Skipped)
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, want string }{
		{"", "ends in the middle"},
		{`{"log":{"entries":[`, "ends in the middle"},
		{"nonsense", "not JSON"},
		{"[]", "no HTTP archive"},
		{"{}", "no log.entries"},
		{`{"log":[]}`, "no HTTP archive"},
		{`{"log":{"entries":{}}}`, "no HTTP archive"},
		{`{"log":{"entries":[{}]}}`, "no entry is a WebSocket (1 others)"},
		{`{"log":` + strings.Repeat("[", 100000), "no HTTP archive"},
		{`{"log":{"entries":[` + strings.Repeat(`{"a":`, 100000), "not JSON"},
	} {
		_, err := har.Read(strings.NewReader(tt.text))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.40s: got %v, want %s", tt.text, err, tt.want)
		}
	}
}

// endless is an archive that never ends.
type endless struct{ begun bool }

func (e *endless) Read(b []byte) (int, error) {
	if !e.begun {
		e.begun = true
		return copy(b, `{"log":{"entries":[`), nil
	}
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

func TestReadIsBounded(t *testing.T) {
	t.Parallel()
	if _, err := har.ReadAtMost(&endless{}, 1<<20); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("got %v", err)
	}
}

func TestNoSecretIsRead(t *testing.T) {
	t.Parallel()
	b := written(t, readFile(t, "chrome.har").Trace)
	for _, secret := range []string{"secret-cookie", "in-the-query", "deadbeef", "Z3ctdGVzd"} {
		if bytes.Contains(b, []byte(secret)) {
			t.Errorf("%s is in the recording", secret)
		}
	}
}

// written is a trace as a recording.
func written(t testing.TB, list []*trace.Observation) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := recording.NewWriter(&b, recording.Header{})
	for _, o := range list {
		if err == nil {
			err = w.Write(o)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// crossed is what of a trace crossed a socket, without times and order.
func crossed(list []*trace.Observation) []trace.Observation {
	var kept []trace.Observation
	for _, o := range list {
		switch o.Kind {
		case trace.Open, trace.Frame, trace.Close:
			c := *o
			c.Seq, c.At, c.Frames = 0, 0, nil
			kept = append(kept, c)
		}
	}
	return kept
}

func observations(t *testing.T, text []byte) []*trace.Observation {
	t.Helper()
	rec := recording.NewReader(bytes.NewReader(text), "x.jsonl")
	var list []*trace.Observation
	for {
		l, err := rec.Next()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		if l.Observation != nil {
			list = append(list, l.Observation)
		}
	}
}

// roundTrip exports a trace and imports it again.
func roundTrip(t *testing.T, list []*trace.Observation) *har.Session {
	t.Helper()
	var b bytes.Buffer
	w := har.NewWriter(&b)
	for _, o := range list {
		w.Add(o)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := har.Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Warnings) > 0 {
		t.Error(s.Warnings)
	}
	return s
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	files, err := recordings.FS.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".jsonl") {
			continue
		}
		n++
		text, err := recordings.FS.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		want := observations(t, text)
		got := roundTrip(t, want)
		if d := cmp.Diff(crossed(want), crossed(got.Trace)); d != "" {
			t.Errorf("%s (-want +got)\n%s", f.Name(), d)
		}
	}
	if n == 0 {
		t.Error("nothing was exported")
	}
}

func TestRoundTripOfOddBytes(t *testing.T) {
	t.Parallel()
	want := []*trace.Observation{
		{Kind: trace.Open, Conn: 1, Path: "/relay", Auth: "absent", Code: 101},
		{Kind: trace.Frame, Conn: 1, From: trace.Connector, Data: []byte("\xff\xfe \n")},
		{Kind: trace.Frame, Conn: 1, From: trace.Connector, Data: []byte{}, Binary: true},
		{Kind: trace.Frame, Conn: 1, From: trace.Gateway, Data: []byte("<a & b>\u2028 \u00e9😀\x00\n")},
		{Kind: trace.Close, Conn: 1, From: trace.Gateway, Code: -1, Reason: "cut"},
	}
	got := crossed(roundTrip(t, want).Trace)
	if d := cmp.Diff(crossed(want[:4]), got[:4]); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestWriteLeavesOut(t *testing.T) {
	t.Parallel()
	w := har.NewWriter(io.Discard)
	w.Add(&trace.Observation{Kind: trace.Routed})
	w.Add(&trace.Observation{Kind: trace.Frame, Conn: 3, From: trace.Gateway, Data: []byte("{}\n")})
	if w.LeftOut() != 1 {
		t.Errorf("got %d left out", w.LeftOut())
	}
}

// FuzzRead: whatever is read makes a recording that is read again.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"chrome.har", "mitmproxy.har"} {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"log":{"entries":[{"_webSocketMessages":[{"type":"send","time":"1e308","opcode":1e9,"data":""}]}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := har.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		rec := recording.NewReader(bytes.NewReader(written(t, s.Trace)), "x.jsonl")
		for n := 0; ; n++ {
			if _, err := rec.Next(); errors.Is(err, io.EOF) {
				if n-1 != len(s.Trace) {
					t.Errorf("%d of %d were read again", n-1, len(s.Trace))
				}
				return
			} else if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestASocketWrittenTwice is one: some versions of mitmproxy write it when it is
// open, and again with its messages when it has ended. Another that is like it is not.
func TestASocketWrittenTwice(t *testing.T) {
	t.Parallel()
	const (
		dated = `"startedDateTime":"2026-08-01T10:00:01.200000+00:00",`
		hello = `{"type":"send","time":1785578401.25,"opcode":1,"data":"{\"type\":\"hello\"}\n"}`
	)
	entry := func(started string, status int, messages string) string {
		return fmt.Sprintf(`{"_resourceType":"websocket",%s"request":{"url":"http://127.0.0.1:8080/relay"},"response":{"status":%d},"_webSocketMessages":[%s]}`,
			started, status, messages)
	}
	for name, tt := range map[string]struct{ entries, want []string }{
		"the same": {
			[]string{entry(dated, 101, ""), entry(dated, 101, hello), entry(dated, 101, hello)},
			[]string{"1 open", "2 open", "1 frame", "2 frame"},
		},
		"one that was refused": {
			[]string{entry(dated, 401, ""), entry(dated, 101, hello)},
			[]string{"1 open", "2 open", "2 frame"},
		},
		"of no known time": {
			[]string{entry("", 101, ""), entry("", 101, hello)},
			[]string{"1 open", "2 open", "2 frame"},
		},
	} {
		s, err := har.Read(strings.NewReader(`{"log":{"entries":[` + strings.Join(tt.entries, ",") + `]}}`))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range s.Trace {
			got = append(got, fmt.Sprint(o.Conn, " ", o.Kind))
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s (-want +got)\n%s", name, d)
		}
	}
}

// TestCompressed says what to do.
func TestCompressed(t *testing.T) {
	t.Parallel()
	for magic, want := range map[string]string{"\x1f\x8b\b": "it is compressed with gzip: unpack it first", "x\xda\x01": "it is compressed with zlib: unpack it first"} {
		if _, err := har.Read(strings.NewReader(magic)); err == nil || err.Error() != want {
			t.Errorf("%q: got %v", magic, err)
		}
	}
}
