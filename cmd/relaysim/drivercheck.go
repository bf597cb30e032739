package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/relaysim/relaysim/sim/drivercheck"
	"github.com/relaysim/relaysim/sim/report"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target/driver"
)

const driverCheckHelp = `Starts a driver (see sim/target/PROTOCOL.md), asks it for everything that it
claims and for what every driver must do, and says of each item whether it is ok,
what was seen and what to do where it is wrong, or how many scenarios it costs that
it is not claimed. A connector on loopback waits for its gateway.

Exit status: 0 all that it claims works, 1 something is wrong, 2 the call is wrong.`

func newDriverCheck(p program) *cobra.Command {
	var asJSON bool
	var lines driverLines
	cmd := &cobra.Command{
		Use:     "driver-check 'command'",
		Short:   "Tell the author of a driver what is missing or wrong, item by item",
		Long:    driverCheckHelp,
		Example: `  relaysim driver-check 'python3 gateway.py'`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || strings.TrimSpace(args[0]) == "" {
				return errors.New("driver-check: want one argument, the command that starts the driver, in quotes")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return driverCheck(cmd.Context(), p, args[0], lines, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, one object a line, in place of text")
	lines.add(cmd.Flags())
	return cmd
}

func driverCheck(ctx context.Context, p program, command string, lines driverLines, asJSON bool) error {
	var scenarios []*scenario.Scenario
	for _, f := range load(builtIn("scenarios")) {
		if f.scenario != nil {
			scenarios = append(scenarios, f.scenario)
		}
	}
	o := driver.Options{Command: command, Stderr: p.stderr}
	file, err := lines.open()
	if err != nil {
		return err
	}
	if file != nil {
		defer file.Close()
		o.Lines = file
	}
	r, err := drivercheck.Run(ctx, o, scenarios)
	if ctx.Err() != nil {
		return failure("interrupted")
	}
	if err != nil {
		return err
	}
	show := checkText
	if asJSON {
		show = checkJSON
	}
	if err := show(p.stdout, r); err != nil {
		return err
	}
	if r.Count(drivercheck.Wrong) > 0 {
		return failure("")
	}
	return nil
}

// checkText writes what was found for people.
func checkText(w io.Writer, r *drivercheck.Report) error {
	var b strings.Builder
	if r.About.Name != "" {
		fmt.Fprintf(&b, "%s, speaks %s\n", report.Safe(strings.TrimSpace(r.About.Name+" "+r.About.Version)), strings.Join(r.About.Revisions, " and "))
	}
	for _, i := range r.Items {
		if i.Outcome == drivercheck.NotTried {
			continue // they are counted
		}
		line := fmt.Sprintf("%-11s  %s", i.Outcome, i.What)
		if i.Outcome != drivercheck.Wrong && i.Saw != "" {
			line += " (" + report.Safe(i.Saw) + ")"
		}
		fmt.Fprintln(&b, line)
		if i.Outcome == drivercheck.Wrong {
			fmt.Fprintf(&b, "             seen: %s\n", strings.ReplaceAll(report.Safe(i.Saw), "\n", "\n                   "))
			fmt.Fprintf(&b, "             do:   %s\n", i.Do)
		}
	}
	counts := fmt.Sprintf("%d ok, %d wrong, %d not claimed", r.Count(drivercheck.OK), r.Count(drivercheck.Wrong), r.Count(drivercheck.NotClaimed))
	if n := r.Count(drivercheck.NotTried); n > 0 {
		counts += fmt.Sprintf(", %d not tried", n)
	}
	fmt.Fprintln(&b, counts)
	_, err := io.WriteString(w, b.String())
	return err
}

// checkJSON writes what was found for programs: an object for each item.
func checkJSON(w io.Writer, r *drivercheck.Report) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, i := range r.Items {
		i.Saw = report.Safe(i.Saw)
		if err := enc.Encode(i); err != nil {
			return err
		}
	}
	return nil
}
