package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/relaysim/relaysim/sim/spell"
)

func newRoot(p program) *cobra.Command {
	root := &cobra.Command{
		Use:   "relaysim",
		Short: "Test a gateway and a connector of the relay contract, each without the other",
		Long: `relaysim plays scenarios and recordings through a gateway and a fake connector
over a real WebSocket, and checks what was routed and what went out.

Exit status: 0 passed, 1 failed or interrupted, 2 the call or a file was wrong.`,
		Version:               version(debug.ReadBuildInfo()),
		Args:                  cobra.ArbitraryArgs,
		RunE:                  withoutCommand,
		DisableFlagsInUseLine: true,
		SilenceUsage:          true,
		SilenceErrors:         true,
		CompletionOptions:     cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetVersionTemplate("relaysim {{.Version}}\n")
	root.SetFlagErrorFunc(explainFlag)
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.AddCommand(newSimulate(p), newCheck(p), newReplay(p), newLint(p), newCoverage(p), newSchema(),
		newShow(p), newDiff(p), newRecord(p),
		newImport(p),
		newExport(p),
		newScrub(p),
		newConvert(p),
		newServe(p),
		newDriverCheck(p))
	return root
}

// withoutCommand shows the help, or says which command was probably meant.
func withoutCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return root.Help()
	}
	var names []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return fmt.Errorf("unknown command %q%s", args[0], spell.DidYouMean(args[0], names))
}

// version is the module's version, and the revision it was built from where
// that is known.
func version(info *debug.BuildInfo, ok bool) string {
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	if v == "" {
		v = "(devel)"
	}
	var changed string
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			v += " " + s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = " (modified)"
		}
	}
	return v + changed
}
