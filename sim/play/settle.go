package play

import (
	"context"
	"fmt"
	"time"

	"github.com/relaysim/relaysim/sim/target"
)

// maxSteps bounds the timers that one step lets pass in another program: each is
// asked for.
const maxSteps = 2000

var errTooManyTimers = fmt.Errorf("more than %d timers are due in one step, too many to ask another program for", maxSteps)

// settle waits until a gateway that nobody counts has nothing left to do. One
// round asks: the sockets, whether all that was written has been read; the
// gateway, whether it has handled it; and the sockets again, whether what it
// wrote meanwhile has come. Once a round has shown nothing new there is nothing
// left. A gateway that cannot be asked is given some time in which nothing
// happens.
func (r *run) settle(ctx context.Context) error {
	for {
		before := r.happened()
		if err := r.round(ctx); err != nil {
			return err
		}
		if err := r.counter.Wait(ctx); err != nil {
			return err
		}
		if r.happened() == before {
			return nil
		}
	}
}

// happened is a number that grows with what happens.
func (r *run) happened() int64 {
	n := int64(r.log.Len())
	for _, p := range r.gateways {
		n += p.bench.Reports()
	}
	return n
}

func (r *run) round(ctx context.Context) error {
	if !r.about.Able(target.Sync) {
		if err := r.askGateways(ctx); err != nil {
			return err
		}
		if err := pause(ctx, r.options.Settle); err != nil {
			return err
		}
		return r.askGateways(ctx) // whether they are still there
	}
	if err := r.connectors.barrier(ctx); err != nil {
		return err
	}
	if err := r.askGateways(ctx); err != nil {
		return err
	}
	return r.connectors.barrier(ctx)
}

// askGateways lets every gateway settle and notes its next timer.
func (r *run) askGateways(ctx context.Context) error {
	r.timers = nil
	for _, name := range r.names {
		next, ok, err := r.gateways[name].bench.Settle(ctx)
		if err != nil {
			return err
		}
		if ok {
			r.timers = append(r.timers, next)
		}
	}
	return nil
}

// next is how far the next timer is of those that are known, or false.
func (r *run) next() (time.Duration, bool) {
	next, ok := r.clock.next()
	for _, t := range r.timers {
		if !ok || t < next {
			next, ok = t, true
		}
	}
	return next, ok
}

// advance moves the clocks of gateways that have one of their own.
func (r *run) advance(ctx context.Context, d time.Duration) error {
	if r.about.Counted || !r.about.Able(target.Clock) {
		return nil
	}
	for _, name := range r.names {
		if err := r.gateways[name].bench.Advance(ctx, d); err != nil {
			return err
		}
	}
	return nil
}
