package recording_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/trace"
)

// sameTrace compares observations as a recording keeps them: values by their
// JSON, frames not at all, since the log finds them again.
var sameTrace = cmp.Options{
	cmpopts.EquateEmpty(),
	cmpopts.IgnoreFields(trace.Observation{}, "Frames"),
	cmp.Comparer(func(a, b trace.Value) bool { return compact(a) == compact(b) }),
}

func compact(v trace.Value) string {
	var b bytes.Buffer
	if err := json.Compact(&b, v.JSON()); err != nil {
		return string(v.JSON())
	}
	return b.String()
}

// TestRoundTrip writes any trace and reads the same one.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		observations := anyTrace(t)
		var file bytes.Buffer
		w, err := recording.NewWriter(&file, recording.Header{Title: "any", Revision: "2026-08"})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range observations {
			if err := w.Write(o); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if got := bytes.Count(file.Bytes(), []byte("\n")); got != len(observations)+2 {
			t.Fatalf("%d lines for %d observations", got, len(observations))
		}
		got := observationsOf(t, file.Bytes())
		if diff := cmp.Diff(observations, got, sameTrace); diff != "" {
			t.Fatalf("read back (-written +read):\n%s", diff)
		}
	})
}

// fatal is what testing and rapid have in common.
type fatal interface{ Fatal(args ...any) }

// observationsOf reads a recording that nothing is wrong with.
func observationsOf(t fatal, data []byte) []*trace.Observation {
	rec := recording.NewReader(bytes.NewReader(data), "x.jsonl")
	lines, err := readAll(rec)
	if err != nil {
		t.Fatal(err)
	}
	if w := rec.Warnings(); len(w) > 0 {
		t.Fatal(w[0])
	}
	var list []*trace.Observation
	for _, l := range lines {
		if l.Observation != nil {
			list = append(list, l.Observation)
		}
	}
	return list
}

// anyTrace is a trace as a log could hold it.
func anyTrace(t *rapid.T) []*trace.Observation {
	log := trace.NewLog(time.Now)
	for range rapid.IntRange(0, 8).Draw(t, "length") {
		log.Add(anyObservation(t))
	}
	list := log.Since(0)
	at := time.Duration(0)
	for _, o := range list {
		at += time.Duration(rapid.Int64Range(0, int64(100*24*time.Hour)).Draw(t, "gap"))
		o.At = at
	}
	return list
}

func anyObservation(t *rapid.T) *trace.Observation {
	word := rapid.String()
	side := rapid.SampledFrom([]trace.Side{trace.Gateway, trace.Connector})
	o := &trace.Observation{
		Kind: rapid.SampledFrom([]trace.Kind{
			trace.Open, trace.Frame, trace.Close, trace.Routed, trace.Agent, trace.Interrupted, trace.State, trace.Answer, trace.Note,
		}).Draw(t, "kind"),
		Peer: word.Draw(t, "peer"),
	}
	switch o.Kind {
	case trace.Open:
		o.Conn, o.Path = rapid.IntRange(1, 9).Draw(t, "conn"), word.Draw(t, "path")
		o.Auth, o.AuthenticatedAs = rapid.SampledFrom([]string{"present", "absent"}).Draw(t, "auth"), word.Draw(t, "as")
		o.Code = rapid.IntRange(0, 599).Draw(t, "status")
	case trace.Frame:
		o.Conn, o.From = rapid.IntRange(1, 9).Draw(t, "conn"), side.Draw(t, "from")
		o.Data, o.Binary = anyMessage(t), rapid.Bool().Draw(t, "binary")
	case trace.Close:
		o.Conn, o.From = rapid.IntRange(1, 9).Draw(t, "conn"), side.Draw(t, "from")
		o.Code, o.Reason = rapid.IntRange(-1, 4999).Draw(t, "code"), word.Draw(t, "reason")
	case trace.Routed:
		o.SessionKey, o.Event = word.Draw(t, "session"), anyValue(t)
	case trace.Agent:
		o.Call, o.Args, o.Result = "send"+word.Draw(t, "call"), anyValue(t), anyValue(t)
		o.CalledAt, o.After = time.Duration(rapid.Int64Range(0, 1<<40).Draw(t, "called")), rapid.IntRange(0, 9).Draw(t, "after")
	case trace.Interrupted:
		o.SessionKey, o.ChatID, o.ActiveTurn = word.Draw(t, "session"), word.Draw(t, "chat"), rapid.Bool().Draw(t, "active")
	case trace.State:
		o.State, o.Reason = word.Draw(t, "state"), word.Draw(t, "reason")
	case trace.Answer:
		o.Path, o.Code, o.Data = word.Draw(t, "path"), rapid.IntRange(0, 599).Draw(t, "status"), anyMessage(t)
	case trace.Note:
		o.Reason = word.Draw(t, "reason")
	}
	return o
}

