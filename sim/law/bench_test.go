package law_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/relaysim/relaysim/sim/law"
)

// turn tells one whole turn: event, routed, return, reply, result.
func turn(s *story, i int) {
	id := fmt.Sprintf("m%d", i)
	s.c(inbound(id, "hi", "U1")).routed("K", id, "hi").returns("K").
		g(send("r"+id, "hello", id, ann)).c(result("r"+id, "x"))
}

// BenchmarkJudgeTurns is what the laws add to a hundred turns of five
// observations, whose frames' types somebody else has asked for already.
func BenchmarkJudgeTurns(b *testing.B) {
	s := handshake()
	for i := range 100 {
		turn(s, i)
	}
	b.ReportAllocs()
	for b.Loop() {
		if v := law.Check(s.list, everything); v != nil {
			b.Fatal(v)
		}
	}
}

// A million frames must not need a million frames' memory.
func TestMemoryIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("a long trace")
	}
	j := law.NewJudge(everything)
	s := handshake()
	feed := func(turns, from int) uint64 {
		for i := range turns {
			turn(s, from+i)
			for _, o := range s.list {
				j.Observe(o)
			}
			s.list = s.list[:0]
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	const turns = 10_000
	feed(turns, 0)
	before := feed(turns, turns)
	after := feed(turns, 2*turns)
	// A request id costs a hash of eight bytes in a map; the frames, some 900 bytes a turn.
	if grew := int64(after) - int64(before); grew > turns*100 {
		t.Errorf("grew by %d bytes in %d turns, want less than 100 a turn", grew, turns)
	}
	if v := j.End(); v != nil {
		t.Error(v)
	}
}
