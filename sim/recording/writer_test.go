package recording_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/trace"
)

// TestWriterLines is the format as it is documented, byte by byte.
func TestWriterLines(t *testing.T) {
	var file bytes.Buffer
	w, err := recording.NewWriter(&file, recording.Header{
		Title: "a title", Gateway: "a gateway", ContractVersion: 1, Revision: "2026-06",
		Config: &recording.Config{Identities: []recording.Identity{{"discord", "B1"}}, OutboundTimeout: 3},
	})
	if err != nil {
		t.Fatal(err)
	}
	frame := func(seq int, data string, binary bool) *trace.Observation {
		return &trace.Observation{
			Seq: seq, At: 4 * time.Millisecond, Conn: 1, Kind: trace.Frame, From: trace.Gateway, Data: []byte(data), Binary: binary,
		}
	}
	for _, o := range []*trace.Observation{
		{Seq: 1, Conn: 1, Kind: trace.Open, Path: "/relay", Auth: "present", AuthenticatedAs: "gw"},
		frame(2, "{\"a\" : \"<&>\", \"b\":1e2}\n", false),
		frame(3, "{\"a\"", false),
		frame(4, "{}\n", true),
		{
			Seq: 5, At: 1500000001, Kind: trace.Agent, Call: "send", Args: trace.Value{Raw: []byte("{\n \"chat_id\": \"C1\"}")},
			CalledAt: time.Second, After: 4,
		},
		{Seq: 6, At: 2 * time.Second, Kind: trace.Interrupted, SessionKey: "s"},
		{Seq: 7, At: 3 * time.Second, Conn: 1, Kind: trace.Close, From: trace.Connector, Code: 1000},
	} {
		if err := w.Write(o); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	want := `{"kind":"header","recording":1,"title":"a title","gateway":"a gateway","contract_version":1,"revision":"2026-06","config":{"identities":[["discord","B1"]],"outbound_timeout_s":3}}
{"seq":1,"at":0.000,"conn":1,"kind":"open","path":"/relay","auth":"present","authenticated_as":"gw"}
{"seq":2,"at":0.004,"conn":1,"kind":"frame","from":"gateway","frame":{"a" : "<&>", "b":1e2}}
{"seq":3,"at":0.004,"conn":1,"kind":"frame","from":"gateway","text":"{\"a\""}
{"seq":4,"at":0.004,"conn":1,"kind":"frame","from":"gateway","base64":"e30K"}
{"seq":5,"at":1.500000001,"kind":"agent","call":"send","args":{"chat_id":"C1"},"result":null,"called_at":1.000,"after":4}
{"seq":6,"at":2.000,"kind":"interrupted","session_key":"s","active_turn":false}
{"seq":7,"at":3.000,"conn":1,"kind":"close","from":"connector","code":1000,"reason":""}
{"kind":"end","events":7}
`
	if got := file.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if err := w.Write(frame(8, "{}\n", false)); err == nil {
		t.Error("a line after the end line")
	}
}

// writes keeps what each Write was given, and fails when there were enough.
type writes struct {
	list [][]byte
	left int
}

var errFull = errors.New("the disk is full")

func (w *writes) Write(b []byte) (int, error) {
	if w.left == 0 {
		return 0, errFull
	}
	w.left--
	w.list = append(w.list, bytes.Clone(b))
	return len(b), nil
}

// TestWriterKilled: each line is one write, so whatever is there reads as far as it goes.
func TestWriterKilled(t *testing.T) {
	disk := &writes{left: 3}
	w, err := recording.NewWriter(disk, recording.Header{})
	if err != nil {
		t.Fatal(err)
	}
	for seq := 1; seq <= 2; seq++ {
		if err := w.Write(&trace.Observation{Seq: seq, Kind: trace.Note, Reason: "dropped"}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the first error is returned ever after
		if err := w.Write(&trace.Observation{Seq: 3, Kind: trace.Note}); !errors.Is(err, errFull) {
			t.Errorf("got %v", err)
		}
		disk.left = 9
	}
	if err := w.Close(); !errors.Is(err, errFull) || len(disk.list) != 3 {
		t.Errorf("got %v after %d lines", err, len(disk.list))
	}
	file := bytes.Join(disk.list, nil)
	for cut := len(disk.list[0]); cut <= len(file); cut++ {
		if _, err := readAll(recording.NewReader(bytes.NewReader(file[:cut]), "x.jsonl")); err != nil {
			t.Errorf("cut to %d bytes: %v", cut, err)
		}
	}
}

// TestWriterRefuses what no reader would take back.
func TestWriterRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    *trace.Observation
		want string
	}{
		{"a seq that is past", &trace.Observation{Seq: 1, Kind: trace.Note}, "seq 1 comes after 1"},
		{"an event that is no JSON", &trace.Observation{Seq: 2, Kind: trace.Routed, Event: trace.Value{Raw: []byte("{")}}, "seq 2: event: unexpected end"},
		{"a message that is too long", &trace.Observation{
			Seq: 2, Conn: 1, Kind: trace.Frame, From: trace.Gateway, Binary: true, Data: make([]byte, recording.MaxLine),
		}, "at most 16777216 can be read again"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, err := recording.NewWriter(&bytes.Buffer{}, recording.Header{})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Write(&trace.Observation{Seq: 1, Kind: trace.Note}); err != nil {
				t.Fatal(err)
			}
			if err := w.Write(tt.o); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}