// anyMessage is a message: a frame more often than chance would have it.
func anyMessage(t *rapid.T) []byte {
	switch rapid.IntRange(0, 4).Draw(t, "form") {
	case 0:
		return rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
	case 1:
		return []byte(rapid.SampledFrom([]string{
			"", "\n", "{}", "{}\n", " {}\n", "{} \n", "{}\r\n", "{}\n\n", "{}\n{}\n", "null\n", "1,\"x\":2\n", "{\n}\n",
			"{\"a\":\"\xff\"}\n", "{\"<\":\"\u2028&\"}\n", "{\"type\"",
			strings.Repeat("[", 9999) + strings.Repeat("]", 9999) + "\n",
		}).Draw(t, "message"))
	}
	return append([]byte(compact(anyValue(t))), '\n')
}

func anyValue(t *rapid.T) trace.Value {
	fields := rapid.MapOfN(rapid.String(), rapid.OneOf(
		rapid.Just[any](nil), rapid.String().AsAny(), rapid.Bool().AsAny(), rapid.Float64().AsAny(),
		rapid.SliceOf(rapid.String()).AsAny(),
	), 0, 4).Draw(t, "fields")
	if rapid.Bool().Draw(t, "encoded") {
		return trace.Value{Of: fields}
	}
	raw, err := json.MarshalIndent(fields, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return trace.Value{Raw: raw}
}

// FuzzReader reads anything. Every error has a place, and what was read can be
// written and read again.
func FuzzReader(f *testing.F) {
	f.Add([]byte("{\"kind\":\"header\",\"recording\":1}\n{\"seq\":1,\"at\":0.5,\"conn\":1,\"kind\":\"frame\",\"from\":\"gateway\",\"frame\":{\"a\": [1]}}\n{\"kind\":\"end\",\"events\":1}\n"))
	f.Add([]byte("{\"kind\":\"header\",\"recording\":1}\n{\"seq\":3,\"kind\":\"agent\",\"call\":\"send\",\"args\":{},\"called_at\":1e-3,\"after\":2}\n{\"kind\":"))
	f.Add([]byte("{\"kind\":\"header\",\"recording\":1}\n{\"seq\":1,\"conn\":1,\"kind\":\"frame\",\"from\":\"connector\",\"base64\":\"/w==\",\"binary\":false}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		lines, err := readAll(recording.NewReader(bytes.NewReader(data), "x.jsonl"))
		if p, ok := err.(*recording.Problem); err != nil && (!ok || p.Line < 1 || p.Text == "") {
			t.Fatalf("an error without a place: %#v", err)
		}
		if len(lines) == 0 {
			return
		}
		var file bytes.Buffer
		w, err := recording.NewWriter(&file, *lines[0].Header)
		if err != nil {
			t.Fatal(err)
		}
		var want []*trace.Observation
		for _, l := range lines {
			if l.Observation == nil {
				continue
			}
			if err := w.Write(l.Observation); err != nil {
				t.Fatal(err)
			}
			want = append(want, l.Observation)
		}
		again, err := readAll(recording.NewReader(&file, "x.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		var got []*trace.Observation
		for _, l := range again {
			if l.Observation != nil {
				got = append(got, l.Observation)
			}
		}
		if diff := cmp.Diff(want, got, sameTrace); diff != "" {
			t.Fatalf("(-read +read again):\n%s", diff)
		}
	})
}
