package replay

import (
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/scenario"
)

// head is the scenario without its steps: the gateways as they were set up, and a
// connector that says nothing of its own.
func (t *tape) head() (*scenario.Scenario, error) {
	s := &scenario.Scenario{
		Pos:       scenario.Pos{File: t.file, Line: 1},
		Name:      t.header.Title,
		About:     t.header.About,
		Tags:      []string{"recording"},
		Revisions: []string{t.revision},
		Connector: scenario.Connector{
			Platforms: map[string]scenario.Platform{},
			Auth:      "open", Handshake: "manual", Results: "manual",
		},
		EventsUnknown: t.wireOnly,
		Recorded:      &scenario.Recorded{Notes: t.notes(), Cut: !t.whole, NoEnds: !t.ends, Spares: t.spares.rules()},
	}
	if s.Name == "" {
		s.Name = nameOf(t.file)
	}
	for _, a := range t.cast.gateways {
		g := &scenario.Gateway{NoAuth: true}
		if a.auth {
			s.Connector.Auth = "required"
			id, accepted := a.authenticate(g)
			if s.Connector.Secrets == nil {
				s.Connector.Secrets = map[string][]string{}
			}
			s.Connector.Secrets[id] = accepted
		}
		if a.first.status != 0 || t.lines == 0 { // a step must say so before it dials; nobody did
			g.Connect = new(bool)
		}
		c := t.config(a)
		if c != nil {
			configure(g, c)
		}
		if err := t.identities(s, g, a, c); err != nil {
			return nil, err
		}
		if a.name == "" {
			s.Gateway = g
			continue
		}
		if s.Gateways == nil {
			s.Gateways = map[string]scenario.Gateway{}
		}
		s.Gateways[a.name] = *g
	}
	return s, nil
}

// config is how a gateway was set up, as the header says; nil where it does not.
func (t *tape) config(a *actor) *recording.Config {
	c := t.header.Config
	if c != nil && c.Gateways[a.peer] != nil {
		return c.Gateways[a.peer]
	}
	return c
}
