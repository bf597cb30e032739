// Command relaysim plays scenarios and recordings of the relay contract
// through a gateway and a fake connector, and says whether both keep it. This
// package is flags, files and exit status; everything else is a call into
// packages under sim. Start at Main, then newSimulate.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // a scenario may name a time zone on a machine that knows none
)

// Exit statuses.
const (
	statusPassed = 0
	statusFailed = 1 // something was tested and did not pass, or was interrupted
	statusWrong  = 2 // the call or a file was wrong
)

func main() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// Main runs one command and returns the exit status. An interrupt (SIGINT or
// SIGTERM) ends it soon and in order; a second one ends the process.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer context.AfterFunc(ctx, stop)()
	return runMain(ctx, program{stdin: stdin, stdout: stdout, stderr: stderr, env: os.Getenv, open: openStage}, args)
}

// program is what a command has of the world around it.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	env            func(name string) string // "" where unset
	open           func() (stage, error)
}

func runMain(ctx context.Context, p program, args []string) int {
	root := newRoot(p)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var failed failure
	switch {
	case err == nil:
		return statusPassed
	case errors.As(err, &failed):
		if failed != "" {
			fmt.Fprintf(p.stderr, "relaysim: %s\n", failed)
		}
		return statusFailed
	}
	fmt.Fprintf(p.stderr, "relaysim: %v\n", err)
	return statusWrong
}

// failure ends a command with status 1. Its text, if any, is what the report
// on stdout does not say.
type failure string

func (f failure) Error() string { return string(f) }
