package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/relaysim/relaysim/sim/connector/buffer"
	"github.com/relaysim/relaysim/sim/record"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/serve"
)

// serveFlags are those of serve, as given.
type serveFlags struct {
	listen    string
	config    string
	record    string
	force     bool
	writeEnv  string
	tokenFile string
	buffers   string
	quiet     bool
}

const serveHelp = `Runs the fake connector on its own until Ctrl-C, for a real gateway to dial. It
says how: the URL, the gateway's id and its secret. Who is there comes from the
connector and gateway parts of a scenario (--config; its steps are not played). A
gateway without a secret there gets the one in GATEWAY_RELAY_SECRET, or one made
for the run.

Whatever crosses is shown on stderr as show does it, and what users see on stdout.
A line that is typed is a message of a user, one that begins with / a slash
command, and one that begins with : a command of the prompt; :help lists those.
Where stdin is no terminal the same lines are read from it, one after the other;
at its end the connector stays up, and :quit ends it.

The same can be done over HTTP, under /serve/ at the same address; GET /serve/
says how. Pages in a browser are refused. Where others can reach the address it
asks for a token: from RELAYSIM_TOKEN, or the file at --token-file.

What comes for a gateway that said going_idle waits for it, until relaysim ends.
With --buffers whatever comes for one that is away waits in that folder, and the
next run delivers it, also after a kill -9: for gateways of 2026-08, which
acknowledge it. One relaysim at a time has the folder.

Secrets are neither shown nor recorded. What is kept of the trace is bounded;
--record keeps it all in a file.

Exit status: 0 ended, 1 a line of a script failed or the recording is not
complete, 2 the call or a file was wrong.`

func newServe(p program) *cobra.Command {
	var flags serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the fake connector for a real gateway to dial, and play its users",
		Long:  serveHelp,
		Example: `  relaysim serve
  relaysim serve --write-env relay.env --record session.jsonl
  echo ':step {inbound: {text: hi, guild: G1}}' | relaysim serve --config scenario.yaml`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serveConnector(cmd.Context(), p, flags)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.listen, "listen", "127.0.0.1:8787", "the `address` that gateways dial; without a host it is 127.0.0.1")
	f.StringVar(&flags.config, "config", "", "take the connector and its gateways from this `file`, a scenario or a part of one")
	f.StringVar(&flags.record, "record", "", "record in this `file`")
	f.BoolVar(&flags.force, "force", false, "replace the recording if it is there")
	f.StringVar(&flags.writeEnv, "write-env", "", "write what the gateway needs, its secret too, to this `file`, for a shell and for --env-file")
	f.StringVar(&flags.tokenFile, "token-file", "", "ask for the token in this `file` at the HTTP API")
	f.StringVar(&flags.buffers, "buffers", "", "keep what comes for gateways that are away in this `folder`")
	f.BoolVarP(&flags.quiet, "quiet", "q", false, "do not show what crosses; :log on does")
	return cmd
}

// serveConnector serves until ctx ends or somebody says so.
func serveConnector(ctx context.Context, p program, flags serveFlags) error {
	o, err := flags.options(p)
	if err != nil {
		return err
	}
	ln, err := flags.open(&o)
	if err != nil {
		return err
	}
	defer ln.Close()
	if flags.buffers != "" {
		kept, err := flags.openBuffers(p)
		if err != nil {
			return err
		}
		defer kept.Close()
		o.Buffers = kept
	}
	s, err := serve.New(o)
	if err != nil {
		return err
	}
	if err := flags.begin(p, s); err != nil {
		return errors.Join(err, s.Close())
	}
	if !o.Loopback {
		fmt.Fprintf(p.stderr, "%s can be reached from other machines, without TLS: a token and what users write can be read along\n", ln.Addr())
		if o.Token == "" {
			fmt.Fprintln(p.stderr, "the HTTP API is off: set RELAYSIM_TOKEN or give --token-file to have it")
		}
	}
	return runPrompt(ctx, p, flags, s, ln)
}

