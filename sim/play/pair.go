package play

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/scenario"
)

// peerHeader names a socket to the connector.
const peerHeader = "X-Relaysim-Peer"

// connectorOptions reads the scenario's two halves: the gateways are also
// records of the connector.
func (r *run) connectorOptions() connector.Options {
	var configs map[string]scenario.Gateway
	r.names, configs = gatewaysOf(r.scenario)
	o := ConnectorOptions(r.scenario)
	for _, name := range r.names {
		r.gateways[name] = r.newPlayer(name, configs[name], o.Platforms)
	}
	for i := range o.Gateways {
		o.Gateways[i].Buffered = r.revision.AcksBuffered
		if wake := configs[o.Gateways[i].Name].Wake; wake != nil {
			o.Gateways[i].WakeURL = r.wakeURL(o.Gateways[i].Name, wake)
		}
	}
	o.WakeClient = r.client
	o.PeerHeader = peerHeader
	o.Clock = r.clock
	o.NewID = r.ids.source("out-")
	o.Trace = r.log
	o.Activity = r.counter
	o.Logger = r.options.Logger
	return o
}

// newPlayer is the gateway of that name; config is filled in.
func (r *run) newPlayer(name string, config scenario.Gateway, platforms []connector.Platform) *player {
	p := &player{run: r, name: name, config: config, id: config.ID, secret: config.Secret, tenant: config.Tenant}
	bots := map[string]string{}
	var fronted []string
	for _, pl := range platforms {
		bots[pl.Name] = pl.BotID
		fronted = append(fronted, pl.Name)
	}
	if len(config.Platforms) > 0 {
		fronted = config.Platforms
	}
	maps.Copy(bots, config.BotIDs)
	for _, name := range fronted {
		p.identities = append(p.identities, wire.Identity{Platform: name, BotID: bots[name]})
	}
	p.agent = &Agent{
		name: name, revision: r.revision, log: r.log, since: r.clock.sinceStart,
		variables: r.variables, signals: r.signals,
	}
	if err := p.agent.learn(r.scenario.Agent); err != nil {
		r.broken = err
	}
	p.bench = r.options.Target.Bench(p.agent)
	return p
}

// options is what the gateway under test is started with.
func (p *player) options() (gateway.Options, error) {
	c := &p.config
	o := gateway.Options{
		URL:              p.run.base,
		Revision:         p.run.revision,
		Identities:       p.identities,
		Sessions:         keyOptions(c.Sessions),
		Store:            p.store,
		BackOff:          c.BackOff,
		HandshakeTimeout: c.HandshakeTimeout,
		RequestTimeout:   c.RequestTimeout,
		MaxMessage:       c.MaxMessage,
		NoReconnect:      c.Reconnect != nil && !*c.Reconnect,
		Woken:            p.woken.Load,
		NoTyping:         c.Typing != nil && !*c.Typing,
		Clock:            p.run.clock,
		NewID:            p.run.ids.source("req-"),
		HTTPClient:       p.run.client,
		Logger:           p.run.options.Logger,
		Activity:         p.run.counter,
	}
	if !c.NoAuth {
		o.GatewayID, o.Secret = p.id, p.secret
	}
	for _, entry := range c.Commands {
		b, err := json.Marshal(entry)
		if err != nil {
			return o, fmt.Errorf("commands: %w", err)
		}
		var command struct {
			Name        string          `json:"name"`
			Description string          `json:"description"`
			Options     json.RawMessage `json:"options"`
		}
		if err := json.Unmarshal(b, &command); err != nil {
			return o, fmt.Errorf("commands: %w", err)
		}
		o.Commands = append(o.Commands, wire.Command{Name: command.Name, Description: command.Description, Options: command.Options})
	}
	return o, nil
}
