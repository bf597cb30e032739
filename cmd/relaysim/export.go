package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/relaysim/relaysim/sim/har"
	"github.com/relaysim/relaysim/sim/recording"
)

func newExport(p program) *cobra.Command {
	var to destination
	cmd := &cobra.Command{
		Use:   "export file.jsonl",
		Short: "Write a recording as an HTTP archive with WebSocket messages",
		Long: `Writes what crossed the sockets of a recording as an HTTP archive (HAR) with
_webSocketMessages, which the developer tools of Chrome open. Each socket is an
entry. A recording has no date, so it begins at 1970-01-01. What did not cross a
socket, such as turns and the agent's calls, has no place there and is counted.
The recording is held whole, so it may have 64 MiB at most.

Exit status: 0 written, 2 the call or the file was wrong.`,
		Example: `  relaysim export recordings/modal-submit-2026-08.jsonl -o modal.har`,
		Args:    wantArgs(1, "the recording to export"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := to.check(); err != nil {
				return err
			}
			return exportHAR(p, args[0], to.path)
		},
	}
	to.add(cmd.Flags(), "write the archive to this `file`, in place of stdout")
	return cmd
}

func exportHAR(p program, path, out string) error {
	to, err := p.target(out)
	if err != nil {
		return err
	}
	w := har.NewWriter(to)
	err = eachLineHeld(p, path, func(l *recording.Line) {
		if l.Observation != nil {
			w.Add(l.Observation)
		}
	})
	if err == nil {
		err = w.Close()
	}
	if err = to.close(err); err == nil && w.LeftOut() > 0 {
		fmt.Fprintf(p.stderr, "%s left out: %s\n", count(w.LeftOut(), "event"), "they did not cross a socket")
	}
	return err
}
