package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/relaysim/relaysim/sim/spell"
)

// explainFlag says what to write in place of a flag that is wrong.
func explainFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		return fmt.Errorf("unknown flag --%s%s", unknown.GetSpecifiedName(), meantFlag(cmd, unknown.GetSpecifiedName()))
	case errors.As(err, &invalid):
		want, known := wantedValues[invalid.GetFlag().Value.Type()]
		if !known {
			return err
		}
		return fmt.Errorf("--%s %s: want %s", invalid.GetFlag().Name, invalid.GetValue(), want)
	}
	return err
}

// meantFlag is the end of a message about a flag that cmd does not have.
func meantFlag(cmd *cobra.Command, name string) string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := spell.Nearest(name, names); near != "" {
		return ", did you mean --" + near + "?"
	}
	return "; " + cmd.CommandPath() + " --help lists them"
}

// wantedValues says what a flag of a type takes. Flags of other types say it
// themselves.
var wantedValues = map[string]string{
	"size":     "a size such as 500kB, 100MB or 2GB",
	"duration": "a duration such as 5s or 500ms",
	"int":      "a whole number such as 4",
	"uint64":   "a whole number such as 4, not negative",
	"float64":  "a number such as 90",
	"bool":     "true or false",
}

// notEmpty refuses flags that were given as nothing, which is what is left of a
// variable that is not set: what they name would not be tested, and nobody told.
func notEmpty(flags *pflag.FlagSet, names ...string) error {
	for _, name := range names {
		if f := flags.Lookup(name); f.Changed && strings.TrimSpace(f.Value.String()) == "" {
			return fmt.Errorf("--%s: it is empty; leave it out, or say what is meant", name)
		}
	}
	return nil
}
