package play

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/scenario"
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
	for {
		left := end - r.clock.sinceStart()
		next, ok := r.clock.next()
		if !ok || next > left {
			if err := r.move(ctx, left); err != nil {
				return err
			}
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
	case step.Inbound != nil:
		return r.connector.Deliver(connector.Delivery{To: step.To, Event: r.event(step.Inbound), BufferID: step.Inbound.BufferID})
	case step.Interaction != nil:
		return r.interaction(ctx, step.Interaction)
	case step.Webhook != nil:
		return r.webhook(ctx, step.Webhook)
	case step.Passthrough != nil:
		forward, err := json.Marshal(step.Passthrough.Value)
		if err != nil {
			return err
		}
		return r.connector.Forward(step.To, forward)
	case step.Interrupt != nil:
		return r.connector.Interrupt(step.To, step.Interrupt.Session, step.Interrupt.Chat)
	case step.Frame != nil:
		line, err := frameLine(step.Frame.Value)
		if err != nil {
			return err
		}
		return r.write(step, [][]byte{line}, false)
	case step.Raw != nil:
		messages, err := messages(step.Raw)
		if err != nil {
			return err
		}
		return r.write(step, messages, step.Raw.Binary)
	case step.Agent != nil:
		return r.call(step)
	case step.Gateway != "":
		return r.life(step)
	case step.Connector != nil:
		return r.control(step)
	case step.Dial != nil:
		return r.dial(ctx, step.Dial)
	case step.Signal != "":
		r.signals.give(step.Signal)
	}
	return nil
}

// write sends messages as they are, from the connector or from a socket dialled by hand.
func (r *run) write(step *scenario.Step, messages [][]byte, binary bool) error {
	if step.From == "" || step.From == string(trace.Connector) {
		return r.connector.WriteRaw(step.To, messages, binary)
	}
	s, ok := r.sockets[step.From]
	if !ok {
		return fmt.Errorf("no socket was dialled as %q", step.From)
	}
	return s.write(messages, binary)
}

// frameLine is an object as one line. What a person wrote stays as it is: < > &
// are not escaped.
func frameLine(object any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b) // ends the line
	e.SetEscapeHTML(false)
	if err := e.Encode(object); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func messages(raw *scenario.Raw) ([][]byte, error) {
	var list [][]byte
	for _, m := range raw.Messages {
		list = append(list, []byte(m))
	}
	for _, m := range raw.Base64 {
		b, err := base64.StdEncoding.DecodeString(m)
		if err != nil {
			return nil, fmt.Errorf("raw.base64: %w", err)
		}
		list = append(list, b)
	}
	return list, nil
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
func (r *run) life(step *scenario.Step) error {
	p, err := r.player(step.To)
	if err != nil {
		return err
	}
	switch step.Gateway {
	case "connect", "start":
		return p.start()
	case "disconnect":
		if p.gateway == nil {
			return fmt.Errorf("gateway %s was never started", p.name)
		}
		p.disconnect()
	case "kill":
		p.cancel()
	}
	return nil
}

// control is a connector step.
func (r *run) control(step *scenario.Step) error {
	c := step.Connector
	switch {
	case c.Close != nil:
		return r.connector.CloseConn(step.To, c.Close.Code, c.Close.Reason)
	case c.Drop:
		return r.connector.Drop(step.To)
	case c.Revoke, c.Rotate != nil:
		p, err := r.player(step.To)
		if err != nil {
			return err
		}
		if c.Revoke {
			return r.connector.Revoke(p.id)
		}
		return r.connector.RotateSecrets(p.id, c.Rotate)
	case c.Results != "":
		r.connector.SetManualResults(c.Results == manual)
	case c.Handshake != "":
		r.connector.SetManualHandshake(c.Handshake == manual)
	case c.Descriptor != nil:
		return r.connector.SetDescriptor("", c.Descriptor)
	default:
		r.connector.RefuseUpgrades(c.Refuse)
	}
	return nil
}
