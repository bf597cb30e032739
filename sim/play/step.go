package play

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target"
	"github.com/relaysim/relaysim/sim/trace"
)

// step performs one step and waits until the pair is quiet again.
func (r *run) step(ctx context.Context, step *scenario.Step) error {
	if step.Expect != nil {
		return r.expect(ctx, step)
	}
	if step.Repeat != nil {
		return r.repeat(ctx, step.Repeat)
	}
	step, err := step.Resolve(r.variables.Lookup)
	if err != nil {
		return err
	}
	if step.Advance > 0 {
		return r.pass(ctx, step.Advance, false)
	}
	r.counter.Begin()
	err = r.stimulate(ctx, step)
	r.counter.End()
	if err != nil && !errors.Is(err, connector.ErrDropped) {
		return err
	}
	return r.quiet(ctx)
}

func (r *run) repeat(ctx context.Context, repeat *scenario.Repeat) error {
	for i := range repeat.Times {
		r.variables.Capture("i", number(i+1))
		if err := r.steps(ctx, repeat.Steps); err != nil {
			return err
		}
	}
	return nil
}

// pass lets virtual time go by, from timer to timer, with quiet in between. If
// once is set it stops after the first timer.
func (r *run) pass(ctx context.Context, d time.Duration, once bool) error {
	end := r.clock.sinceStart() + d
	for steps := 0; ; steps++ {
		if !r.about.Counted && steps > maxSteps {
			return errTooManyTimers
		}
		left := end - r.clock.sinceStart()
		next, ok := r.next()
		if !ok || next > left {
			if err := r.move(ctx, left); err != nil {
				return err
			}
			r.rested = -1 // the connector's own timers are not known
			return r.quiet(ctx)
		}
		if err := r.move(ctx, next); err != nil {
			return err
		}
		if err := r.quiet(ctx); err != nil || once {
			return err
		}
	}
}

// stimulate does what a step says.
func (r *run) stimulate(ctx context.Context, step *scenario.Step) error {
	switch {
	case step.Agent != nil:
		return r.call(step)
	case step.Gateway != "":
		return r.life(ctx, step)
	case step.Dial != nil:
		return r.dial(ctx, step.Dial, step.At)
	case step.Store != nil:
		return r.storeFile(step)
	case step.Signal != "":
		r.signals.give(step.Signal)
	case step.Tell != nil:
		return r.tell(step)
	case step.From != "" && step.From != string(trace.Connector):
		return r.writeByHand(step)
	case r.held != nil:
		return r.performHeld(ctx, step)
	default:
		return r.atConnector(ctx, step)
	}
	return nil
}

// tell tells an agent what the recorded one did.
func (r *run) tell(step *scenario.Step) error {
	if step.Tell.Rule == nil {
		r.signals.tell(step.Tell.Turn, step.Tell.Act)
		return nil
	}
	p, err := r.player(step.To)
	if err != nil {
		return err
	}
	return p.agent.learn([]scenario.Rule{*step.Tell.Rule})
}

// atConnector does what a step says of the connector's side.
func (r *run) atConnector(ctx context.Context, step *scenario.Step) error {
	if c := step.Connector; c != nil {
		name := or(step.At, r.connectors.names[0])
		switch {
		case c.Kill:
			r.connectors.kill(name)
			return nil
		case c.Restart:
			r.connectors.kill(name)
			r.connectors.start(name)
			return nil
		case c.Instance != "":
			r.connectors.lead(c.Instance)
			return nil
		}
	}
	name, at, err := r.connectors.at(step)
	if err != nil {
		return err
	}
	_, err = r.handAt(name, at).Perform(ctx, step)
	return err
}

// handAt does what is done at an instance of the connector.
func (r *run) handAt(name string, at *connector.Connector) *Hand {
	return &Hand{
		Connector: at, Platforms: r.connectors.options.Platforms, Base: r.connectors.bases[name], Client: r.client,
		Now: r.clock.time, NewID: r.ids.next, Gateway: r.gatewayID,
	}
}

// writeByHand sends messages as they are from a socket dialled by hand.
func (r *run) writeByHand(step *scenario.Step) error {
	s, ok := r.sockets[step.From]
	if !ok {
		return fmt.Errorf("no socket was dialled as %q", step.From)
	}
	messages, binary, err := messages(step)
	if err != nil {
		return err
	}
	return s.write(messages, binary)
}

// call makes a call outside a turn and does not wait for its result, which a
// later step may have to give.
func (r *run) call(step *scenario.Step) error {
	p, err := r.player(step.To)
	if err != nil {
		return err
	}
	if p.gateway == nil {
		return fmt.Errorf("gateway %s was never started", p.name)
	}
	g, a := p.gateway, action(step.Agent, nil)
	r.counter.Begin()
	r.calls.Go(func() {
		defer r.counter.End()
		p.agent.do(context.Background(), g, "", a)
	})
	return nil
}

// life is a gateway step.
func (r *run) life(ctx context.Context, step *scenario.Step) error {
	p, err := r.player(step.To)
	if err != nil {
		return err
	}
	switch step.Gateway {
	case "connect", "start":
		if r.options.Connector != nil {
			p.awaitEnd(ctx, r.options.Patience)
		}
		return p.start()
	case "kill":
		return p.kill(ctx)
	}
	if p.gateway == nil {
		return fmt.Errorf("gateway %s was never started", p.name)
	}
	switch step.Gateway {
	case "disconnect":
		p.leave(target.Gateway.Disconnect)
	case "go_idle":
		p.leave(target.Gateway.GoIdle)
	case "go_dormant":
		p.leave(target.Gateway.GoDormant)
	case "wake":
		p.woken.Store(true)
	}
	return nil
}
