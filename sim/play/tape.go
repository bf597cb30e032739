package play

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/relaysim/relaysim/sim/law"
	"github.com/relaysim/relaysim/sim/scenario"
)

// A recording that is too long to be kept gives its steps while they are played,
// and the run forgets what no step can still ask for. What is matched, and by
// what laws it is judged, is the same.

const (
	// mostViolations ends the run of a tape: there is something wrong with it.
	mostViolations = 100
	// lineTime is what each line of a tape adds to the time a run may take.
	lineTime = time.Millisecond
)

// allowed is how much real time a run may take.
func (o Options) allowed(sc *scenario.Scenario) time.Duration {
	if t := sc.Tape(); t != nil {
		return o.Timeout + o.paced(t.Lasts) + time.Duration(t.Lines)*lineTime
	}
	return o.Timeout + o.paced(duration(sc.Steps))
}

// allSteps performs the scenario's steps, kept or not.
func (r *run) allSteps(ctx context.Context) error {
	tape := r.scenario.Tape()
	if tape == nil {
		return r.steps(ctx, r.scenario.Steps)
	}
	err := tape.Play(func(step *scenario.Step) error {
		if err := r.perform(ctx, step); err != nil {
			return err
		}
		clear(r.wants) // no step comes again
		return r.forget()
	})
	var at *stepError
	if err == nil || errors.Is(err, errExpectation) || errors.As(err, &at) {
		return err
	}
	return &stepError{r.scenario.Pos, err} // the tape's own
}

// forget drops what is older than what is kept, once it was judged.
func (r *run) forget() error {
	last, kept := r.log.Len(), r.scenario.Tape().Window
	if last < r.forgotten+2*kept {
		return nil
	}
	r.forgotten = last - kept
	if err := r.nothingLeft(r.forgotten); err != nil {
		return err
	}
	r.observe()
	r.ledger.forget(r.forgotten)
	r.log.Forget(r.forgotten)
	if n := len(r.laws.Found()); n > mostViolations {
		return fmt.Errorf("the laws found %d violations so far: the rest is not played", n)
	}
	return nil
}

// observe lets the laws look at what happened since they looked last.
func (r *run) observe() {
	if r.laws == nil {
		r.laws = law.NewJudge(r.known())
	}
	for _, o := range r.log.Since(r.judged) {
		r.judged = o.Seq
		r.laws.Observe(o)
	}
}
