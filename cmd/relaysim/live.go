package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/record"
	"github.com/relaysim/relaysim/sim/spell"
	"github.com/relaysim/relaysim/sim/target/holder"
)

// liveFlags say which connector is played against in place of the fake one.
type liveFlags struct {
	connector string
	driver    string // command of a connector driver
	vars      []string
	envFile   string
	ca        string
	insecure  bool
	wait      time.Duration
	settle    time.Duration
}

func (f *liveFlags) add(fs *pflag.FlagSet) {
	fs.StringVar(&f.connector, "connector", "", "play against the connector at this `URL`, what can be; credentials are in the environment")
	fs.StringVar(&f.driver, "connector-driver", "", "play against the connector that this `command` holds: see sim/target/holder/PROTOCOL.md")
	fs.StringArrayVar(&f.vars, "var", nil, "with --connector: what a given var is there, as `name=value`; may be given again")
	fs.StringVar(&f.envFile, "env-file", "", "with --connector: read the variables from this `file`, not the environment")
	fs.StringVar(&f.ca, "ca", "", "with --connector: trust the certificates of this PEM `file` too")
	fs.BoolVar(&f.insecure, "insecure", false, "with --connector: do not check its certificate")
	fs.DurationVar(&f.wait, "wait", play.DefaultPatience, "with --connector: real time that an answer may take")
	fs.DurationVar(&f.settle, "settle", play.DefaultSettle, "real time without an event after which what cannot be asked counts as quiet")
}

func (f *liveFlags) check() error {
	switch {
	case f.wait <= 0:
		return fmt.Errorf("--wait %s: want more than 0", f.wait)
	case f.settle <= 0:
		return fmt.Errorf("--settle %s: want more than 0", f.settle)
	case f.connector == "" && (f.vars != nil || f.envFile != "" || f.ca != "" || f.insecure):
		return errors.New("--var, --env-file, --ca and --insecure: want --connector too")
	case f.connector != "" && f.driver != "":
		return errors.New("--connector and --connector-driver: want one of the two")
	case f.ca != "" && f.insecure:
		return errors.New("--ca and --insecure: want one of the two")
	}
	return nil
}

// connectors is the live connector by revision, since the environment has other
// names in each; nil where none is named.
func (f *liveFlags) connectors(p program) (map[*wire.Revision]*play.Live, error) {
	live := map[*wire.Revision]*play.Live{}
	if f.driver != "" {
		for _, rev := range wire.Revisions() {
			live[rev] = &play.Live{
				Client:  &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
				Program: &holder.Program{Command: f.driver, Stderr: p.stderr},
			}
		}
		return live, nil
	}
	if f.connector == "" {
		return nil, nil
	}
	base, trust, err := connectorAt(f.connector, f.ca, f.insecure)
	if err != nil {
		return nil, err
	}
	vars := map[string]string{}
	for _, v := range f.vars {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--var %s: want name=value", v)
		}
		vars[name] = value
	}
	lookup, err := p.variables(f.envFile)
	if err != nil {
		return nil, err
	}
	client := clientFor(trust)
	for _, rev := range wire.Revisions() {
		env := gateway.FromEnv(lookup, rev)
		if env.Ignored != nil {
			return nil, env.Ignored
		}
		if env.GatewayID == "" || env.Secret == "" {
			return nil, errors.New("--connector: GATEWAY_RELAY_ID and GATEWAY_RELAY_SECRET say who dials: set them, or give --env-file")
		}
		live[rev] = &play.Live{
			URL: base.String(), Client: client, GatewayID: env.GatewayID, Secret: env.Secret, Identities: env.Identities, Vars: vars,
		}
	}
	return live, nil
}

// misnamed refuses a --var that no scenario takes: it would be left out silently.
func (f *liveFlags) misnamed(files []loaded) error {
	var given []string
	for _, file := range files {
		given = append(given, file.scenario.Given...)
	}
	for _, v := range f.vars {
		if name, _, _ := strings.Cut(v, "="); !slices.Contains(given, name) {
			return fmt.Errorf("--var %s: no scenario has it under given%s", name, spell.DidYouMean(name, given))
		}
	}
	return nil
}

// reach says once what would be wrong with every run.
func (f *liveFlags) reach(ctx context.Context, live *play.Live) error {
	if live == nil {
		return nil
	}
	err := live.Reach(ctx, f.wait)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return failure("interrupted: nothing was played")
	case f.driver != "":
		return fmt.Errorf("--connector-driver: %w\nnothing was played: want the command of a program that speaks sim/target/holder/PROTOCOL.md", err)
	case errors.Is(err, play.ErrUnauthorized):
		return fmt.Errorf("the connector at %s refuses us: %w: look at GATEWAY_RELAY_ID (%s) and GATEWAY_RELAY_SECRET%s", f.connector, err, live.GatewayID, readFrom(f.envFile))
	}
	return unreachable(f.connector, err)
}

// variables finds what the environment says, or the file in its place.
func (p program) variables(file string) (func(name string) (string, bool), error) {
	if file == "" {
		return func(name string) (string, bool) { v := p.env(name); return v, v != "" }, nil
	}
	if isFolder(file) {
		return nil, fmt.Errorf("--env-file: %s: a folder, want a file", file)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("--env-file: %s: %w", file, reason(err))
	}
	defer f.Close()
	env, err := record.ReadEnv(f, file)
	if err != nil {
		return nil, fmt.Errorf("--env-file: %w", err)
	}
	return func(name string) (string, bool) { v, ok := env[name]; return v, ok }, nil
}
