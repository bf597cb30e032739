package main

import (
	"github.com/spf13/cobra"

	"github.com/relaysim/relaysim/sim/compare"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/report"
	"github.com/relaysim/relaysim/sim/trace"
)

func newDiff(p program) *cobra.Command {
	return &cobra.Command{
		Use:   "diff a.jsonl b.jsonl",
		Short: "Say what two recordings do differently",
		Long: `Compares two recordings by causality, not by line: each direction of a socket,
the turns and the calls of each session have an order of their own, and how they
were interleaved does not count. Things of the same kind about the same chat or
session are compared field by field. Ids that differ in every run (of requests,
messages, buffers, prompts) are compared by what they stand for, and so are secrets
that were cut out of one or both; times are not compared at all. Where one has no
lines of the agent, as a proxy's has none, only the wire is compared.
Where the two are of different revisions, a scope is compared under the name scope.
Both are held whole, so each may have 64 MiB at most.

- is only in the first, + only in the second, ~ in both with fields that differ.

Exit status: 0 the same, 1 different, 2 the call or a file was wrong.`,
		Example: `  relaysim diff recordings/modal-submit-2026-06.jsonl recordings/modal-submit-2026-08.jsonl`,
		Args:    wantArgs(2, "the two recordings to compare"),
		RunE: func(_ *cobra.Command, args []string) error {
			var sides [2]*compare.Recording
			for i, path := range args {
				var err error
				if sides[i], err = readForDiff(p, path); err != nil {
					return err
				}
			}
			r := compare.Diff(sides[0], sides[1])
			_, tty := terminal(p.stdout)
			if err := report.Differences(p.stdout, args[0], args[1], r, tty && p.env("NO_COLOR") == ""); err != nil {
				return err
			}
			if len(r.Differences) > 0 {
				return failure("")
			}
			return nil
		},
	}
}

// lookedAt is how many observations say which revision a recording is of, where
// neither its header nor its name does.
const lookedAt = 100

func readForDiff(p program, path string) (*compare.Recording, error) {
	side := &compare.Recording{}
	var header *recording.Header
	var first []*trace.Observation
	err := eachLineHeld(p, path, func(l *recording.Line) {
		switch {
		case l.Header != nil:
			header = l.Header
		case l.Observation != nil:
			side.Add(l.Number, l.Observation)
			if len(first) < lookedAt {
				first = append(first, l.Observation)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	side.Revision = replay.RevisionOf(header, path, first)
	return side, nil
}
