package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/convert"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/verdict"
)

const convertHelp = `Writes a recording as a scenario to edit: what users did as inbound and interaction
steps, what the agent did as rules, what came out in the contract's terms, names
for ids that differ in every run, and nothing that is so anyway. covers is guessed
from what is there. How the gateway authenticated is kept where it did; time passes
only where it matters; the goodbye at the end is left out. Several gateways have
the names that the recording has for them. What a recording of the
wire alone, or one that was cut short, does not tell is what the built-in gateway
does when it is replayed to it.

Ways to write it are tried, the shortest first, and the first that passes is taken:
the scenario passes in the recording's revision. If none does, the gateway does not
do what was recorded; the scenario is written all the same, and the difference said.
Deviations beside the recording (x.deviations.yaml for x.jsonl) are corrected.

Exit status: 0 it passes, 1 it does not or was interrupted, 2 the call or the file
was wrong.`

func newConvert(p program) *cobra.Command {
	var to destination
	cmd := &cobra.Command{
		Use:     "convert file.jsonl",
		Short:   "Make a scenario of a recording",
		Long:    convertHelp,
		Example: `  relaysim convert session.jsonl -o scenarios/session.yaml`,
		Args:    wantArgs(1, "the recording to convert"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := to.check(); err != nil {
				return err
			}
			return convertFile(cmd.Context(), p, args[0], to.path)
		},
	}
	to.add(cmd.Flags(), "write the scenario to this `file`, in place of stdout")
	return cmd
}

// tryFor bounds one way to write a scenario while it is tried, in real time.
const tryFor = 10 * time.Second

func convertFile(ctx context.Context, p program, path, out string) error {
	files := []loaded{loadOne(source{name: path, path: path})}
	if !files[0].recorded() {
		return fmt.Errorf("%s: not a recording (.jsonl)", path)
	}
	warn(p, files)
	if err := refuse(p, files, "nothing was written"); err != nil {
		return err
	}
	r, err := convertPlayed(ctx, p, files[0].scenario, yamlName(path, out))
	switch {
	case ctx.Err() != nil:
		return failure("interrupted, nothing was written")
	case err != nil:
		return fmt.Errorf("%s: %w", path, err)
	}
	to, err := p.target(out)
	if err != nil {
		return err
	}
	_, err = to.Write(r.Text)
	if err := to.close(err); err != nil {
		return err
	}
	if r.Fails != "" {
		why := "the gateway does not do what was recorded, so it fails: " + r.Fails
		if r.Replay != "" { // which may say more
			why += "\nand so does the recording: " + r.Replay
		}
		return failure(why)
	}
	if r.Replay != "" {
		fmt.Fprintf(p.stderr, "it passes, but expects less than the recording, whose replay fails: %s\n", r.Replay)
	}
	if r.Plain {
		fmt.Fprintln(p.stderr, "it is written as frames: no shorter way passes")
	}
	return nil
}

// yamlName is what the scenario is called in messages.
func yamlName(path, out string) string {
	if out != "" {
		return out
	}
	return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) + ".yaml"
}

func convertPlayed(ctx context.Context, p program, s *scenario.Scenario, name string) (*convert.Result, error) {
	st, err := p.open()
	if err != nil {
		return nil, err
	}
	play := func(s *scenario.Scenario) string { return playOnce(ctx, st, s) }
	if s.EventsUnknown || s.Recorded.Cut {
		if again := reenacted(ctx, st, s); again != nil {
			if r, err := convert.Convert(again, name, play); err == nil && r.Fails == "" {
				return r, st.Close()
			}
		}
	}
	r, err := convert.Convert(s, name, play)
	return r, errors.Join(err, st.Close())
}

// playOnce plays a scenario in its revision and says why it did not pass.
func playOnce(ctx context.Context, st stage, s *scenario.Scenario) string {
	rev, err := wire.ParseRevision(s.Revisions[0])
	if err != nil {
		return err.Error()
	}
	v := st.Run(ctx, s, rev, play.Options{Timeout: tryFor})
	switch {
	case v.Outcome == verdict.Passed:
		return ""
	case len(v.Problems) == 0:
		return v.Outcome.String() + ": " + v.Reason
	}
	problem := v.Problems[0]
	why := problem.Text
	if problem.At != "" {
		why = problem.At + ": " + why
	}
	for _, d := range problem.Diffs {
		why += fmt.Sprintf("\n  %s: want %s, got %s", d.Path, d.Want, d.Got)
	}
	return why
}
