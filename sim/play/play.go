package play

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target"
	"github.com/relaysim/relaysim/sim/trace"
	"github.com/relaysim/relaysim/sim/verdict"
)

// Options says how a scenario is run. The zero value works.
type Options struct {
	// Timeout bounds the whole run in real time. Zero means 30 s.
	Timeout time.Duration
	// Pace is how fast virtual time passes: 1 takes as long as it says, 2 half of
	// that. Zero takes no time. Timeout is beyond it.
	Pace float64
	// Target makes the gateways under test. Nil means target.BuiltIn.
	Target target.Target
	// Connector is played against in place of the fake one. Nil: the fake one.
	Connector *Live
	// Patience is how long, in real time, an answer of a live Connector may take.
	// Zero means 5 s.
	Patience time.Duration
	// Settle is how long, in real time, nothing must happen until it is believed
	// that nothing will, where nobody can be asked. Zero means 150 ms.
	Settle time.Duration
	// Logger takes what the gateway and the connector log. Nil discards.
	Logger *slog.Logger
}

func (o *Options) fill() {
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	o.Settle, o.Patience = cmp.Or(o.Settle, DefaultSettle), cmp.Or(o.Patience, DefaultPatience)
	if o.Target == nil {
		o.Target = target.BuiltIn{}
	}
}

// DefaultTimeout is Options.Timeout's default.
const DefaultTimeout = 30 * time.Second

// errTimeout is the cause of the context of a run that took too long.
var errTimeout = errors.New("the scenario's time is up")

// Run plays s in revision rev and judges it. It may be called from many
// goroutines at once. Everything it started is gone when it returns, or the
// run has failed for that. What the target cannot play is Skipped. When ctx ends,
// the verdict is NotJudged.
func (s *Stage) Run(ctx context.Context, sc *scenario.Scenario, rev *wire.Revision, o Options) *verdict.Result {
	o.fill()
	if why := s.lacking(ctx, sc, rev, o); why != "" {
		return skipped(sc, rev, why)
	}
	if o.Connector != nil {
		if why := o.Connector.lacks(sc); why != "" {
			return skipped(sc, rev, why)
		}
		sc = o.Connector.dress(sc)
	}
	return s.run(ctx, sc, rev, o)
}

func (s *Stage) run(ctx context.Context, sc *scenario.Scenario, rev *wire.Revision, o Options) *verdict.Result {
	began := time.Now() // how long it took a person, not the contract's time
	limited, cancel := context.WithTimeoutCause(ctx, o.allowed(sc), errTimeout)
	defer cancel()

	result := newResult(sc, rev)
	r := newRun(s, sc, rev, o)
	err := r.play(limited)
	result.Trace = r.judge(err)
	judged := len(r.problems) // what comes now is a fault
	result.Said, result.Compared = r.close(), r.comparison()
	result.Elapsed = time.Since(began)
	result.Problems = r.problems
	switch {
	case ctx.Err() != nil:
		result.Reason = "stopped before it ended"
		result.Problems = nil
	case errors.Is(err, errTooManyTimers):
		result.Outcome, result.Reason, result.Problems = verdict.Skipped, errTooManyTimers.Error(), nil
	case len(r.problems) > 0:
		result.Outcome = verdict.Failed
		if len(r.problems) > judged {
			break
		}
		if why := s.excused(ctx, r, err); why != "" {
			result.Outcome, result.Reason, result.Problems, result.Compared = verdict.Skipped, why, nil, nil
		}
	default:
		result.Outcome = verdict.Passed
	}
	return result
}

func newResult(sc *scenario.Scenario, rev *wire.Revision) *verdict.Result {
	return &verdict.Result{
		Name: sc.Name, File: sc.Pos.File, Line: sc.Pos.Line, Revision: rev.Name,
		Covers: sc.Covers, Tags: sc.Tags,
	}
}

func skipped(sc *scenario.Scenario, rev *wire.Revision, why string) *verdict.Result {
	r := newResult(sc, rev)
	r.Outcome, r.Reason = verdict.Skipped, why
	return r
}

// play performs the steps and stops at the first that does not hold.
func (r *run) play(ctx context.Context) error {
	if err := r.start(ctx); err != nil {
		return err
	}
	r.ledger.update(r.scenario.Pos)
	if err := r.allSteps(ctx); err != nil {
		return err
	}
	if r.options.Connector != nil {
		if err := r.rest(ctx); err != nil {
			return err
		}
		if err := r.answered(ctx); err != nil {
			return err
		}
	}
	return r.nothingLeft(r.log.Len())
}

// steps performs some steps in order.
func (r *run) steps(ctx context.Context, steps []scenario.Step) error {
	for i := range steps {
		if err := r.perform(ctx, &steps[i]); err != nil {
			return err
		}
	}
	return nil
}

// perform performs one step and takes in what came of it.
func (r *run) perform(ctx context.Context, step *scenario.Step) error {
	err := context.Cause(ctx) // no other step need look at it
	if err == nil {
		err = r.step(ctx, step)
	}
	switch {
	case err == nil:
		r.ledger.update(step.Pos)
		return nil
	case errors.Is(err, errExpectation):
		return err
	case ctx.Err() != nil:
		return &stepError{step.Pos, context.Cause(ctx)} // what else is said follows from it
	}
	return &stepError{step.Pos, err}
}

// stepError is a step that could not be performed.
type stepError struct {
	pos scenario.Pos
	err error
}

func (e *stepError) Error() string { return fmt.Sprintf("%s: %v", e.pos, e.err) }
func (e *stepError) Unwrap() error { return e.err }

// judge turns what went wrong into problems, lets the laws look at the trace,
// and returns the trace without what must not be shown.
func (r *run) judge(err error) []*trace.Observation {
	var at *stepError
	switch {
	case err == nil, errors.Is(err, errExpectation): // its problems are there already
	case errors.As(err, &at):
		r.problem(verdict.Problem{At: at.pos.String(), Text: r.explain(at.err), Seq: r.log.Len()})
	default:
		r.problem(verdict.Problem{At: r.scenario.Pos.String(), Text: r.explain(err), Seq: r.log.Len()})
	}
	r.observe()
	if err != nil {
		r.laws.Cut()
	}
	list, violations := r.log.Since(0), r.laws.End()
	for _, v := range violations {
		r.problem(verdict.Problem{Rule: v.Rule, Text: v.Text, Seq: v.Seq})
	}
	if leaks := leaked(violations); len(leaks) > 0 {
		m, err := newMask(r.secrets())
		if err != nil { // it takes no pattern that could be wrong
			r.problem(verdict.Problem{At: r.scenario.Pos.String(), Text: err.Error()})
			return nil
		}
		list = m.trace(list, leaks)
		m.problems(r.problems, leaks)
	}
	return list
}

func things(n int64) string {
	if n == 1 {
		return "1 thing is"
	}
	return fmt.Sprintf("%d things are", n)
}

// explain says more about errors whose text alone would not help.
func (r *run) explain(err error) string {
	switch busy := r.counter.Busy(); {
	case !errors.Is(err, errTimeout):
	case busy == 0:
		return fmt.Sprintf("was not at its end within %v of real time (--timeout allows more)", r.options.allowed(r.scenario))
	default:
		return fmt.Sprintf("did not become quiet within %v of real time: %s still going on (a gateway or agent that hangs; --timeout allows more)",
			r.options.allowed(r.scenario), things(busy))
	}
	return err.Error()
}
