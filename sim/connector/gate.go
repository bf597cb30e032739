package connector

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// Policy says what of a tenant's events an instance gets. The zero Policy lets
// everything through. Its layers only narrow (GATE-2).
type Policy struct {
	// Principal says who is authorised: Any, OwnerOnly or AllowList. Empty means
	// Any.
	Principal string
	// Owner is the author whose own messages need not be relevant, and the only
	// one authorised under OwnerOnly.
	Owner string
	// Allowed are authorised under AllowList, beside the owner.
	Allowed []string
	// Scopes are the guilds and chats it sees. Nil means all of its tenant's;
	// direct messages it always sees.
	Scopes []string
	// RequireAddress makes only what is addressed to the bot relevant, in groups:
	// what mentions it or replies to it (POL-1).
	RequireAddress bool
	// FreeResponseScopes are the guilds and chats in which nothing need be
	// addressed to it.
	FreeResponseScopes []string
	// AllowOtherBots makes what other bots write relevant.
	AllowOtherBots bool
}

// The principals of a Policy (MAN-2).
const (
	Any       = "any"
	OwnerOnly = "owner-only"
	AllowList = "allow-list"
)

var (
	errUnlinked     = errors.New("its author is bound to no instance")
	errUnauthorised = errors.New("its author is not authorised")
	errInvisible    = errors.New("the instance does not see where it is from")
	errIrrelevant   = errors.New("it is not relevant to the instance")
)

// remark is what of an event says whether it is relevant.
type remark struct {
	addressed bool // it mentions the bot or replies to it, or is a press or a command
	fromBot   bool
}

// remarkOf reads an event. bot is the one that would answer it.
func remarkOf(event, src map[string]any, bot string) remark {
	var r remark
	r.fromBot, _ = src["is_bot"].(bool)
	if to, ok := event["reply_to"].(map[string]any); ok {
		r.addressed, _ = to["is_own"].(bool)
	}
	mentions, _ := event["mentions"].([]any)
	text, _ := event["text"].(string)
	r.addressed = r.addressed || slices.Contains(mentions, any(bot)) ||
		strings.Contains(text, "<@"+bot+">") || strings.Contains(text, "<@!"+bot+">")
	return r
}

// judge says why an event does not get through to the instance; nil where it
// does (GATE-2).
func (p *Policy) judge(src source, r remark) error {
	within := func(scopes []string) bool {
		return src.scope != "" && slices.Contains(scopes, src.scope) || slices.Contains(scopes, src.chatID)
	}
	direct := src.chatType == "dm"
	own := p.Owner != "" && src.author == p.Owner
	switch {
	case !p.authorises(src.author, own):
		return errUnauthorised
	case p.Scopes != nil && !direct && !within(p.Scopes):
		return errInvisible
	case own:
		return nil
	case r.fromBot && !p.AllowOtherBots, p.RequireAddress && !direct && !r.addressed && !within(p.FreeResponseScopes):
		return errIrrelevant
	}
	return nil
}

func (p *Policy) authorises(author string, own bool) bool {
	switch cmp.Or(p.Principal, Any) {
	case Any:
		return true
	case AllowList:
		return own || slices.Contains(p.Allowed, author)
	}
	return own
}

// linked is the instance that an author is bound to, in a tenant in which anybody
// is bound to one; else empty, and errUnlinked where the author is to none
// (GATE-1).
func (r *routes) linked(tenant, author string) (instance string, err error) {
	for _, g := range r.records {
		if g.Tenant != tenant || len(g.Users) == 0 {
			continue
		}
		if slices.Contains(g.Users, author) {
			return g.Instance, nil
		}
		err = errUnlinked
	}
	return "", err
}
