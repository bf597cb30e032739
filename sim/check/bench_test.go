package check_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/relaysim/relaysim/sim/check"
	"github.com/relaysim/relaysim/sim/verdict"
)

// session is a long recording that is written while it is read: turns of five
// frames in a hundred sessions on one socket, so nothing of it is ever whole.
type session struct {
	turns int // still to be written
	turn  int
	seq   int
	buf   bytes.Buffer
	done  bool
	every func() // called now and then
}

// framesATurn are the frames of one turn.
const framesATurn = 5

func newSession(frames int, every func()) *session {
	s := &session{turns: frames / framesATurn, every: every}
	fmt.Fprintf(&s.buf, head, "")
	s.line(`"conn":1,"kind":"open","path":"/relay","auth":"absent"`)
	s.line(`"conn":1,"kind":"frame","from":"gateway","frame":{"type":"hello","platform":"discord","botId":"B1"}`)
	s.line(`"conn":1,"kind":"frame","from":"connector","frame":{"type":"descriptor","descriptor":{"contract_version":1,"platform":"discord","label":"Discord","max_message_length":2000,"supports_draft_streaming":false,"supports_edit":true,"supports_threads":true,"markdown_dialect":"discord","len_unit":"chars"}}`)
	return s
}

func (s *session) line(fields string) {
	s.seq++
	fmt.Fprintf(&s.buf, `{"seq":%d,"at":%d.%03d,%s}`+"\n", s.seq, s.turn/10, s.turn%10*100, fields)
}

func (s *session) Read(p []byte) (int, error) {
	for s.buf.Len() == 0 {
		switch {
		case s.turns > 0:
			s.writeTurn()
		case !s.done:
			s.done = true
			fmt.Fprintf(&s.buf, `{"kind":"end","events":%d}`+"\n", s.seq)
		default:
			return 0, io.EOF
		}
	}
	return s.buf.Read(p)
}

func (s *session) Close() error { return nil }

func (s *session) writeTurn() {
	s.turns--
	s.turn++
	if s.every != nil && s.turn%10_000 == 0 {
		s.every()
	}
	chat, user, m := fmt.Sprintf("C%d", s.turn%10), fmt.Sprintf("U%d", s.turn%100), fmt.Sprintf("m%d", s.turn)
	key := "agent:main:discord:group:" + chat + ":" + user
	from := fmt.Sprintf(`{"platform":"discord","chat_id":%q,"chat_type":"group","user_id":%q,"guild_id":"G1","scope_id":"G1"}`, chat, user)
	metadata := fmt.Sprintf(`"scope_id":"G1","user_id":%q`, user)
	s.line(fmt.Sprintf(`"conn":1,"kind":"frame","from":"connector","frame":{"type":"inbound","event":{"text":"hello, what is new?","message_type":"text","message_id":%q,"source":%s}}`, m, from))
	s.line(fmt.Sprintf(`"kind":"routed","session_key":%q,"event":{"text":"hello, what is new?","message_type":"text","message_id":%q,"source":%s}`, key, m, from))
	s.line(fmt.Sprintf(`"conn":1,"kind":"frame","from":"gateway","frame":{"type":"outbound","requestId":"t%d","action":{"op":"typing","chat_id":%q,"metadata":{%s}},"platform":"discord","botId":"B1"}`, s.turn, chat, metadata))
	s.line(fmt.Sprintf(`"conn":1,"kind":"frame","from":"connector","frame":{"type":"outbound_result","requestId":"t%d","result":{"success":true}}`, s.turn))
	s.line(fmt.Sprintf(`"kind":"agent","session_key":%q,"call":"return","args":{"session_key":%[1]q,"text":"nothing much"},"result":null`, key))
	s.line(fmt.Sprintf(`"conn":1,"kind":"frame","from":"gateway","frame":{"type":"outbound","requestId":"s%d","action":{"op":"send","chat_id":%q,"content":"nothing much","reply_to":%q,"metadata":{"notify":true,%s}},"platform":"discord","botId":"B1"}`, s.turn, chat, m, metadata))
	s.line(fmt.Sprintf(`"conn":1,"kind":"frame","from":"connector","frame":{"type":"outbound_result","requestId":"s%d","result":{"success":true,"message_id":"o%[1]d"}}`, s.turn))
}

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
	open := func() (io.ReadCloser, error) { return newSession(frames, every), nil }
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
	checkSession(t, 200_000, func() {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		heap = append(heap, m.HeapAlloc)
	})
	half, whole := heap[len(heap)/2-1], heap[len(heap)-1]
	if grew := int64(whole) - int64(half); grew > 1<<20 {
		t.Errorf("%d bytes after half of it, %d more after the whole", half, grew)
	}
}
