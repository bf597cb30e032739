package report_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/relaysim/relaysim/sim/report"
	"github.com/relaysim/relaysim/sim/trace"
)

// told is a trace with one line of nearly everything.
func told() []*trace.Observation {
	message := func(from trace.Side, text string) *trace.Observation {
		return &trace.Observation{Kind: trace.Frame, Conn: 1, From: from, Data: []byte(text)}
	}
	list := []*trace.Observation{
		{Kind: trace.Open, Conn: 1, Path: "/relay", Auth: "present", AuthenticatedAs: "gw-1"},
		message(trace.Gateway, `{"type":"hello","platform":"discord","botId":"B1"}`+"\n"),
		message(trace.Connector, `{"type":"inbound","event":{"text":"hi\u001b[2J","source":{"chat_id":"C1","user_name":"ann"}},"bufferId":"b1"}`+"\n"),
		{Kind: trace.Routed, SessionKey: "s", Event: trace.Value{Raw: []byte(`{"text":"hi"}`)}},
		{Kind: trace.Agent, Call: "return", Args: trace.Value{Raw: []byte(`{"text":"hello"}`)}},
		message(trace.Gateway, `{"type":"outbound","requestId":"1","action":{"op":"send","chat_id":"C1","content":"hello"}}`+"\n"+`{"type":"inbound_ack","bufferId":"b1"}`+"\n"),
		message(trace.Connector, `{"type":"outbound_result","requestId":"1","result":{"success":true,"message_id":"out-1"}}`+"\n"),
		message(trace.Connector, `{"type":"outbound_result","requestId":"1","result":{"success":true}}`+"\n"),
		message(trace.Connector, `{"type":"pass`),
		message(trace.Connector, "through_forward\",\"forward\":{\"platform\":\"discord\",\"bodyB64\":\"eyJ0eXBlIjozLCJ1c2VyIjp7InVzZXJuYW1lIjoiYm9iIn0sImRhdGEiOnsiY3VzdG9tX2lkIjoieWVzIn19\"}}\n"),
		message(trace.Connector, "[1]\n"),
		message(trace.Connector, `{"type":"hello"}`+"\n"),
		{Kind: trace.Interrupted, SessionKey: "s", ActiveTurn: true},
		{Kind: trace.Agent, Call: "edit", Args: trace.Value{Raw: []byte(`{"message_id":"m9","content":"x"}`)}, Result: trace.Value{Raw: []byte(`{"success":false,"error":"unknown message"}`)}},
		{Kind: trace.State, State: "disconnected", Reason: "closed"},
		{Kind: trace.Answer, Path: "/interactions/B1", Code: 401},
		{Kind: trace.Note, Reason: "inbound dropped"},
		{Kind: trace.Close, Conn: 1, From: trace.Connector, Code: 4401, Reason: "revoked"},
	}
	var framer trace.Framer
	for i, o := range list {
		o.Seq, o.At = i+1, time.Duration(i)*time.Millisecond
		framer.Frame(o)
	}
	return list
}

