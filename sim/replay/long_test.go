package replay_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/recording/long"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/trace"
	"github.com/relaysim/relaysim/sim/verdict"
)

// playLong compiles and plays a recording of about so many frames, in a window of
// so many lines. every is called while it is read for the last time, at each
// 10,000 frames.
func playLong(tb testing.TB, window, frames int, every func()) *verdict.Result {
	tb.Helper()
	playing := false
	open := func() (io.ReadCloser, error) {
		if !playing {
			return long.New(frames, nil), nil
		}
		return long.New(frames, every), nil
	}
	s, _, err := replay.CompileIn(window, open, "long.jsonl", nil)
	if err != nil {
		tb.Fatal(err)
	}
	playing = true
	stage, err := play.NewStage()
	if err != nil {
		tb.Fatal(err)
	}
	defer stage.Close()
	r := stage.Run(tb.Context(), s, wire.R8, play.Options{})
	if r.Outcome != verdict.Passed {
		tb.Fatalf("%v %s %+v", r.Outcome, r.Reason, r.Problems)
	}
	return r
}

// heap is what is in memory.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// exchange writes what a side said of some frames, and reads what the other did.
func exchange(ctx context.Context, ws *websocket.Conn, side trace.Side, frames []*trace.Observation) error {
	for _, o := range frames {
		if o.From == side {
			if err := ws.Write(ctx, websocket.MessageText, o.Data); err != nil {
				return err
			}
			continue
		}
		if _, _, err := ws.Read(ctx); err != nil {
			return err
		}
	}
	return nil
}

// bare lets the frames of a long recording cross with nothing but the library,
// and returns how many do in a second.
func bare(b *testing.B, frames int) float64 {
	b.Helper()
	var list []*trace.Observation
	for rec := recording.NewReader(long.New(frames, nil), "long.jsonl"); ; {
		l, err := rec.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			b.Fatal(err)
		}
		if o := l.Observation; o != nil && o.Kind == trace.Frame {
			list = append(list, o)
		}
	}
	ended := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err == nil {
			err = exchange(context.Background(), ws, trace.Connector, list)
		}
		ended <- err
	}))
	defer server.Close()
	ws, _, err := websocket.Dial(b.Context(), server.URL, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer ws.CloseNow()
	began := time.Now()
	if err := errors.Join(exchange(b.Context(), ws, trace.Gateway, list), <-ended); err != nil {
		b.Fatal(err)
	}
	return float64(len(list)) / time.Since(began).Seconds()
}

// BenchmarkReplayLong replays recordings of a hundred thousand and of a million
// frames as the connector. It reports the most that was in memory while it did,
// and as x-bare how many times as long it takes as the bare library needs for the
// same frames. What grows with the length are the transcripts that the gateway under
// test remembers, up to a bound of its own (see transcripts in gateway/session).
func BenchmarkReplayLong(b *testing.B) {
	limit := bare(b, 100_000)
	for _, frames := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprint(frames), func(b *testing.B) {
			for b.Loop() {
				var most uint64
				playLong(b, 8192, frames, func() { most = max(most, heap()) })
				b.ReportMetric(float64(most)/(1<<20), "peak-MiB")
			}
			speed := float64(frames*b.N) / b.Elapsed().Seconds()
			b.ReportMetric(speed, "frames/s")
			b.ReportMetric(limit/speed, "x-bare")
		})
	}
}

// TestLongMemoryDoesNotGrow: twice the frames need hardly more memory. Kept, they
// would need some 7 MiB more.
func TestLongMemoryDoesNotGrow(t *testing.T) {
	if testing.Short() {
		t.Skip("a long recording")
	}
	var sizes []uint64
	r := playLong(t, 256, 5_000, func() { sizes = append(sizes, heap()) })
	first, last := sizes[0], sizes[len(sizes)-1]
	if grew := int64(last) - int64(first); grew > 3<<20 {
		t.Errorf("%d bytes after half of it, %d at its end", first, last)
	}
	if len(r.Trace) > 2*256+8 {
		t.Errorf("%d observations were kept", len(r.Trace))
	}
}

// TestLongRecordingFailsAtItsLine although the steps before it are forgotten.
func TestLongRecordingFailsAtItsLine(t *testing.T) {
	text, err := io.ReadAll(long.New(3_000, nil))
	if err != nil {
		t.Fatal(err)
	}
	recorded := []byte(`"requestId":"s500","action":{"op":"send","chat_id":"C0","content":"nothing much"`)
	at := bytes.Index(text, recorded)
	if at < 0 {
		t.Fatal("nothing to change")
	}
	forged := bytes.Replace(text, recorded, bytes.Replace(recorded, []byte("much"), []byte("else"), 1), 1)
	s, _, err := replay.CompileIn(64, opener(forged), "long.jsonl", nil)
	if err != nil || s.Tape() == nil {
		t.Fatalf("%v, a tape: %v", err, s.Tape() != nil)
	}
	r := playOn(t, newStage(t), s)
	want := fmt.Sprintf("long.jsonl:%d", bytes.Count(text[:at], []byte("\n"))+1)
	if r.Outcome != verdict.Failed || len(r.Problems) == 0 || r.Problems[0].At != want {
		t.Fatalf("%v %+v, want %s", r.Outcome, r.Problems, want)
	}
	if p := r.Problems[0]; p.Nearest == nil || len(p.Diffs) != 1 || p.Diffs[0].Path != "action.content" {
		t.Errorf("got %+v", p)
	}
}

// TestStaleEntriesOfALongRecording are found before anything is played.
func TestStaleEntriesOfALongRecording(t *testing.T) {
	open := func() (io.ReadCloser, error) { return long.New(3_000, nil), nil }
	_, _, err := replay.CompileIn(64, open, "long.jsonl", []replay.Deviation{{Rule: "OUT-9", Seq: 9_000_000, Absent: true}})
	if err == nil || !strings.Contains(err.Error(), "stale: the recording has no seq 9000000") {
		t.Errorf("got %v", err)
	}
}
