package check

import (
	"io"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/trace"
	"github.com/relaysim/relaysim/sim/verdict"
)

const (
	// before and after are how many observations are shown around a problem.
	before, after = 8, 3
	// mostShown bounds the problems that are shown with what is around them.
	mostShown = 20
)

// around reads the recording once more, for what is around its problems. What
// cannot be read a second time is not shown.
func around(open func() (io.ReadCloser, error), name string, problems []verdict.Problem) []*trace.Observation {
	wanted := map[int]bool{}
	last := 0
	for i, p := range problems {
		if p.Seq == 0 || i >= mostShown {
			continue
		}
		for seq := p.Seq - before; seq <= p.Seq+after; seq++ {
			wanted[seq] = true
			last = max(last, seq)
		}
	}
	if last == 0 {
		return nil
	}
	f, err := open()
	if err != nil {
		return nil
	}
	defer f.Close()
	rec := recording.NewReader(f, name)
	var list []*trace.Observation
	for {
		l, err := rec.Next()
		if err != nil {
			return list
		}
		o := l.Observation
		if o != nil && wanted[o.Seq] {
			list = append(list, o)
		}
		if o != nil && o.Seq > last {
			return list
		}
	}
}
