package main

import "github.com/spf13/cobra"

func newRoot(p program) *cobra.Command {
	root := &cobra.Command{
		Use:   "relaysim",
		Short: "Test a gateway and a connector of the relay contract, each without the other",
		Long: `relaysim plays scenarios and recordings through a gateway and a fake connector
over a real WebSocket, and checks what was routed and what went out.

Exit status: 0 passed, 1 failed or interrupted, 2 the call or a file was wrong.`,
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.AddCommand(newSimulate(p), newLint(p), newCoverage(p), newSchema(), newShow(p))
	return root
}