// options reads what can be wrong before anything is opened.
func (f *serveFlags) options(p program) (serve.Options, error) {
	o := serve.Options{Setup: &scenario.Scenario{}, Token: strings.TrimSpace(p.env("RELAYSIM_TOKEN"))}
	if f.config != "" {
		data, err := readOrdinary(f.config)
		if err != nil {
			return o, fmt.Errorf("--config: %s: %w", f.config, reason(err))
		}
		if o.Setup, err = scenario.LoadSetup(f.config, data); err != nil {
			return o, fmt.Errorf("--config: %w", err)
		}
		if len(o.Setup.Steps) > 0 || len(o.Setup.Agent) > 0 {
			fmt.Fprintf(p.stderr, "%s: its agent and steps are not played\n", f.config)
		}
	}
	if secret := p.env("GATEWAY_RELAY_SECRET"); secret != "" && len(o.Setup.Gateways) == 0 {
		if o.Setup.Gateway == nil {
			o.Setup.Gateway = &scenario.Gateway{ID: p.env("GATEWAY_RELAY_ID")}
		}
		if o.Setup.Gateway.Secret == "" {
			o.Setup.Gateway.Secret = secret
		}
	}
	if f.tokenFile != "" {
		data, err := readOrdinary(f.tokenFile)
		if err != nil {
			return o, fmt.Errorf("--token-file: %s: %w", f.tokenFile, reason(err))
		}
		if o.Token = strings.TrimSpace(string(data)); o.Token == "" {
			return o, fmt.Errorf("--token-file: %s is empty", f.tokenFile)
		}
	}
	return o, nil
}

// readOrdinary reads a small file.
func readOrdinary(path string) ([]byte, error) {
	f, err := openOrdinary(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, scenario.MaxSize+1))
}

// open listens, and says in the options where that is.
func (f *serveFlags) open(o *serve.Options) (net.Listener, error) {
	ln, near, err := listen(f.listen)
	if err != nil {
		return nil, err
	}
	tcp := ln.Addr().(*net.TCPAddr)
	o.Loopback, o.Base = near, "http://"+tcp.String()
	if tcp.IP.IsUnspecified() { // every address of this machine
		o.Base = "http://" + net.JoinHostPort(outward(), strconv.Itoa(tcp.Port))
	}
	return ln, nil
}

// outward is an address of this machine that others can dial, if it has one.
func outward() string {
	addresses, _ := net.InterfaceAddrs() // without them it has none
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() && n.IP.To4() != nil {
			return n.IP.String()
		}
	}
	return "127.0.0.1"
}

// writeSecret writes a file that only its owner reads, whoever could before.
func writeSecret(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() { // a pipe is what it is
		if err = errors.Join(f.Chmod(0o600), f.Truncate(0)); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// openBuffers opens the folder of what waits, and reports what of it is lost.
func (f *serveFlags) openBuffers(p program) (*buffer.Disk, error) {
	kept, aside, err := buffer.OpenDisk(f.buffers, buffer.Limits{})
	if err != nil {
		return nil, fmt.Errorf("--buffers: %w", err)
	}
	if aside != "" {
		fmt.Fprintf(p.stderr, "--buffers: lines that cannot be read were skipped, the file is kept as %s\n", aside)
	}
	return kept, nil
}

// envFile is the file for a gateway: where there are several, each has its own.
func (f *serveFlags) envFile(c serve.Credentials, of int) string {
	if of == 1 {
		return f.writeEnv
	}
	ending := filepath.Ext(f.writeEnv)
	return strings.TrimSuffix(f.writeEnv, ending) + "." + url.PathEscape(c.ID) + ending
}

// envHead says in the file how it is read.
func envHead(file string) string {
	return fmt.Sprintf("# In a shell: set -a; . ./%s; set +a. For relaysim record and simulate: --env-file %[1]s\n", record.QuoteEnv(filepath.Base(file)))
}

// begin starts the recording and says how to dial.
func (f *serveFlags) begin(p program, s *serve.Server) error {
	if f.record != "" {
		if err := s.StartRecording(f.record, f.force); err != nil {
			return fmt.Errorf("--record: %w", withForce(err))
		}
	}
	list := s.Credentials()
	for _, c := range list {
		if f.writeEnv == "" {
			continue
		}
		if err := writeSecret(f.envFile(c, len(list)), envHead(f.envFile(c, len(list)))+s.Env(c, true)); err != nil {
			return fmt.Errorf("--write-env: %w", err)
		}
	}
	for _, c := range list {
		fmt.Fprintf(p.stderr, "gateway %s dials with\n", c.ID)
		for line := range strings.Lines(s.Env(c, c.Made && f.writeEnv == "")) {
			fmt.Fprint(p.stderr, "  "+line)
		}
		switch {
		case f.writeEnv != "":
			fmt.Fprintf(p.stderr, "  and its secret: all of it is in %s\n", f.envFile(c, len(list)))
		case !c.Made:
			fmt.Fprintln(p.stderr, "  and GATEWAY_RELAY_SECRET, which is not shown: it was given")
		default:
			fmt.Fprintln(p.stderr, "  (the secret was made for this run; one in --config or GATEWAY_RELAY_SECRET stays)")
		}
	}
	return nil
}
