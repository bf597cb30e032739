package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/relaysim/relaysim/sim/recording"
)

// replayFlags are those of replay, as given.
type replayFlags struct {
	as        string
	connector string
	speed     string
	wait      time.Duration
	ca        string
	insecure  bool
	envFile   string
	simulateFlags
}

const replayHelp = `Plays one side of recordings (.jsonl) against the other. A path is a file or a
folder; the default is ./recordings, or the built-in ones where that is not there.

As the connector, which is the default, the recorded connector's messages are
played to the gateway, its agent repeats what the recorded agent did, and every
frame, event, session key and scope is compared. That is what simulate does with
a recording.

As the gateway, the recorded gateway's messages are played to a connector: to the
one at --connector, or to relaysim's own, set up as the recorded one looks. Its
answers are compared: a descriptor's fields as they are, a result by whether it
is a success, with ids and texts only as such. What a connector does of its own
accord is left out, and counted. The credentials for --connector are in the
environment, or in a file of NAME=value lines (--env-file): GATEWAY_RELAY_ID and
GATEWAY_RELAY_SECRET.

Everything is played as fast as it is answered; --speed 1x keeps the recorded
pace in real time. Each difference names the recording's line and its fields.

Exit status: 0 no difference, 1 differences, 2 the call or a file was wrong.`

func newReplay(p program) *cobra.Command {
	var flags replayFlags
	cmd := &cobra.Command{
		Use:   "replay [path…]",
		Short: "Play one side of recordings against the other",
		Long:  replayHelp,
		Example: `  relaysim replay session.jsonl
  relaysim replay --speed 1x session.jsonl
  relaysim replay --as gateway --connector wss://relay.example session.jsonl`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			return replayAll(cmd.Context(), p, flags, args)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.as, "as", "connector", "the `side` that is played: connector or gateway")
	f.StringVar(&flags.connector, "connector", "", "the `url` of the connector to play to, with --as gateway")
	f.StringVar(&flags.speed, "speed", "max", "`max`, or a multiple of the recorded pace such as 1x or 0.5x")
	f.DurationVar(&flags.wait, "wait", 5*time.Second, "real time that an answer of a connector may take, with --as gateway")
	f.StringVar(&flags.envFile, "env-file", "", "read the credentials for --connector from this `file`, not the environment")
	f.StringVar(&flags.ca, "ca", "", "trust the certificates of this PEM `file` too, with --connector")
	f.BoolVar(&flags.insecure, "insecure", false, "do not check the certificate of --connector")
	f.DurationVar(&flags.timeout, "timeout", 30*time.Second, "real time after which one run is ended and has failed, beyond its pace; a long recording has 1ms a line more")
	f.StringVar(&flags.junit, "junit", "", "write JUnit XML to this `file` too")
	f.BoolVar(&flags.json, "json", false, "print JSON, one object a line, in place of text")
	f.StringVar(&flags.traceDir, "trace-dir", "", "save the recording of each failed run in this `folder`, as the connector")
	f.BoolVarP(&flags.verbose, "verbose", "v", false, "show the trace of every run")
	return cmd
}

// check completes the flags that are simulate's.
func (f *replayFlags) check() error {
	f.workers, f.repeat = runtime.GOMAXPROCS(0), 1
	var err error
	if f.pace, err = parseSpeed(f.speed); err != nil {
		return err
	}
	switch {
	case f.as != "connector" && f.as != "gateway":
		return fmt.Errorf("--as %s: want connector or gateway", f.as)
	case f.as == "connector" && f.connector != "":
		return fmt.Errorf("--connector is whom the gateway's side is played to: want --as gateway too")
	case f.connector == "" && (f.envFile != "" || f.ca != "" || f.insecure):
		return errors.New("--env-file, --ca and --insecure: want --connector too")
	case f.ca != "" && f.insecure:
		return errors.New("--ca and --insecure: want one of the two")
	case f.wait <= 0:
		return fmt.Errorf("--wait %s: want more than 0", f.wait)
	}
	return f.simulateFlags.check()
}

// parseSpeed reads a multiple of the recorded pace; 0 is as fast as it goes.
func parseSpeed(s string) (float64, error) {
	if s == "max" {
		return 0, nil
	}
	pace, err := strconv.ParseFloat(strings.TrimSuffix(s, "x"), 64)
	if err != nil || !(pace > 0 && pace < 1e6) {
		return 0, fmt.Errorf("--speed %s: want max, or a multiple of the recorded pace such as 1x or 0.5x", s)
	}
	return pace, nil
}

func replayAll(ctx context.Context, p program, flags replayFlags, paths []string) error {
	if err := flags.prepare(p); err != nil {
		return err
	}
	sources, err := recordingsUnder(p, paths)
	if err != nil {
		return err
	}
	played := sources[:0:0]
	for _, s := range sources {
		if !s.finding {
			played = append(played, s)
		}
	}
	if len(played) == 0 {
		return fmt.Errorf("%s: holds only findings, which are checked and not played", strings.Join(paths, ", "))
	}
	if flags.as == "connector" {
		return replayAsConnector(ctx, p, flags, played)
	}
	return replayAsGateway(ctx, p, flags, played)
}

// replayAsConnector plays recordings to the gateway. One that cannot be read to
// its end is played as far as it can be.
func replayAsConnector(ctx context.Context, p program, flags replayFlags, sources []source) error {
	files := load(sources)
	warn(p, files)
	noteCount(p, files)
	write(p, p.stderr, files)
	var playable []loaded
	wrong := 0
	for _, f := range files {
		if len(f.problems) > 0 {
			wrong++
			f.scenario = f.before
		}
		if f.scenario != nil {
			playable = append(playable, f)
		}
	}
	var err error
	if len(playable) > 0 {
		err = playFiles(ctx, p, flags.simulateFlags, playable)
	}
	var failed failure
	if wrong > 0 && (err == nil || errors.As(err, &failed)) {
		err = notDone(wrong, "played")
	}
	return err
}

// read opens the file and reads it as a recording.
func (s source) read(with func(*recording.Reader) error) error {
	f, err := s.openFile()
	if err != nil {
		return err
	}
	defer f.Close()
	return with(recording.NewReader(f, s.name))
}
