package play

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/scenario"
)

// peerHeader names a socket to the connector.
const peerHeader = "X-Relaysim-Peer"

// connectorOptions reads the scenario's two halves: the gateways are also
// records of the connector.
func (r *run) connectorOptions() connector.Options {
	config := &r.scenario.Connector
	o := connector.Options{
		Platforms:       r.platforms(),
		OpenAuth:        config.Auth == "open",
		ManualHandshake: config.Handshake == manual,
		ManualResults:   config.Results == manual,
		Fail:            config.Fail,
		Chats:           map[string]connector.ChatInfo{},
		PeerHeader:      peerHeader,
		Clock:           r.clock,
		NewID:           r.ids.source("out-"),
		Trace:           r.log,
		Activity:        r.counter,
		Logger:          r.options.Logger,
	}
	for id, chat := range config.Chats {
		o.Chats[id] = connector.ChatInfo{Name: chat.Name, Type: chat.Type}
	}
	for _, id := range sorted(config.Tenants) {
		t := config.Tenants[id]
		o.Tenants = append(o.Tenants, connector.Tenant{ID: id, Scopes: t.Scopes, Users: t.Users})
	}
	r.names = []string{defaultGateway}
	configs := map[string]scenario.Gateway{defaultGateway: {}}
	if r.scenario.Gateway != nil {
		configs[defaultGateway] = *r.scenario.Gateway
	}
	if len(r.scenario.Gateways) > 0 {
		r.names, configs = sorted(r.scenario.Gateways), r.scenario.Gateways
	}
	for _, name := range r.names {
		p := r.newPlayer(name, configs[name], o.Platforms)
		r.gateways[name] = p
		o.Gateways = append(o.Gateways, p.record(config.Secrets[p.id]))
	}
	for _, id := range sorted(config.Secrets) { // records of gateways that do not run
		if !slices.ContainsFunc(o.Gateways, func(g connector.Gateway) bool { return g.ID == id }) {
			o.Gateways = append(o.Gateways, connector.Gateway{ID: id, Tenant: r.onlyTenant(), Secrets: config.Secrets[id]})
		}
	}
	return o
}

// defaultGateway is the name of a scenario's only gateway.
const defaultGateway = "gateway"

// platforms are the connector's, in the order of the gateways' hellos: the
// first one's platforms first, then by name.
func (r *run) platforms() []connector.Platform {
	config := r.scenario.Connector.Platforms
	if len(config) == 0 {
		return []connector.Platform{{Name: "discord", BotID: "discord-bot"}}
	}
	names := sorted(config)
	if g := r.scenario.Gateway; g != nil {
		first := slices.DeleteFunc(slices.Clone(g.Platforms), func(n string) bool { _, ok := config[n]; return !ok })
		names = append(first, slices.DeleteFunc(names, func(n string) bool { return slices.Contains(first, n) })...)
	}
	var list []connector.Platform
	for _, name := range names {
		bot := config[name].BotID
		if bot == "" {
			bot = name + "-bot"
		}
		list = append(list, connector.Platform{Name: name, BotID: bot, Descriptor: config[name].Descriptor})
	}
	return list
}

func (r *run) onlyTenant() string {
	if len(r.scenario.Connector.Tenants) == 1 {
		return sorted(r.scenario.Connector.Tenants)[0]
	}
	return ""
}

// newPlayer fills in what the scenario left out of a gateway.
func (r *run) newPlayer(name string, config scenario.Gateway, platforms []connector.Platform) *player {
	p := &player{run: r, name: name, config: config, id: config.ID, secret: config.Secret, tenant: config.Tenant}
	if p.id == "" {
		p.id = "gw-1"
		if name != defaultGateway {
			p.id = "gw-" + name
		}
	}
	if p.secret == "" {
		p.secret = "relaysim-made-secret-of-" + p.id
	}
	if p.tenant == "" {
		p.tenant = r.onlyTenant()
	}
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
		name: name, rules: r.scenario.Agent, revision: r.revision, log: r.log, since: r.clock.sinceStart,
		variables: r.variables, signals: r.signals,
	}
	if err := p.agent.compile(); err != nil {
		r.broken = err
	}
	return p
}

// record is the connector's record of the gateway.
func (p *player) record(secrets []string) connector.Gateway {
	if len(secrets) == 0 {
		secrets = []string{p.secret}
	}
	perUser := p.config.Sessions.GroupPerUser
	return connector.Gateway{
		ID: p.id, Name: p.name, Tenant: p.tenant, Instance: p.config.Instance, Secrets: secrets,
		SharedGroups: perUser != nil && !*perUser,
	}
}

// options is what the gateway under test is started with.
func (p *player) options() (gateway.Options, error) {
	c := &p.config
	o := gateway.Options{
		URL:              p.run.base,
		Revision:         p.run.revision,
		Identities:       p.identities,
		Agent:            p.agent,
		Sessions:         sessions(c.Sessions),
		BackOff:          c.BackOff,
		HandshakeTimeout: c.HandshakeTimeout,
		RequestTimeout:   c.RequestTimeout,
		MaxMessage:       c.MaxMessage,
		NoReconnect:      c.Reconnect != nil && !*c.Reconnect,
		NoTyping:         c.Typing != nil && !*c.Typing,
		Clock:            p.run.clock,
		NewID:            p.run.ids.source("req-"),
		HTTPClient:       p.run.client,
		Logger:           p.run.options.Logger,
		Observer:         p.agent,
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

func sessions(c scenario.SessionOptions) session.KeyOptions {
	return session.KeyOptions{
		SharedGroups:   c.GroupPerUser != nil && !*c.GroupPerUser,
		ThreadsPerUser: c.ThreadPerUser != nil && *c.ThreadPerUser,
		Aliases:        c.Aliases,
	}
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
