package main

import (
	"bufio"
	"fmt"

	"github.com/spf13/cobra"
)

func newLint(p program) *cobra.Command {
	return &cobra.Command{
		Use:   "lint [path…]",
		Short: "Check scenarios and recordings without playing them",
		Long: `Prints every problem as file:line:col: what is wrong, and what to write instead.
A path is a file or a folder; the default is that of simulate.

Exit status: 0 no problem, 1 problems, 2 the call was wrong.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			sources, err := p.find(args)
			if err != nil {
				return err
			}
			files := load(sources)
			warn(p, files)
			note(p, files)
			out := bufio.NewWriter(p.stdout) // keeps the first error
			write(p, out, files)
			n := countProblems(files)
			fmt.Fprintf(out, "%s, %s\n", count(len(files), "file"), count(n, "problem"))
			if err := out.Flush(); err != nil {
				return err
			}
			if n > 0 {
				return failure("")
			}
			return nil
		},
	}
}
