package main

import (
	"context"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/mimic"
	"github.com/relaysim/relaysim/sim/record"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/verdict"
)

// replayAsGateway plays one recording after the other, each to a connector of
// its own where none is named.
func replayAsGateway(ctx context.Context, p program, flags replayFlags, sources []source) error {
	far, err := flags.far(ctx, p)
	if err != nil {
		return err
	}
	return judgeEach(ctx, p, flags.simulateFlags, sources, "played", func(s source) (*verdict.Result, []problem) {
		r, err := playGateway(ctx, far, s)
		if err != nil && ctx.Err() == nil {
			return r, problemsOf(s.name, err)
		}
		return r, nil
	})
}

// far is the connector that is played to. Its URL is "" where each recording has
// one of its own; else it was reached.
func (f *replayFlags) far(ctx context.Context, p program) (mimic.Options, error) {
	o := mimic.Options{URL: f.connector, Wait: f.wait, Pace: f.pace}
	if o.URL == "" {
		return o, nil
	}
	base, trust, err := connectorAt(f.connector, f.ca, f.insecure)
	if err != nil {
		return o, err
	}
	lookup, err := p.variables(f.envFile)
	if err != nil {
		return o, err
	}
	env, err := dials(p, lookup, wire.R8, f.envFile)
	if err != nil {
		return o, err
	}
	o.GatewayID, o.Secret = env.GatewayID, env.Secret
	o.HTTPClient = clientFor(trust)
	return o, unreachable(f.connector, record.Reach(ctx, base, trust))
}

// playGateway plays one recording to the far connector, or to one of its own.
func playGateway(ctx context.Context, far mimic.Options, s source) (*verdict.Result, error) {
	if far.URL == "" {
		fake, err := fakeFor(s)
		if err != nil {
			return nil, err
		}
		defer fake.Close()
		far.URL, far.GatewayID, far.Secret, far.Again = fake.URL, fake.GatewayID, fake.Secret, fake.Again
	}
	var r *verdict.Result
	err := s.read(func(rec *recording.Reader) (err error) {
		r, err = mimic.Play(ctx, rec, far)
		return err
	})
	return r, err
}

// fakeFor starts a connector that looks like the recorded one.
func fakeFor(s source) (fake *mimic.Fake, err error) {
	err = s.read(func(rec *recording.Reader) (err error) {
		fake, err = mimic.NewFake(rec)
		return err
	})
	return fake, err
}
