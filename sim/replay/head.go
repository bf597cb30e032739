package replay

import "github.com/relaysim/relaysim/sim/scenario"

// head is the scenario without its steps: the gateway as it was set up, and a
// connector that says nothing of its own.
func head(t *tape) (*scenario.Scenario, error) {
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
		Gateway:  &scenario.Gateway{NoAuth: true},
		AnyOrder: true,
		Recorded: true,

		EventsUnknown: t.wireOnly,
	}
	if s.Name == "" {
		s.Name = nameOf(t.file)
	}
	if t.auth {
		t.authenticate(s)
	}
	if t.first.status != 0 { // a step must say so before it dials
		s.Gateway.Connect = new(bool)
	}
	if c := t.header.Config; c != nil {
		configure(s.Gateway, c)
	}
	return s, t.identities(s)
}
