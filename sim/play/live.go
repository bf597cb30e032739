package play

import (
	"maps"
	"net/http"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target/holder"
)

// Live is a connector that runs elsewhere and that nobody here controls. The
// built-in gateway dials it through a bridge, which writes down what crosses.
// Scenarios that need more of it are skipped.
type Live struct {
	// URL is its base URL (DIAL-1).
	URL string
	// Client dials it.
	Client *http.Client
	// GatewayID, Secret and Identities are the gateway's there. At least one
	// identity is needed.
	GatewayID, Secret string
	Identities        []wire.Identity
	// Vars are the values of vars that a scenario lists under given. platform and
	// bot are the first identity's where they are not among them.
	Vars map[string]string
	// Program, if set, holds the connector and does to it what steps say: then
	// nothing but Client counts of the above, and little is skipped.
	Program *holder.Program
}

// dress gives a scenario the credentials, the identities and the values of a
// live connector. Events that its users cause meanwhile are nobody's fault.
func (l *Live) dress(sc *scenario.Scenario) *scenario.Scenario {
	if l.Program != nil {
		return sc
	}
	own := *sc
	own.EventsUnknown = true
	own.Connector = scenario.Connector{Platforms: map[string]scenario.Platform{}}
	g := scenario.Gateway{}
	if sc.Gateway != nil {
		g = *sc.Gateway
	}
	g.ID, g.Secret, g.Platforms, g.BotIDs = l.GatewayID, l.Secret, nil, map[string]string{}
	for _, id := range l.Identities {
		g.Platforms = append(g.Platforms, id.Platform)
		g.BotIDs[id.Platform] = id.BotID
		own.Connector.Platforms[id.Platform] = scenario.Platform{BotID: id.BotID}
	}
	own.Gateway = &g
	own.Vars = maps.Clone(sc.Vars)
	for _, name := range sc.Given {
		if value, ok := l.value(name); ok {
			own.Vars[name] = value
		}
	}
	return &own
}

// value is what a given var is on this connector.
func (l *Live) value(name string) (string, bool) {
	if value, ok := l.Vars[name]; ok {
		return value, true
	}
	switch name {
	case "platform":
		return l.Identities[0].Platform, true
	case "bot":
		return l.Identities[0].BotID, l.Identities[0].BotID != ""
	}
	return "", false
}
