package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/batch"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/report"
	"github.com/relaysim/relaysim/sim/target/driver"
	"github.com/relaysim/relaysim/sim/verdict"
)

// simulateFlags are those of simulate, as given.
type simulateFlags struct {
	selection
	liveFlags
	live     map[*wire.Revision]*play.Live // of --connector; nil: the fake one
	workers  int
	failFast bool
	shuffle  bool
	seed     uint64
	seeded   bool // --seed was given, which means shuffle
	timeout  time.Duration
	junit    string
	json     bool
	traceDir string
	verbose  bool
	pace     float64 // of virtual time; 0: it takes no time
	known    string
	update   bool           // the file of known
	excuses  *knownFailures // those of known; nil for none
	gateway  string         // command of a driver; empty: the built-in gateway
	driver   *driver.Driver // of gateway
	matrix   string
	columns  []*column // those of matrix
}

const simulateHelp = `Plays scenarios (.yaml) and recordings (.jsonl) through the gateway and the fake
connector, each in every revision it holds in. A path is a file or a folder. The
default is ./scenarios and ./recordings, or the built-in ones where neither is
there.

A folder is summed up in one line, a file that you name gets a line for each run.
Results are written to stdout in the order of the files, whatever --shuffle and
-j do, and everything else to stderr. The last line is the summary. With
GITHUB_ACTIONS set, each problem is annotated on GitHub.

--known FILE takes a YAML list of failures that are known, each with scenario,
revision, reason and link. They are reported as skipped and do not fail the run;
one that passes now does. Entries about what is not played are left alone; one about
a scenario that is nowhere is an error.

All files are loaded first. If one of them is wrong, or nothing matches, every
problem is printed and nothing is played (exit status 2). If everything was
skipped, nothing was tested, and that is a failure (1). Ctrl-C ends the runs at
once, says what was played and leaves nothing behind (1); a second one kills.

With --connector the gateway dials that one, in real time, and plays what needs
no control of it; the rest is skipped, with the reason. --tags conformance is what
any connector must pass. GATEWAY_RELAY_ID, _SECRET, _PLATFORMS and _BOT_IDS say who
dials. What a scenario names of a connector, such as a chat, are vars listed under
given: --var channel=123 --var scope=456, and foreign_scope where some scope belongs to
nobody. With --connector-driver a program holds the connector, and nearly everything
is played.

--matrix FILE plays everything against several gateways, a column each: a YAML
list of targets, each with name and gateway (the command of a driver, or built-in),
and perhaps a revision and the dir where the command runs. What differs between
them comes first. It fails if one of them does.`

