package play

import (
	"context"
	"time"

	"github.com/relaysim/relaysim/sim/scenario"
)

// paced is how long d of virtual time takes.
func (o Options) paced(d time.Duration) time.Duration {
	if o.Pace <= 0 {
		return 0
	}
	return time.Duration(float64(d) / o.Pace)
}

// duration is the virtual time that steps let pass.
func duration(steps []scenario.Step) (d time.Duration) {
	for i := range steps {
		d += steps[i].Advance
		if r := steps[i].Repeat; r != nil {
			d += time.Duration(r.Times) * duration(r.Steps)
		}
	}
	return d
}

// move lets virtual time go by, no further than to the next timer, as fast as
// it is to pass.
func (r *run) move(ctx context.Context, d time.Duration) error {
	if paced := r.options.paced(d); paced > 0 {
		if err := pause(ctx, paced); err != nil {
			return err
		}
	}
	if err := r.clock.move(ctx, d); err != nil {
		return err
	}
	if r.held != nil {
		_, err := r.ask(ctx, "advance", map[string]any{"ms": d.Seconds() * 1000})
		return err
	}
	return r.advance(ctx, d)
}
