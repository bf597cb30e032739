package main

import (
	"github.com/spf13/cobra"

	"github.com/relaysim/relaysim/sim/scenario"
)

func newSchema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of a scenario file",
		Long: `Prints the JSON Schema (draft-07) of a scenario file, for the YAML language
server of an editor. Put this at the top of a scenario:

  # yaml-language-server: $schema=relaysim.schema.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(scenario.Schema())
			return err
		},
	}
}
