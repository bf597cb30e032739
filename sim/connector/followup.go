package connector

import "github.com/relaysim/relaysim/sim/connector/state"

// followUp acts with a capability that the gateway names by session and kind
// and never sees (FU-1, FU-2). Absent, another kind's and another tenant's look
// the same (FU-3).
func (s *socket) followUp(a *action) result {
	if !a.hasContent {
		return refuse("content is missing")
	}
	c, found, live := s.c.capability(state.Key{Tenant: s.record.Tenant, Session: a.sessionKey, Kind: a.kind})
	switch {
	case !found:
		return refuse("no capability of this kind for this session")
	case !live:
		return refuse("the capability has expired")
	}
	p, _ := s.c.platforms.of(c.Platform)
	if err := p.limits.check(a.content); err != nil {
		return refuse(err.Error())
	}
	m := message{
		MessageView: MessageView{ID: s.c.newID(), From: Bot, Text: a.content},
		tenant:      s.record.Tenant,
	}
	s.c.chats.add(c.ChatID, m)
	return result{messageID: m.ID}
}
