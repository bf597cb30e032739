package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/relaysim/relaysim/sim/check"
	"github.com/relaysim/relaysim/sim/verdict"
)

// checkFlags are those of check, as given.
type checkFlags struct {
	json        bool
	junit       string
	gatewayOnly bool
}

const checkHelp = `Judges recordings (.jsonl) by the laws that hold in every session, such as one
result for each request, the scope of a reply, or that a bad frame does not end
the reading. Nothing is played, and a recording of any length takes the same
memory. A path is a file or a folder; the default is ./recordings, or the
built-in ones where that is not there.

What breaks a law fails the recording, unless the file of deviations beside it
lists it (x.deviations.yaml for x.jsonl): an entry with that rule and seq. An
entry that no law sees any more fails as well. A recording in a folder findings is
kept because it breaks the contract, and must list where; simulate does not play
those.

Exit status: 0 passed, 1 failed, 2 the call or a file was wrong.`

func newCheck(p program) *cobra.Command {
	var flags checkFlags
	cmd := &cobra.Command{
		Use:   "check [path…]",
		Short: "Judge recordings by the laws, without playing them",
		Long:  checkHelp,
		Example: `  relaysim check
  relaysim check session.jsonl
  relaysim check --gateway-only --json recordings/findings`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return checkAll(cmd.Context(), p, flags, args)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&flags.json, "json", false, "print JSON, one object a line, in place of text")
	f.StringVar(&flags.junit, "junit", "", "write JUnit XML to this `file` too")
	f.BoolVar(&flags.gatewayOnly, "gateway-only", false, "leave the connector's conduct out (so it is where the header names no connector)")
	return cmd
}

func checkAll(ctx context.Context, p program, flags checkFlags, paths []string) error {
	sources, err := recordingsUnder(p, paths)
	if err != nil {
		return err
	}
	return judgeEach(ctx, p, simulateFlags{json: flags.json, junit: flags.junit}, sources, "read", func(s source) (*verdict.Result, []problem) {
		return checkOne(p, s, flags)
	})
}

// recordingsUnder lists the recordings under paths, those that are not played
// included.
func recordingsUnder(p program, paths []string) ([]source, error) {
	if len(paths) == 0 {
		paths = []string{"recordings"}
	}
	list, err := p.findAll(paths)
	if err != nil {
		return nil, err
	}
	for _, s := range list {
		if s.group == "" && !s.recorded() {
			return nil, fmt.Errorf("%s: not a recording (.jsonl)", s.name)
		}
	}
	list = slices.DeleteFunc(list, func(s source) bool { return !s.recorded() })
	if len(list) == 0 {
		return nil, errors.New(strings.Join(paths, ", ") + ": holds no recording (.jsonl)")
	}
	return list, nil
}

// checkOne judges one recording. The verdict is nil where nothing could be read.
func checkOne(p program, s source, flags checkFlags) (*verdict.Result, []problem) {
	deviations, err := loadDeviations(s)
	if err != nil {
		return nil, problemsOf(s.name, err)
	}
	open := func() (io.ReadCloser, error) { return s.openFile() }
	r, err := check.File(open, s.name, check.Options{
		Deviations: deviations, Finding: s.finding || isFinding("", "/"+s.name), GatewayOnly: flags.gatewayOnly,
	})
	var problems []problem
	if err != nil {
		problems = problemsOf(s.name, err)
	}
	if r == nil {
		return nil, problems
	}
	l := loaded{source: s}
	for _, w := range r.Warnings {
		l.warnings = append(l.warnings, w.Error())
	}
	warn(p, []loaded{l})
	return r.Result, problems
}
