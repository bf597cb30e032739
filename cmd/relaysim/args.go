package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// wantArgs refuses a call with another number of arguments than n, which are
// what says.
func wantArgs(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		return fmt.Errorf("want %s, got %s: relaysim %s", what, count(len(args), "argument"), cmd.Use)
	}
}
