package connector

import (
	"errors"
	"testing"
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

// A frame that meets the end of its socket must not stand after the close in
// the trace.
func TestEndedSocketWritesNothing(t *testing.T) {
	t.Parallel()
	log := trace.NewLog(time.Now)
	s := &socket{c: New(Options{Trace: log})}
	if !s.end(trace.Connector, -1, "") || s.end(trace.Gateway, 1000, "") {
		t.Error("a socket ends once")
	}
	if err := s.write([]byte("{}\n"), false); !errors.Is(err, errSocketEnded) {
		t.Errorf("got %v", err)
	}
	s.post([]byte("{}\n"))
	s.posts.stop()
	if log.Len() != 1 {
		t.Errorf("the trace has %d observations, want the close", log.Len())
	}
}
