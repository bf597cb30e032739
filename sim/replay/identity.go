package replay

import (
	"slices"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/scenario"
)

// identities gives a gateway those of the header, else those it said hello with.
func (t *tape) identities(s *scenario.Scenario, g *scenario.Gateway, a *actor, c *recording.Config) error {
	var list []recording.Identity
	if c != nil && (a.name == "" || c != t.header.Config) {
		list = c.Identities
	}
	if len(list) == 0 {
		list = a.hellos
	}
	if len(list) == 0 && !a.said {
		list = []recording.Identity{{"discord", "relaysim-made-bot"}} // nobody heard it
	}
	if len(list) == 0 {
		return t.problem("no identities: want config.identities in the header, or a hello")
	}
	for _, id := range list {
		platform, bot := id[0], id[1]
		if slices.Contains(g.Platforms, platform) {
			return t.problem("not playable yet: two identities on %s", platform)
		}
		g.Platforms = append(g.Platforms, platform)
		switch other, there := s.Connector.Platforms[platform]; {
		case !there:
			s.Connector.Platforms[platform] = scenario.Platform{BotID: bot}
		case other.BotID != bot:
			if g.BotIDs == nil {
				g.BotIDs = map[string]string{}
			}
			g.BotIDs[platform] = bot
		}
	}
	return nil
}
