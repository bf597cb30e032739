package mimic_test

import (
	"bytes"
	"context"
	"regexp"
	"runtime"
	"testing"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/sim/mimic"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/recording/long"
	"github.com/relaysim/relaysim/sim/verdict"
)

var requestID = regexp.MustCompile(`"requestId":"([^"]*)"`)

// answerAll answers everything at once, as bare as it can.
func answerAll(ctx context.Context, ws *websocket.Conn, line string) error {
	var b bytes.Buffer
	if m := requestID.FindStringSubmatch(line); m != nil {
		b.WriteString(`{"type":"outbound_result","requestId":"` + m[1] + `","result":{"success":true,"message_id":"x"}}` + "\n")
	} else {
		b.WriteString(`{"type":"descriptor","descriptor":{"contract_version":1,"platform":"discord","label":"Discord","max_message_length":2000,` +
			`"supports_draft_streaming":false,"supports_edit":true,"supports_threads":true,"markdown_dialect":"discord","len_unit":"chars"}}` + "\n")
	}
	return ws.Write(ctx, websocket.MessageText, b.Bytes())
}

// BenchmarkPlay plays the gateway of a recording of 200,000 frames to a bare
// connector, and reports the most that was in memory while it did.
func BenchmarkPlay(b *testing.B) {
	const frames = 200_000
	url := connectorOf(b, answerAll)
	for b.Loop() {
		b.ReportMetric(float64(peak(b, url, frames))/(1<<20), "peak-MiB")
	}
	b.ReportMetric(frames*float64(b.N)/b.Elapsed().Seconds(), "frames/s")
}

// peak plays a recording and returns the most bytes that were in use.
func peak(tb testing.TB, url string, frames int) (most uint64) {
	tb.Helper()
	r, err := mimic.Play(tb.Context(), recording.NewReader(long.New(frames, func() {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapAlloc)
	}), "long.jsonl"), mimic.Options{URL: url})
	if err != nil || r.Outcome != verdict.Passed {
		tb.Fatalf("%v %+v", err, r)
	}
	return most
}

// TestMemoryDoesNotGrow: twice the frames need no more memory.
func TestMemoryDoesNotGrow(t *testing.T) {
	if testing.Short() {
		t.Skip("a long recording")
	}
	url := connectorOf(t, answerAll)
	one, two := peak(t, url, 10_000), peak(t, url, 20_000)
	if grew := int64(two) - int64(one); grew > 2<<20 {
		t.Errorf("%d bytes for 10,000 frames, %d more for 20,000", one, grew)
	}
}
