package replay

import (
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/scenario"
)

// identities are those of the header, else those that said hello.
func (t *tape) identities(s *scenario.Scenario) error {
	var list []recording.Identity
	if c := t.header.Config; c != nil {
		list = c.Identities
	}
	if len(list) == 0 {
		list = t.hellos()
	}
	if len(list) == 0 && len(t.frames) == 0 {
		list = []recording.Identity{{"discord", "relaysim-made-bot"}} // nobody heard it
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

// hellos are the identities of the first socket that has any, in order (MP-1).
func (t *tape) hellos() []recording.Identity {
	var list []recording.Identity
	var conn int
	for _, l := range t.lines {
		for _, f := range t.frames[l.Observation.Seq] {
			if f.fields["type"] != "hello" || len(list) > 0 && l.Observation.Conn != conn {
				continue
			}
			conn = l.Observation.Conn
			platform, _ := f.fields["platform"].(string)
			bot, _ := f.fields["botId"].(string)
			list = append(list, recording.Identity{platform, bot})
		}
	}
	return list
}
