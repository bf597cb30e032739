package check_test

import (
	"io"
	"runtime"
	"testing"

	"github.com/relaysim/relaysim/sim/check"
	"github.com/relaysim/relaysim/sim/recording/long"
	"github.com/relaysim/relaysim/sim/verdict"
)

// BenchmarkCheck checks a recording of a million frames, and reports the most
// that was in memory while it did.
func BenchmarkCheck(b *testing.B) {
	const frames = 1_000_000
	for b.Loop() {
		var most uint64
		every := func() {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
		checkSession(b, frames, every)
		b.ReportMetric(float64(most)/(1<<20), "peak-MiB")
	}
	b.ReportMetric(frames*float64(b.N)/b.Elapsed().Seconds(), "frames/s")
}

func checkSession(tb testing.TB, frames int, every func()) {
	tb.Helper()
	open := func() (io.ReadCloser, error) { return long.New(frames, every), nil }
	r, err := check.File(open, "long.jsonl", check.Options{})
	if err != nil || r.Outcome != verdict.Passed || r.Frames != frames+2 {
		tb.Fatalf("%v %+v", err, r)
	}
}

// TestMemoryDoesNotGrow: twice the frames need no more memory.
func TestMemoryDoesNotGrow(t *testing.T) {
	if testing.Short() {
		t.Skip("a long recording")
	}
	var heap []uint64
	checkSession(t, 40_000, func() {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		heap = append(heap, m.HeapAlloc)
	})
	half, whole := heap[len(heap)/2-1], heap[len(heap)-1]
	// A judge remembers some 65,000 request ids, which this many frames do not use up.
	if grew := int64(whole) - int64(half); grew > 3<<20 {
		t.Errorf("%d bytes after half of it, %d more after the whole", half, grew)
	}
}
