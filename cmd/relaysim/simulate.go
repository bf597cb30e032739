package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/target/driver"
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
	lines    driverLines
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

--known FILE takes a YAML list of failures that are known, each with scenario and
reason, and perhaps revision, target (of a matrix) and link. They are reported as
skipped and do not fail the run; one that passes now does, wherever it is said to
fail. Entries about what is not played are left alone; one about a scenario that is
nowhere is an error. --update-known adds what fails, with a reason to edit, and takes
away what passes; all else in the file stays as it is.

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
	f.StringVar(&flags.shard, "shard", "", "only part `i/n` of the files, such as 1/4")
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
	flags.lines.add(f)
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
	case f.lines.path != "" && f.gateway == "":
		return errors.New("--driver-lines: it is about a driver, so give --gateway too")
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

// prepare reads what the flags name, and what stands in the way of --junit: it is
// soon done, and loading is not.
func (f *simulateFlags) prepare(p program) (err error) {
	if f.columns, err = loadMatrix(p, f.matrix); err != nil {
		return err
	}
	if f.excuses, err = loadKnown(p, f.known, f.update); err != nil {
		return err
	}
	if f.live, err = f.connectors(p); err != nil {
		return err
	}
	if f.junit == "" {
		return nil
	}
	if err := creatable(f.junit); err != nil {
		return fmt.Errorf("--junit: %w", err)
	}
	return nil
}

// simulate loads, selects, plays and reports.
func simulate(ctx context.Context, p program, flags simulateFlags, paths []string) error {
	if err := flags.prepare(p); err != nil {
		return err
	}
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
	if err := flags.excuses.beside(p, files, flags.columns); err != nil {
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
