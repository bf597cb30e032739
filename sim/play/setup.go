package play

import (
	"maps"
	"slices"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/scenario"
)

// ConnectorOptions is the fake connector that a scenario describes, its gateways
// as records, with what it leaves out filled in. Clock, trace and the like are
// the caller's to add.
func ConnectorOptions(sc *scenario.Scenario) connector.Options {
	config := &sc.Connector
	o := connector.Options{
		Platforms:       platforms(sc),
		OpenAuth:        config.Auth == "open",
		ManualHandshake: config.Handshake == manual,
		ManualResults:   config.Results == manual,
		Fail:            config.Fail,
		Chats:           map[string]connector.ChatInfo{},
	}
	for id, chat := range config.Chats {
		o.Chats[id] = connector.ChatInfo{Name: chat.Name, Type: chat.Type}
	}
	for _, id := range sorted(config.Tenants) {
		t := config.Tenants[id]
		o.Tenants = append(o.Tenants, connector.Tenant{ID: id, Scopes: t.Scopes, Users: t.Users})
	}
	names, configs := gatewaysOf(sc)
	for _, name := range names {
		o.Gateways = append(o.Gateways, record(name, configs[name], config.Secrets))
	}
	for _, id := range sorted(config.Secrets) { // records of gateways that do not run
		if !slices.ContainsFunc(o.Gateways, func(g connector.Gateway) bool { return g.ID == id }) {
			o.Gateways = append(o.Gateways, connector.Gateway{ID: id, Tenant: onlyTenant(sc), Secrets: config.Secrets[id]})
		}
	}
	return o
}

// record is the connector's record of a gateway.
func record(name string, g scenario.Gateway, secrets map[string][]string) connector.Gateway {
	accepted := secrets[g.ID]
	if len(accepted) == 0 {
		accepted = []string{g.Secret}
	}
	perUser := g.Sessions.GroupPerUser
	var policy connector.Policy
	if g.Policy != nil {
		policy = connector.Policy(*g.Policy)
	}
	return connector.Gateway{
		Users: g.Users, Policy: policy,
		ID: g.ID, Name: name, Tenant: g.Tenant, Instance: g.Instance, Secrets: accepted,
		SharedGroups: perUser != nil && !*perUser,
	}
}

// gatewaysOf are a scenario's gateways by name, in order, with the id, the
// secret and the tenant that it leaves out.
func gatewaysOf(sc *scenario.Scenario) (names []string, configs map[string]scenario.Gateway) {
	configs = map[string]scenario.Gateway{scenario.DefaultGateway: {}}
	if sc.Gateway != nil {
		configs[scenario.DefaultGateway] = *sc.Gateway
	}
	if len(sc.Gateways) > 0 {
		configs = maps.Clone(sc.Gateways)
	}
	names = sorted(configs)
	for _, name := range names {
		g := configs[name]
		g.ID = GatewayID(name, &g)
		g.Secret = or(g.Secret, "relaysim-made-secret-of-"+g.ID)
		g.Tenant = or(g.Tenant, onlyTenant(sc))
		configs[name] = g
	}
	return names, configs
}

// GatewayID is the id of a scenario's gateway of that name.
func GatewayID(name string, g *scenario.Gateway) string {
	if name == scenario.DefaultGateway {
		return or(g.ID, "gw-1")
	}
	return or(g.ID, "gw-"+name)
}

// platforms are the connector's, in the order of the gateways' hellos: the
// first one's platforms first, then by name.
func platforms(sc *scenario.Scenario) []connector.Platform {
	config := sc.Connector.Platforms
	if len(config) == 0 {
		return []connector.Platform{{Name: "discord", BotID: "discord-bot"}}
	}
	names := sorted(config)
	if g := sc.Gateway; g != nil {
		first := slices.DeleteFunc(slices.Clone(g.Platforms), func(n string) bool { _, ok := config[n]; return !ok })
		names = append(first, slices.DeleteFunc(names, func(n string) bool { return slices.Contains(first, n) })...)
	}
	var list []connector.Platform
	for _, name := range names {
		list = append(list, connector.Platform{
			Name: name, BotID: or(config[name].BotID, name+"-bot"), Descriptor: config[name].Descriptor,
		})
	}
	return list
}

func onlyTenant(sc *scenario.Scenario) string {
	if len(sc.Connector.Tenants) == 1 {
		return sorted(sc.Connector.Tenants)[0]
	}
	return ""
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