func timeline(t *testing.T, o report.TimelineOptions) string {
	t.Helper()
	var b strings.Builder
	tl := report.NewTimeline(&b, o)
	for _, o := range told() {
		if err := tl.Add(o); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestTimeline(t *testing.T) {
	t.Parallel()
	want := `
                     agent gateway connector user
   1    0.000 conn 1   │      ├───────▶│      │    opens /relay auth present as gw-1
   2    0.001 conn 1   │      ├───────▶│      │    hello discord B1
   3    0.002 conn 1   │      │◀───────┼──────┤    ann in C1: "hi\u001b[2J" (buffered as b1)
   4    0.003          │◀─────┤        │      │    turn of s: "hi"
   5    0.004          ├─────▶│        │      │    replies "hello"
   6    0.005 conn 1   │      ├───────▶│      │    send C1 "hello"
                       │      ├───────▶│      │    ack b1
   7    0.006 conn 1   │      │◀───────┼─────▶│    send: ok out-1, the user sees "hello"
   8    0.007 conn 1   │      │◀───────┤      │    ok (for a request that does not wait)
   9    0.008 conn 1   │      │◀───────┤      │    part of a line: "{"type":"pass"
  10    0.009 conn 1   │      │◀───────┼──────┤    bob presses "yes"
  11    0.010 conn 1   │      │◀───────┤      │    no frame: "[1]"
  12    0.011 conn 1   │      │◀───────┤      │    a frame of the gateway's own: {"type":"hello"}
  13    0.012          │◀─────┤        │      │    interrupt of s during its turn
  14    0.013          ├─────▶│        │      │    edit m9 "x" = refused: unknown message
  15    0.014          │      ●        │      │    is disconnected "closed"
  16    0.015          │      │        ├─────▶│    edge answers 401 to /interactions/B1
  17    0.016          │      │        ●      │    inbound dropped
  18    0.017 conn 1   │      │◀───────┤      │    closes 4401 "revoked"
`
	if got := timeline(t, report.TimelineOptions{}); got != want[1:] {
		t.Errorf("got\n%s", got)
	}
}

func TestTimelineFitsItsTerminal(t *testing.T) {
	t.Parallel()
	for _, width := range []int{10, 30, 60, 80, 120} {
		for line := range strings.Lines(timeline(t, report.TimelineOptions{Width: width})) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); width >= 60 && n > width {
				t.Errorf("%d columns in %d: %s", n, width, line)
			}
		}
	}
	if got := timeline(t, report.TimelineOptions{Width: 60}); !strings.Contains(got, "u→g ann in C1") {
		t.Errorf("no lanes in letters:\n%s", got)
	}
}

func TestTimelinePaints(t *testing.T) {
	t.Parallel()
	if got := timeline(t, report.TimelineOptions{Colour: true}); !strings.Contains(got, "\x1b[32msend: ok out-1") || strings.Contains(got, "\x1b[2J") {
		t.Errorf("got %q", got)
	}
}

func TestFullShowsEverything(t *testing.T) {
	t.Parallel()
	for seq, want := range map[int][]string{
		1:  {"seq 1 at 0.0000s, open, conn 1\npath: /relay\nauth: present\nauthenticated as: gw-1\n"},
		2:  {"frame, conn 1, from gateway\n{\n  \"type\": \"hello\""},
		3:  {`hi\u001b[2J`},
		6:  {"text message, ", `"op": "send"`, `"bufferId": "b1"`},
		9:  {"text message, 13 bytes"},
		10: {`"bodyB64": "…"`, "bodyB64 decoded:\n{\n  \"type\": 3,", `"custom_id": "yes"`},
		11: {"no frame: [1]"},
		13: {"active turn: true"},
		14: {"call: edit", "args: {\n", `"error": "unknown message"`},
		18: {"code: 4401\nreason: revoked\n"},
	} {
		var b strings.Builder
		if err := report.Full(&b, told()[seq-1]); err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%d: no %q in\n%s", seq, w, b.String())
			}
		}
	}
}

func TestFullShowsNoSecret(t *testing.T) {
	t.Parallel()
	// {"type":2,"token":"hidden-token"}
	o := &trace.Observation{Kind: trace.Frame, Conn: 1, From: trace.Connector, Data: []byte(
		`{"type":"passthrough_forward","forward":{"headers":[["a","Bearer hidden-bearer"]],"bodyB64":"eyJ0eXBlIjoyLCJ0b2tlbiI6ImhpZGRlbi10b2tlbiJ9"}}` + "\n")}
	var framer trace.Framer
	framer.Frame(o)
	var b strings.Builder
	if err := report.Full(&b, o); err != nil {
		t.Fatal(err)
	}
	if s := b.String(); strings.Contains(s, "hidden") || strings.Contains(s, "eyJ0") || !strings.Contains(s, `"token": "***"`) {
		t.Errorf("got\n%s", s)
	}
}
