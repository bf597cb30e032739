package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/report"
	"github.com/relaysim/relaysim/sim/trace"
)

// showFlags are those of show, as given.
type showFlags struct {
	frame  int
	follow bool
}

// followEvery is how often a growing file is looked at.
const followEvery = 200 * time.Millisecond

func newShow(p program) *cobra.Command {
	var flags showFlags
	cmd := &cobra.Command{
		Use:   "show file.jsonl",
		Short: "Show a recording as a timeline",
		Long: `Prints what happened, a line each: its seq, the time in seconds since the start,
the socket, and an arrow from whom to whom between the lanes of agent, gateway,
connector and user. A green line is something that a user sees.

--frame N prints one observation in full: its frames as indented JSON, and the
body of a forward decoded. --follow goes on as the file grows, until it has its
end line or Ctrl-C. Secrets are not shown.

Exit status: 0 shown, 2 the call or the file was wrong.`,
		Example: `  relaysim show recordings/discord-guild-reply-2026-08.jsonl
  relaysim show x.jsonl --frame 12
  relaysim show x.jsonl --follow`,
		Args: wantArgs(1, "the recording to show"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("frame") && flags.frame < 1 {
				return fmt.Errorf("--frame %d: want a seq of the recording, from 1", flags.frame)
			}
			return show(cmd.Context(), p, flags, args[0])
		},
	}
	f := cmd.Flags()
	f.IntVar(&flags.frame, "frame", 0, "print only the observation with this `seq`, in full")
	f.BoolVarP(&flags.follow, "follow", "f", false, "go on while the file grows")
	return cmd
}

func show(ctx context.Context, p program, flags showFlags, path string) error {
	f, err := openRecording(path)
	if err != nil {
		return err
	}
	defer f.Close()
	in := io.Reader(f)
	if flags.follow {
		in = recording.Follow(ctx, f, followEvery)
	}
	rec := recording.NewReader(in, path)
	width, tty := terminal(p.stdout)
	t := report.NewTimeline(p.stdout, report.TimelineOptions{Colour: tty && p.env("NO_COLOR") == "", Width: width})
	show := t.Add
	found := flags.frame == 0
	if !found {
		show = func(o *trace.Observation) error {
			if o.Seq != flags.frame {
				return nil
			}
			found = true
			return report.Full(p.stdout, o)
		}
	}
	err = showLines(ctx, p, rec, show)
	if err == nil && !found {
		err = fmt.Errorf("%s: no observation has seq %d", path, flags.frame)
	}
	return err
}

// showLines shows each observation and says each warning once, before what
// follows the line it is about.
func showLines(ctx context.Context, p program, rec *recording.Reader, show func(*trace.Observation) error) error {
	var framer trace.Framer
	warned := 0
	for {
		l, err := rec.Next()
		for _, w := range rec.Warnings()[warned:] {
			if ctx.Err() == nil { // else the file only seems to end here
				fmt.Fprintf(p.stderr, "%s (warning)\n", w)
			}
			warned++
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case l.Ended:
			return nil
		case l.Observation == nil:
			continue
		}
		framer.Frame(l.Observation)
		if err := show(l.Observation); err != nil {
			return err
		}
	}
}

// openRecording opens a file that is named as a recording.
func openRecording(path string) (*os.File, error) {
	f, err := openOrdinary(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, reason(err))
	}
	return f, nil
}

// openOrdinary refuses what is no ordinary file before it opens it: opening a
// pipe would wait for ever.
func openOrdinary(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not an ordinary file")
	}
	return os.Open(path)
}
