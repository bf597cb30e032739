package play

import (
	"context"
	"slices"
	"time"

	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target"
	"github.com/relaysim/relaysim/sim/trace"
)

// A live connector answers when it pleases, in real time. What is expected has
// some time to come; that nothing comes is believed only after a while in which
// nothing did.

// DefaultPatience is how long a live connector has for an answer.
const DefaultPatience = 5 * time.Second

// DefaultSettle is how long nothing happens until it is believed.
const DefaultSettle = 150 * time.Millisecond

// lookEvery is how often it is looked whether an answer has come.
const lookEvery = 2 * time.Millisecond

// expectLive compares a step's expectations until they hold, or the time for it
// is over.
func (r *run) expectLive(ctx context.Context, step *scenario.Step) error {
	if slices.ContainsFunc(step.Expect, func(e scenario.Expectation) bool { return e.Nothing != nil }) {
		if err := r.rest(ctx); err != nil {
			return err
		}
	}
	limit := time.Now().Add(r.options.Patience)
	for {
		r.ledger.update(step.Pos)
		problems := r.compare(step.Expect)
		switch {
		case len(problems) == 0:
			return nil
		case time.Now().After(limit):
			r.problems = append(r.problems, problems...)
			return errExpectation
		}
		if err := pause(ctx, lookEvery); err != nil {
			return err
		}
		if err := r.counter.Wait(ctx); err != nil {
			return err
		}
	}
}

// rest waits until nothing has happened for as long as it takes to believe that
// nothing will.
func (r *run) rest(ctx context.Context) error {
	for before := -1; before != r.log.Len(); {
		before = r.log.Len()
		if err := pause(ctx, r.options.Settle); err != nil {
			return err
		}
		if err := r.counter.Wait(ctx); err != nil {
			return err
		}
	}
	r.rested = r.log.Len()
	return nil
}

// answered waits for the results that a connector still owes: on a busy machine it
// may be quiet for longer than is believed, and then answer (OUT-1).
func (r *run) answered(ctx context.Context) error {
	limit, withheld := time.Now().Add(r.options.Patience), r.known().ResultsWithheld
	for {
		r.ledger.update(r.scenario.Pos)
		if !r.ledger.owed() || withheld || time.Now().After(limit) {
			return r.counter.Wait(ctx)
		}
		if err := pause(ctx, lookEvery); err != nil {
			return err
		}
	}
}

// greeted waits until each gateway's first dial has come to something.
func (r *run) greeted(ctx context.Context) error {
	limit := time.Now().Add(r.options.Patience)
	for _, name := range r.names {
		for r.gateways[name].gateway != nil && !r.ledger.stood[name] && time.Now().Before(limit) {
			if err := pause(ctx, lookEvery); err != nil {
				return err
			}
			r.ledger.update(r.scenario.Pos)
		}
	}
	return r.counter.Wait(ctx)
}

// dialled waits until the gateways of a target that cannot be asked have dialled:
// how long a program takes to begin says nothing of how long it is quiet.
func (r *run) dialled(ctx context.Context) error {
	if r.about.Counted || r.about.Able(target.Sync) || r.options.Connector != nil {
		return nil
	}
	started, opened, read := 0, 0, 0
	for _, p := range r.gateways {
		if p.gateway != nil {
			started++
		}
	}
	for limit := time.Now().Add(r.options.Patience); opened < started && time.Now().Before(limit); {
		if err := r.askGateways(ctx); err != nil {
			return err
		}
		if err := pause(ctx, lookEvery); err != nil {
			return err
		}
		for _, o := range r.log.Since(read) {
			read = o.Seq
			if o.Kind == trace.Open {
				opened++
			}
		}
	}
	return nil
}

// pause lets d of real time pass.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
