package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/relaysim/relaysim/sim/har"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/redact"
	"github.com/relaysim/relaysim/sim/trace"
)

func newImport(p program) *cobra.Command {
	var to destination
	cmd := &cobra.Command{
		Use:   "import file.har",
		Short: "Make a recording of an HTTP archive with WebSocket messages",
		Long: `Reads an HTTP archive (HAR) with _webSocketMessages, as the developer tools of
Chrome and mitmproxy export it, and writes its WebSockets as one recording. Who
dialled is taken for the gateway. Times are since the first. Other entries are
left out and counted.

Of the headers only whether a token was there is kept, and the gateway id in it.
Secrets in the messages are replaced as by record. What is missing or odd in the
archive is guessed or left out, each with a warning. An archive may have 256 MiB
at most.

Exit status: 0 written, 2 the call or the file was wrong.`,
		Example: `  relaysim import relay.example.har -o session.jsonl`,
		Args:    wantArgs(1, "the archive to import"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := to.check(); err != nil {
				return err
			}
			return importHAR(p, args[0], to.path)
		},
	}
	to.add(cmd.Flags(), "write the recording to this `file`, in place of stdout")
	return cmd
}

func importHAR(p program, path, out string) error {
	if s := (source{name: path}); isSource(path) {
		what := "a scenario"
		if s.recorded() {
			what = "a recording"
		}
		return fmt.Errorf("%s: %s, want an HTTP archive (.har)", path, what)
	}
	f, err := openRecording(path)
	if err != nil {
		return err
	}
	defer f.Close()
	session, err := har.Read(f)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, w := range session.Warnings {
		fmt.Fprintf(p.stderr, "%s: %s (warning)\n", path, w)
	}
	to, err := p.target(out)
	if err != nil {
		return err
	}
	err = to.close(writeImported(to, path, session))
	if err == nil {
		sockets := 0
		for _, o := range session.Trace {
			if o.Kind == trace.Open {
				sockets++
			}
		}
		fmt.Fprintf(p.stderr, "%s, %s; %s left out\n", count(sockets, "socket"), count(len(session.Trace), "event"), count(session.Skipped, "other request"))
	}
	return err
}

// writeImported writes a recording without the secrets that the messages hold.
func writeImported(to io.Writer, path string, session *har.Session) error {
	r, err := redact.New(redact.Options{})
	if err != nil {
		return err
	}
	about := "Imported from an HTTP archive."
	if session.Creator != "" {
		about = "Imported from an HTTP archive of " + session.Creator + "."
	}
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	w, err := recording.NewWriter(r.Gate(to), recording.Header{Title: name, About: about, ContractVersion: 1})
	if err != nil {
		return err
	}
	for _, o := range session.Trace {
		if err := writeAll(w, r.Observation(o)); err != nil {
			return err
		}
	}
	if err := writeAll(w, r.Flush()); err != nil {
		return err
	}
	return w.Close()
}

func writeAll(w *recording.Writer, list []*trace.Observation) error {
	for _, o := range list {
		if err := w.Write(o); err != nil {
			return err
		}
	}
	return nil
}
