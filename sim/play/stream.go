package play

import (
	"context"
	"errors"

	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target"
	"github.com/relaysim/relaysim/sim/trace"
)

// stream is the one of a turn; the zero value is not begun.
type stream struct{ target.Stream }

// errNoStream is why a turn fails whose gateway cannot stream.
var errNoStream = errors.New("the gateway under test cannot stream")

// write adds to the turn's stream, or ends a segment of it, and writes that down
// under the names that recordings use for it.
func (a *Agent) write(ctx context.Context, s *stream, t *target.Turn, act *scenario.Act) error {
	if s.Stream == nil {
		if t.Stream == nil {
			return errNoStream
		}
		s.Stream = t.Stream(ctx)
	}
	o := &trace.Observation{Kind: trace.Agent, Peer: a.name, SessionKey: t.SessionKey, Call: streamDelta}
	args := map[string]any{"session_key": t.SessionKey, "text": act.Write}
	if act.EndSegment {
		args["text"] = nil
	}
	o.Args = trace.Value{Of: args}
	a.log.Add(o)
	if act.EndSegment {
		return s.Break()
	}
	_, err := s.WriteString(act.Write)
	return err
}

// streamDelta is the call of a piece of a stream; a null is the end of a segment.
const streamDelta = "stream_delta"

// close ends the stream before the turn does, so that its frames come first.
func (s *stream) close() {
	if s.Stream != nil {
		_ = s.Close() // what was not delivered is seen
	}
}
