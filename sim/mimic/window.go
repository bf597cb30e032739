package mimic

import (
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

// window keeps the latest observations, for people who look into a difference.
type window struct {
	kept []*trace.Observation
	seq  int
}

const mostKept = 500

func (w *window) add(o *trace.Observation) {
	w.seq++
	o.Seq = w.seq
	if len(w.kept) >= 2*mostKept {
		w.kept = append(w.kept[:0], w.kept[mostKept:]...)
	}
	w.kept = append(w.kept, o)
}

func (w *window) last() int { return w.seq }

func (w *window) list() []*trace.Observation { return w.kept }

// observed stamps an observation.
func (p *player) observed(o *trace.Observation) *trace.Observation {
	o.At = time.Since(p.began)
	return o
}
