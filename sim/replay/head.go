package replay

import (
	"time"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/scenario"
)

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
	}
	if s.Name == "" {
		s.Name = t.name()
	}
	if t.auth {
		t.authenticate(s)
	}
	if c := t.header.Config; c != nil {
		configure(s.Gateway, c)
	}
	return s, t.identities(s)
}

// gatewayID stands for the id of a gateway that never was let in.
const gatewayID = "gw-recorded"

// authenticate gives the gateway credentials, and the connector the same ones;
// or others, where it refused.
func (t *tape) authenticate(s *scenario.Scenario) {
	s.Connector.Auth = "required"
	s.Gateway.NoAuth = false
	s.Gateway.ID = t.as
	if t.as == "" {
		s.Gateway.ID = gatewayID
		s.Connector.Secrets = map[string][]string{gatewayID: {"not the secret of " + gatewayID}}
	}
}

func configure(g *scenario.Gateway, c *recording.Config) {
	g.RequestTimeout = duration(c.OutboundTimeout)
	g.HandshakeTimeout = duration(c.ConnectTimeout)
	g.Reconnect = c.Reconnect
	g.Typing = c.TypingIndicator
}

func duration(seconds float64) time.Duration {
	return time.Duration(seconds * float64(time.Second))
}

// identities are those of the header, else those that said hello.
func (t *tape) identities(s *scenario.Scenario) error {
	var list []recording.Identity
	if c := t.header.Config; c != nil {
		list = c.Identities
	}
	if len(list) == 0 {
		list = t.hellos()
	}
	if len(list) == 0 {
		return t.problem("no identities: want config.identities in the header, or a hello")
	}
	for _, id := range list {
		if _, twice := s.Connector.Platforms[id[0]]; twice {
			return t.problem("not playable yet: two identities on %s", id[0])
		}
		s.Connector.Platforms[id[0]] = scenario.Platform{BotID: id[1]}
		s.Gateway.Platforms = append(s.Gateway.Platforms, id[0])
	}
	return nil
}

// hellos are the identities of the first socket, in order (MP-1).
func (t *tape) hellos() []recording.Identity {
	var list []recording.Identity
	for _, l := range t.lines {
		if l.Observation.Conn > 1 {
			break
		}
		for _, f := range t.frames[l.Observation.Seq] {
			if f.fields["type"] == "hello" {
				platform, _ := f.fields["platform"].(string)
				bot, _ := f.fields["botId"].(string)
				list = append(list, recording.Identity{platform, bot})
			}
		}
	}
	return list
}
