package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/spf13/cobra"
)

// recordFlags are those of record, as given.
type recordFlags struct {
	connector string
	out       string
	force     bool
	title     string
	revision  string

	listen   string
	agent    string
	envFile  string
	sessions string

	ca       string
	insecure bool

	maxSize     byteSize
	maxDuration time.Duration

	redact       []string
	redactFields []string
	redactUsers  bool
}

const recordHelp = `Records a session with a live connector, in one of two ways.

With --listen, any gateway dials relaysim in the connector's place: give it
http://ADDRESS as the connector's URL. Whatever crosses a socket is passed on
byte by byte, the headers and sub-protocols of the upgrade too, but compression
is not offered. HTTP requests under the same base (/relay/*, /manage/*) are passed
on, and noted without bodies. Any number of gateways may come, and come back. A
media URL of the connector's own does not name relaysim: a gateway that sends its
bearer to the connector only fetches it without.

With --agent, relaysim's own gateway dials. Its agent is echo, or does what the
agent rules of a scenario say; one that waits for a signal waits for an interrupt.
Who it is comes from the environment, or from a file of NAME=value lines
(--env-file): GATEWAY_RELAY_ID, GATEWAY_RELAY_SECRET, GATEWAY_RELAY_PLATFORMS,
GATEWAY_RELAY_BOT_IDS. Its sessions end with it, unless --sessions names a folder
for them: then the next run goes on with them, as a gateway does that was started
again or, after a kill -9, as one that has crashed.

The file is valid after each line, also if relaysim is killed. Secrets are cut out
before anything is written. A message of more than 2 MiB is passed on and not
recorded. If the file cannot be written any more, the recording ends with an error
and the sessions go on. --max-size and --max-duration end it in good order, and with
it relaysim's own gateway; the sessions of others go on. Ctrl-C ends both: every socket is closed 1001 on both sides.

Exit status: 0 recorded, 1 the recording is not complete, or the own gateway
cannot go on, 2 the call or a file was wrong.`

func newRecord(p program) *cobra.Command {
	flags := recordFlags{}
	cmd := &cobra.Command{
		Use:   "record --connector URL --out x.jsonl",
		Short: "Record a session with a live connector",
		Long:  recordHelp,
		Example: `  relaysim record --connector wss://relay.example --out x.jsonl --listen 127.0.0.1:8080
  relaysim record --connector wss://relay.example --out x.jsonl --agent echo --env-file relay.env`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			return recordSession(cmd.Context(), p, flags)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.connector, "connector", "", "the connector's base `URL`, such as wss://relay.example")
	f.StringVarP(&flags.out, "out", "o", "", "write the recording to this `file`")
	f.BoolVar(&flags.force, "force", false, "replace the file if it is there")
	f.StringVar(&flags.title, "title", "", "what the recording shows, in a few `words`")
	f.StringVar(&flags.revision, "revision", "", "the `revision` of the contract the gateway speaks, such as 2026-08")
	f.StringVar(&flags.listen, "listen", "", "let gateways dial this `address`; without a host it is 127.0.0.1")
	f.StringVar(&flags.agent, "agent", "", "let relaysim's own gateway dial, with this agent: echo, or a scenario's `file`")
	f.StringVar(&flags.envFile, "env-file", "", "read the gateway's variables from this `file`, not the environment")
	f.StringVar(&flags.sessions, "sessions", "", "keep the sessions of relaysim's own gateway in this `folder`")
	f.StringVar(&flags.ca, "ca", "", "trust the certificates of this PEM `file` too")
	f.BoolVar(&flags.insecure, "insecure", false, "do not check the connector's certificate")
	f.Var(&flags.maxSize, "max-size", "end the recording at this `size`, such as 100MB")
	f.DurationVar(&flags.maxDuration, "max-duration", 0, "end the recording after this time, such as 30s")
	f.StringArrayVar(&flags.redact, "redact", nil, "cut out what matches this `regexp` too; may be given again")
	f.StringSliceVar(&flags.redactFields, "redact-field", nil, "cut out the values of members with these `names` too")
	f.BoolVar(&flags.redactUsers, "redact-users", false, "replace names and the texts of messages, keeping their lengths")
	return cmd
}

func (f *recordFlags) check() error {
	switch {
	case f.connector == "":
		return errors.New("--connector is missing: want the connector's base URL")
	case f.out == "":
		return errors.New("--out is missing: want the file of the recording")
	case f.listen == "" && f.agent == "":
		return errors.New("want --listen for a gateway to dial, or --agent for relaysim's own")
	case f.listen != "" && f.agent != "":
		return errors.New("--listen and --agent: want one of the two")
	case f.envFile != "" && f.agent == "":
		return errors.New("--env-file is for --agent: a gateway that dials has its own credentials")
	case f.sessions != "" && f.agent == "":
		return errors.New("--sessions is for --agent: a gateway that dials has its own sessions")
	case f.ca != "" && f.insecure:
		return errors.New("--ca and --insecure: want one of the two")
	case f.maxDuration < 0:
		return fmt.Errorf("--max-duration %s: want more than 0", f.maxDuration)
	}
	return nil
}

// recordSession records until ctx ends.
func recordSession(ctx context.Context, p program, flags recordFlags) error {
	own, err := flags.ownGateway(p)
	if err != nil {
		return err
	}
	var ln net.Listener
	if own == nil {
		if ln, err = flags.open(p); err != nil {
			return err
		}
		defer ln.Close()
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s, err := startSession(ctx, p, flags, own, stop)
	if err != nil {
		return err
	}
	if own != nil {
		err = s.proxy.RunOwn(ctx, *own)
	} else {
		s.tell("recording to %s: gateways dial http://%s in place of %s (Ctrl-C ends)", flags.out, ln.Addr(), s.connector)
		err = s.proxy.Serve(ctx, ln)
	}
	return s.end(err)
}

// open listens where the flags say.
func (f *recordFlags) open(p program) (net.Listener, error) {
	ln, near, err := listen(f.listen)
	if err != nil {
		return nil, err
	}
	if !near {
		fmt.Fprintf(p.stderr, "%s can be reached from other machines, without TLS: whoever dials it reaches the connector, and it reads along\n", ln.Addr())
	}
	return ln, nil
}
