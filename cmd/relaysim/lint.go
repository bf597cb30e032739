package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/relaysim/relaysim/sim/contract"
)

func newLint(p program) *cobra.Command {
	return &cobra.Command{
		Use:   "lint [path…]",
		Short: "Check scenarios and recordings without playing them",
		Long: `Prints every problem as file:line:col: what is wrong, and what to write instead.
A path is a file or a folder; the default is that of simulate.

Exit status: 0 no problem, 1 problems, 2 the call was wrong.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			sources, err := find(args)
			if err != nil {
				return err
			}
			files := load(sources)
			checkRules(files)
			warn(p, files)
			for _, f := range files {
				for _, problem := range f.problems {
					fmt.Fprintln(p.stdout, problem)
				}
			}
			annotate(p, files)
			n := countProblems(files)
			fmt.Fprintf(p.stdout, "%s, %s\n", count(len(files), "file"), count(n, "problem"))
			if n > 0 {
				return failure("")
			}
			return nil
		},
	}
}

// checkRules adds a problem for each rule that the contract does not have.
func checkRules(files []loaded) {
	known := contract.Known()
	for i, f := range files {
		if f.scenario == nil {
			continue
		}
		if err := f.scenario.CheckRules(known); err != nil {
			files[i].problems = append(f.problems, problemsOf(f.name, err)...)
		}
	}
}
