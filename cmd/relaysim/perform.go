package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/relaysim/relaysim/sim/batch"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/report"
	"github.com/relaysim/relaysim/sim/target/driver"
	"github.com/relaysim/relaysim/sim/verdict"
)

// performOn is perform against what the flags say is under test.
func performOn(ctx context.Context, p program, st stage, runs []run, flags simulateFlags) (report.Summary, error) {
	switch {
	case flags.columns != nil:
		return performOnEach(ctx, p, st, runs, flags)
	case flags.gateway == "":
		return perform(ctx, p, st, runs, flags)
	}
	o := driver.Options{Command: flags.gateway, Stderr: p.stderr}
	lines, err := flags.lines.open()
	if err != nil {
		return report.Summary{}, err
	}
	if lines != nil {
		defer lines.Close()
		o.Lines = lines
	}
	d, err := driver.New(ctx, o)
	if err != nil {
		return report.Summary{}, err
	}
	flags.driver = d
	s, err := perform(ctx, p, st, runs, flags)
	if closed := d.Close(); err == nil && closed != nil {
		err = failure(closed.Error())
	}
	return s, err
}

// perform plays the runs and reports them. The error is that of a file that
// could not be written.
func perform(ctx context.Context, p program, st stage, runs []run, flags simulateFlags) (report.Summary, error) {
	order := flags.order(p, len(runs))
	out, err := newOutput(p, flags, runs)
	if err != nil {
		return report.Summary{}, err
	}
	start := time.Now()
	s := playAll(ctx, st, runs, flags, order, out)
	for _, e := range flags.excuses.stale(s) {
		s.Add(e.Result)
		out.report(e)
	}
	s.Elapsed = time.Since(start)
	return s, out.end(s)
}

// order is the order in which n runs begin, nil for that of the files.
func (f *simulateFlags) order(p program, n int) []int {
	if !f.shuffle {
		return nil
	}
	if !f.seeded {
		f.seed = rand.Uint64()
	}
	fmt.Fprintf(p.stderr, "seed %d (--seed %[1]d plays in this order again)\n", f.seed)
	return rand.New(rand.NewPCG(f.seed, 0)).Perm(n)
}

func playAll(ctx context.Context, st stage, runs []run, flags simulateFlags, order []int, out *output) report.Summary {
	var list []batch.Run
	for _, r := range runs {
		o := play.Options{
			Timeout: flags.timeout, Pace: flags.pace, Logger: out.logger(r),
			Connector: flags.live[r.revision], Patience: flags.wait, Settle: flags.settle,
		}
		d := flags.driver
		if r.on != nil {
			d = r.on.driver
		}
		if d != nil {
			o.Target = d
		}
		list = append(list, func(ctx context.Context) *verdict.Result {
			return flags.excuses.excuse(r, st.Run(ctx, r.scenario, r.revision, o))
		})
	}
	s := report.Summary{Seed: flags.seed}
	o := batch.Options{Workers: flags.workers, Order: order, FailFast: flags.failFast, Began: out.began, Ended: out.ended}
	s.NotRun = batch.Play(ctx, list, o, func(i int, r *verdict.Result) {
		s.Add(r)
		flags.excuses.add(runs[i], r)
		out.add(runs[i], r)
	})
	s.Interrupted = ctx.Err() != nil
	return s
}

// judge turns a summary into an exit status. What the report does not say is
// said in the failure.
func judge(s report.Summary, selected int) error {
	switch {
	case s.OK():
		return nil
	case s.Interrupted:
		return failure(fmt.Sprintf("interrupted: %d of %s played", s.Passed+s.Failed+s.Skipped+s.Known, count(selected, "run")))
	case s.Skipped > 0 && s.Passed+s.Failed+s.NotJudged == 0:
		return failure("everything was skipped, so nothing was tested")
	}
	return failure("")
}