func newSimulate(p program) *cobra.Command {
	var flags simulateFlags
	cmd := &cobra.Command{
		Use:   "simulate [path…]",
		Short: "Play scenarios and recordings, and give a verdict on each",
		Long:  simulateHelp,
		Example: `  relaysim simulate
  relaysim simulate scenarios/follow-up --revision 2026-08 -v
  relaysim simulate --run 'slash command' --trace-dir traces`,
		RunE: func(cmd *cobra.Command, args []string) error {
			flags.seeded = cmd.Flags().Changed("seed")
			flags.shuffle = flags.shuffle || flags.seeded
			if flags.connector != "" && !cmd.Flags().Changed("jobs") {
				flags.workers = 1 // its gateway is one
			}
			if err := cmp.Or(notEmpty(cmd.Flags(), "gateway", "connector", "connector-driver", "matrix", "known"), flags.check()); err != nil {
				return err
			}
			return simulate(cmd.Context(), p, flags, args)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.run, "run", "", "only what has a name that matches this `regexp`")
	f.StringSliceVar(&flags.tags, "tags", nil, "only what has one of these `tags`")
	f.StringVar(&flags.revision, "revision", "", "only this `revision` of the contract, such as 2026-08")
	f.StringVar(&flags.shard, "shard", "", "only part `i/n` of the runs, such as 1/4")
	f.IntVar(&flags.repeat, "repeat", 1, "play everything this many `times`")
	f.IntVarP(&flags.workers, "jobs", "j", runtime.GOMAXPROCS(0), "play this `many` runs at the same time")
	f.StringVar(&flags.known, "known", "", "the failures that this YAML `file` lists do not fail the run")
	f.BoolVar(&flags.update, "update-known", false, "write what failed to the file of --known, and take away what passes")
	f.BoolVar(&flags.failFast, "fail-fast", false, "begin nothing more after the first failure")
	f.BoolVar(&flags.shuffle, "shuffle", false, "play in a random order, and print its seed")
	f.Uint64Var(&flags.seed, "seed", 0, "shuffle as the run did that printed this `number`")
	f.DurationVar(&flags.timeout, "timeout", 30*time.Second, "real time after which one run is ended and has failed; a long recording has 1ms a line more")
	flags.liveFlags.add(f)
	f.StringVar(&flags.gateway, "gateway", "", "play against the gateway that this `command` holds: a driver, see sim/target/PROTOCOL.md")
	f.StringVar(&flags.matrix, "matrix", "", "play against every gateway that this YAML `file` lists, and say in what they differ")
	f.StringVar(&flags.junit, "junit", "", "write JUnit XML to this `file` too")
	f.BoolVar(&flags.json, "json", false, "print JSON, one object a line, in place of text")
	f.StringVar(&flags.traceDir, "trace-dir", "", "save the recording of each failed run in this `folder`")
	f.BoolVarP(&flags.verbose, "verbose", "v", false, "show the trace of every run, and the gateway's log on stderr")
	return cmd
}

func (f simulateFlags) check() error {
	switch {
	case f.workers < 1:
		return fmt.Errorf("-j %d: want at least 1", f.workers)
	case f.update && f.known == "":
		return errors.New("--update-known: want --known too, which names the file")
	case f.matrix != "" && (f.gateway != "" || f.connector != "" || f.liveFlags.driver != ""):
		return errors.New("--matrix: it names what is under test, so give no --gateway, --connector or --connector-driver")
	case f.gateway != "" && (f.connector != "" || f.liveFlags.driver != ""):
		return errors.New("--gateway and --connector or --connector-driver: want one of them; the other half is relaysim's own")
	case f.timeout <= 0:
		return fmt.Errorf("--timeout %s: want more than 0", f.timeout)
	}
	if f.wait != 0 { // replay has none of these
		if err := f.liveFlags.check(); err != nil {
			return err
		}
	}
	return f.selection.check()
}

// simulate loads, selects, plays and reports.
func simulate(ctx context.Context, p program, flags simulateFlags, paths []string) error {
	sources, err := p.find(paths)
	if err != nil {
		return err
	}
	files := load(sources)
	warn(p, files)
	noteCount(p, files)
	if err := refuse(p, files, "nothing was played"); err != nil {
		return err
	}
	if flags.excuses, err = loadKnown(p, flags, files); err != nil {
		return err
	}
	if flags.columns, err = loadMatrix(p, flags.matrix); err != nil {
		return err
	}
	return playFiles(ctx, p, flags, files)
}

func playFiles(ctx context.Context, p program, flags simulateFlags, files []loaded) error {
	runs, err := flags.selection.runs(files)
	if err != nil {
		return err
	}
	if runs, err = spread(runs, flags.columns); err != nil {
		return err
	}
	if flags.live, err = flags.connectors(p); err != nil {
		return err
	}
	if err := flags.misnamed(files); err != nil {
		return err
	}
	if err := flags.reach(ctx, flags.live[runs[0].revision]); err != nil {
		return err
	}
	st, err := p.open()
	if err != nil {
		return err
	}
	s, err := performOn(ctx, p, st, runs, flags)
	if closed := st.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	if updated, err := flags.excuses.end(p, s); err != nil || updated && s.NotJudged == 0 {
		return err
	}
	if idle := untested(flags.columns); idle != "" && s.OK() {
		return failure("everything was skipped on " + idle + ", so it was not tested")
	}
	return judge(s, len(runs))
}

// performOn is perform against what the flags say is under test.
func performOn(ctx context.Context, p program, st stage, runs []run, flags simulateFlags) (report.Summary, error) {
	switch {
	case flags.columns != nil:
		return performOnEach(ctx, p, st, runs, flags)
	case flags.gateway == "":
		return perform(ctx, p, st, runs, flags)
	}
	d, err := driver.New(ctx, driver.Options{Command: flags.gateway, Stderr: p.stderr})
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
	for _, v := range flags.excuses.stale(s) {
		s.Add(v)
		out.report(report.Entry{Result: v})
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
