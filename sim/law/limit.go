package law

import "github.com/relaysim/relaysim/sim/trace"

// limits holds OUT-7: no content is longer than the platform's limit, in the
// platform's unit (MP-4).
type limits struct{ report report }

func (l *limits) frame(o *trace.Observation, s *socket, f *frame) {
	if o.From != trace.Gateway || s.byHand || f.typ != "outbound" || s.limits == nil || f.out.op == "typing" {
		return
	}
	limit, ok := s.limits[f.out.platform]
	if !ok {
		limit = s.limits[s.first]
	}
	// The text has no more units than its JSON has bytes.
	if limit.max == 0 || len(f.out.content) <= limit.max {
		return
	}
	text, _ := trace.Text(f.out.content)
	if n := limit.length(text); n > limit.max {
		l.report("OUT-7", o.Seq, "%s of %d %s where the limit is %d: it must go out in pieces", f.out.op, n, limit.unit(), limit.max)
	}
}

func (l *limits) observe(*trace.Observation, *socket) {}
func (l *limits) end()                                {}
