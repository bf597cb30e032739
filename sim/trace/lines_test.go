package trace_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/relaysim/relaysim/sim/trace"
)

func newLog() *trace.Log { return trace.NewLog(func() time.Time { return time.Time{} }) }

func message(conn int, from trace.Side, data string) *trace.Observation {
	return &trace.Observation{Kind: trace.Frame, Conn: conn, From: from, Data: []byte(data)}
}

func texts(frames []trace.FrameLine) []string {
	var s []string
	for _, f := range frames {
		s = append(s, string(f.Line))
	}
	return s
}

func TestFramesOfMessages(t *testing.T) { // FR-1
	for _, c := range []struct {
		name string
		msgs []string
		want [][]string // by message
	}{
		{"one line", []string{"{}\n"}, [][]string{{"{}"}}},
		{"glued", []string{"{}\n[]\nx\n"}, [][]string{{"{}", "[]", "x"}}},
		{"split", []string{"{\"a\"", ":1", "}\n"}, [][]string{nil, nil, {`{"a":1}`}}},
		{"split and glued", []string{"a\nb", "c\n", "d"}, [][]string{{"a"}, {"bc"}, nil}},
		{"blank lines", []string{"\n", " \r\n\n{}\n", ""}, [][]string{nil, {"{}"}, nil}},
		{"newline on its own", []string{"{}", "\n"}, [][]string{nil, {"{}"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLog()
			for i, m := range c.msgs {
				o := message(1, trace.Connector, m)
				l.Add(o)
				if diff := cmp.Diff(c.want[i], texts(o.Frames)); diff != "" {
					t.Errorf("message %d: %s", i, diff)
				}
			}
		})
	}
}

func TestFramesDoNotMixLanes(t *testing.T) {
	l := newLog()
	l.Add(message(1, trace.Connector, "a"))
	l.Add(message(1, trace.Gateway, "b\n"))
	l.Add(message(2, trace.Connector, "c\n"))
	end := message(1, trace.Connector, "d\n")
	l.Add(end)
	if diff := cmp.Diff([]string{"ad"}, texts(end.Frames)); diff != "" {
		t.Error(diff)
	}
}

func TestCloseEndsAHalfLine(t *testing.T) {
	var f trace.Framer
	f.Frame(message(1, trace.Gateway, "half"))
	f.Frame(&trace.Observation{Kind: trace.Close, Conn: 1})
	o := message(1, trace.Gateway, "{}\n")
	f.Frame(o)
	if diff := cmp.Diff([]string{"{}"}, texts(o.Frames)); diff != "" {
		t.Error(diff)
	}
}

// However a stream is cut into messages, it has the same frames, and no frame
// changes afterwards: none shares memory that a later line is written to.
func TestFramesAreThoseOfTheStream(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stream := rapid.StringOfN(rapid.RuneFrom([]rune("ab{} \n\n")), 0, 60, -1).Draw(t, "stream")
		cut := rapid.SliceOf(rapid.IntRange(0, 6)).Draw(t, "cut")
		var want []string
		for _, line := range strings.SplitAfter(stream, "\n") {
			if strings.HasSuffix(line, "\n") && strings.TrimSpace(line) != "" {
				want = append(want, strings.TrimSuffix(line, "\n"))
			}
		}
		var framer trace.Framer
		var frames []trace.FrameLine
		for rest := stream; rest != ""; {
			n := len(rest)
			if len(cut) > 0 {
				n, cut = min(cut[0], n), cut[1:]
			}
			o := message(1, trace.Gateway, rest[:n])
			framer.Frame(o)
			frames = append(frames, o.Frames...)
			rest = rest[n:]
		}
		if diff := cmp.Diff(want, texts(frames)); diff != "" {
			t.Fatal(diff)
		}
		for _, f := range frames {
			_ = append(f.Line, "overwritten"...)
		}
		if diff := cmp.Diff(want, texts(frames)); diff != "" {
			t.Fatalf("a frame's spare room was another's: %s", diff)
		}
	})
}

