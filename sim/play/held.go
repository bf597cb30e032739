package play

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/relaysim/relaysim/gateway/auth"
	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target/holder"
	"github.com/relaysim/relaysim/sim/trace"
)

// A connector that a program holds for us: a driver does to it what steps say.

// startHeld starts the program of a held connector, and lets the bridge dial
// what it holds.
func (r *run) startHeld(ctx context.Context) error {
	h, reply, err := holder.Start(ctx, *r.options.Connector.Program, setupOf(r.connectors.options, r.clock.time()), func(reason string) {
		r.log.Add(&trace.Observation{Kind: trace.Note, From: trace.Connector, Reason: reason})
	})
	if err != nil {
		return err
	}
	r.held, r.bridge.Connector = h, reply.URL
	return nil
}

// nameOf is the gateway that presents a token, whether or not the connector
// takes it.
func (r *run) nameOf(bearer string) string {
	for _, name := range r.names {
		p := r.gateways[name]
		id, err := auth.Verify(bearer, []string{p.secret}, r.clock.time())
		if err == nil && id == p.id || len(r.names) == 1 {
			return name
		}
	}
	return ""
}

// setupOf is what a driver is told of the connector it is to start.
func setupOf(o connector.Options, now time.Time) map[string]any {
	var platforms, tenants, gateways []any
	for _, p := range o.Platforms {
		descriptor := connector.Preset(p.Name)
		for name, value := range p.Descriptor {
			descriptor[name] = value
			if value == nil {
				delete(descriptor, name)
			}
		}
		platforms = append(platforms, map[string]any{"name": p.Name, "bot_id": p.BotID, "descriptor": descriptor})
	}
	for _, t := range o.Tenants {
		tenants = append(tenants, map[string]any{"id": t.ID, "scopes": t.Scopes, "users": t.Users})
	}
	for _, g := range o.Gateways {
		gateways = append(gateways, map[string]any{
			"id": g.ID, "name": g.Name, "tenant": g.Tenant, "instance": g.Instance, "secrets": g.Secrets,
			"shared_groups": g.SharedGroups, "buffered": g.Buffered, "wake_url": g.WakeURL,
			"users": g.Users, "policy": policyOf(g.Policy),
		})
	}
	chats := map[string]any{}
	for id, c := range o.Chats {
		chats[id] = map[string]any{"name": c.Name, "type": c.Type}
	}
	return map[string]any{
		"platforms": platforms, "tenants": tenants, "gateways": gateways, "chats": chats, "fail": o.Fail,
		"open_auth": o.OpenAuth, "manual_handshake": o.ManualHandshake, "manual_results": o.ManualResults,
		"now": now.UnixMilli(),
	}
}

// policyOf is a policy in the words of the contract (POL-1, MAN-2).
func policyOf(p connector.Policy) map[string]any {
	return map[string]any{
		"principal": p.Principal, "owner": p.Owner, "allowed": p.Allowed, "scopes": p.Scopes, "requireAddress": p.RequireAddress,
		"freeResponseScopes": p.FreeResponseScopes, "allowOtherBots": p.AllowOtherBots,
	}
}

// ask lets the driver do something.
func (r *run) ask(ctx context.Context, what string, args map[string]any) (*holder.Reply, error) {
	reply, err := r.held.Do(ctx, what, args)
	if what != "advance" {
		r.rested = -1
	}
	switch {
	case err != nil:
		return nil, err
	case reply.Dropped:
		return reply, connector.ErrDropped
	case reply.Error != "":
		return nil, fmt.Errorf("the connector driver: %s: %s", what, reply.Error)
	}
	return reply, nil
}

// performHeld performs a step of the connector's side.
func (r *run) performHeld(ctx context.Context, step *scenario.Step) error {
	what, args, err := r.order(step)
	if err != nil {
		return err
	}
	if step.To != "" {
		args["to"] = step.To
	}
	reply, err := r.ask(ctx, what, args)
	if reply != nil && reply.Status != 0 {
		path := "/interactions/"
		if what == "webhook" {
			path = "/webhooks/twilio/"
		}
		r.log.Add(&trace.Observation{
			Kind: trace.Answer, From: trace.Connector, Path: path + fmt.Sprint(args["bot"]), Code: reply.Status, Data: []byte(reply.Body),
		})
	}
	return err
}

// order is what a driver is asked for in a step.
func (r *run) order(step *scenario.Step) (what string, args map[string]any, err error) {
	h := r.handAt(r.connectors.names[0], nil)
	switch {
	case step.Inbound != nil:
		event := Event(step.Inbound, h.Platforms[0].Name, h.source("m"))
		return "deliver", map[string]any{"event": event, "buffer_id": step.Inbound.BufferID}, nil
	case step.Interaction != nil:
		body, err := InteractionBody(step.Interaction, h.source("i"), h.source("relaysim-made-interaction-token-"))
		token, _ := trace.Text(trace.Field(body, "token"))
		r.tokens = append(r.tokens, token)
		return "interaction", map[string]any{
			"bot": h.bot("discord"), "body": string(body), "signature": or(step.Interaction.Signature, "good"),
		}, err
	case step.Webhook != nil:
		return "webhook", map[string]any{
			"bot": h.bot("sms"), "params": step.Webhook.Params, "signature": or(step.Webhook.Signature, "good"),
		}, nil
	case step.Passthrough != nil:
		return "forward", map[string]any{"forward": step.Passthrough.Value}, nil
	case step.Interrupt != nil:
		return "interrupt", map[string]any{"session_key": step.Interrupt.Session, "chat_id": step.Interrupt.Chat}, nil
	case step.Frame != nil, step.Raw != nil:
		list, binary, err := messages(step)
		return "write", map[string]any{"messages": list, "binary": binary}, err // base64, as JSON has bytes
	}
	return r.controlOrder(step)
}

func (r *run) controlOrder(step *scenario.Step) (what string, args map[string]any, err error) {
	c := step.Connector
	switch {
	case c.Close != nil:
		return "close", map[string]any{"code": c.Close.Code, "reason": c.Close.Reason}, nil
	case c.Drop:
		return "drop", map[string]any{}, nil
	case c.Revoke, c.Rotate != nil:
		id, err := r.gatewayID(step.To)
		if c.Revoke {
			return "revoke", map[string]any{"gateway": id}, err
		}
		return "rotate", map[string]any{"gateway": id, "secrets": c.Rotate}, err
	case c.Results != "":
		return "results", map[string]any{"manual": c.Results == manual}, nil
	case c.Handshake != "":
		return "handshake", map[string]any{"manual": c.Handshake == manual}, nil
	case c.Descriptor != nil:
		return "descriptor", map[string]any{"fields": c.Descriptor}, nil
	}
	return "refuse", map[string]any{"status": c.Refuse}, nil
}

// chat is what a user sees in a channel, as JSON.
func (r *run) chat(channel string) (json.RawMessage, error) {
	if r.held == nil {
		return json.Marshal(r.connectors.any().Chat(channel))
	}
	reply, err := r.ask(context.Background(), "chat", map[string]any{"channel": channel})
	switch {
	case err != nil:
		return nil, err
	case reply.Chat == nil:
		return nil, errors.New("the connector driver: chat: no chat in its answer")
	}
	return reply.Chat, nil
}