func TestEndlessLineIsDropped(t *testing.T) {
	var f trace.Framer
	chunk := bytes.Repeat([]byte("x"), 8<<20)
	for range 9 {
		o := &trace.Observation{Kind: trace.Frame, Conn: 1, Data: chunk}
		if f.Frame(o); o.Frames != nil {
			t.Fatal("a line without an end is no frame")
		}
	}
	o := &trace.Observation{Kind: trace.Frame, Conn: 1, Data: []byte("rest\n{}\n")}
	f.Frame(o)
	if diff := cmp.Diff([]string{"{}"}, texts(o.Frames)); diff != "" {
		t.Error(diff)
	}
}

func TestLogNumbersAndStamps(t *testing.T) {
	now := time.Unix(100, 0)
	l := trace.NewLog(func() time.Time { return now })
	l.Add(&trace.Observation{Kind: trace.Open, Conn: 1})
	now = now.Add(3 * time.Second)
	l.Add(&trace.Observation{Kind: trace.Close, Conn: 1})
	got := l.Since(1)
	if l.Len() != 2 || len(got) != 1 || got[0].Seq != 2 || got[0].At != 3*time.Second {
		t.Errorf("got %d observations, after 1: %+v", l.Len(), got[0])
	}
}

func TestValueIsEncodedWhenAsked(t *testing.T) {
	for _, c := range []struct {
		v    trace.Value
		want string
	}{
		{trace.Value{}, "null"},
		{trace.Value{Of: map[string]int{"a": 1}}, `{"a":1}`},
		{trace.Value{Raw: []byte(`{"b": 2}`), Of: 1}, `{"b": 2}`},
		{trace.Value{Of: make(chan int)}, "null"},
	} {
		if got := string(c.v.JSON()); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

const outbound = `{"type":"outbound","requestId":"0123456789abcdef0123456789abcdef","action":{"op":"send","chat_id":"C100",` +
	`"content":"answer to from guild A","reply_to":"m1","metadata":{"notify":true,"scope_id":"G1","user_id":"U7"}},` +
	`"platform":"discord","botId":"bot-d"}` + "\n"

func BenchmarkFrameOfAMessage(b *testing.B) {
	var f trace.Framer
	o := message(1, trace.Gateway, outbound)
	b.SetBytes(int64(len(outbound)))
	b.ReportAllocs()
	for b.Loop() {
		f.Frame(o)
		if o.Frames[0].Type() != "outbound" {
			b.Fatal("wrong type")
		}
	}
}

func BenchmarkFieldOfAFrame(b *testing.B) {
	f := trace.NewFrame([]byte(outbound))
	b.ReportAllocs()
	for b.Loop() {
		if f.Field("action", "metadata", "scope_id") == nil {
			b.Fatal("no scope")
		}
	}
}

func TestLogForgets(t *testing.T) {
	l := newLog()
	for range 5 {
		l.Add(&trace.Observation{Kind: trace.Note})
	}
	held := l.Since(0)
	l.Forget(3)
	l.Forget(2) // long gone
	l.Add(&trace.Observation{Kind: trace.Note})
	var seqs []int
	for _, o := range l.Since(0) {
		seqs = append(seqs, o.Seq)
	}
	if diff := cmp.Diff([]int{4, 5, 6}, seqs); diff != "" || l.Len() != 6 {
		t.Errorf("Len %d, left: %s", l.Len(), diff)
	}
	if got := l.Since(5); len(got) != 1 || got[0].Seq != 6 {
		t.Errorf("after 5: %v", got)
	}
	if len(held) != 5 || held[0].Seq != 1 {
		t.Error("what was returned has changed")
	}
	l.Forget(100)
	l.Add(&trace.Observation{Kind: trace.Note})
	if got := l.Since(0); len(got) != 1 || got[0].Seq != 7 {
		t.Errorf("after everything was forgotten: %v", got)
	}
}
