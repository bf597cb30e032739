package connector_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/connector"
)

const commandSession = "agent:main:relay:channel:C1:UA"

func followUp(session, kind, content string) string {
	return `{"op":"follow_up","session_key":"` + session + `","kind":"` + kind + `","content":"` + content + `","metadata":{}}`
}

func TestFollowUpActsWithTheVaultsToken(t *testing.T) { // FU-1, FU-2
	t.Parallel()
	r := newRig(t, twoTenants())
	a := r.gateway("gw-a", "secret-a")
	r.interact("discord-bot", command)
	a.gotForward()
	for i, want := range []string{"out-1", "out-2"} { // a used one stays good
		res := a.requestFor(`"platform":"discord","botId":"discord-bot",`, followUp(commandSession, "discord.interaction_token", "pong"))
		if diff := cmp.Diff(map[string]any{"success": true, "message_id": want}, res); diff != "" {
			t.Errorf("%d: (-want +got)\n%s", i, diff)
		}
	}
	shown := []connector.MessageView{{ID: "out-1", From: "bot", Text: "pong"}, {ID: "out-2", From: "bot", Text: "pong"}}
	if diff := cmp.Diff(shown, r.Chat("C1").Messages); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	wantSuccess(t, a.request(`{"op":"edit","chat_id":"C1","message_id":"out-1","content":"ping","metadata":{"scope_id":"GA"}}`))
	wantError(t, a.request(followUp(commandSession, "discord.interaction_token", strings.Repeat("x", 2001))), "too long")
}

func TestFollowUpRefused(t *testing.T) { // FU-3
	t.Parallel()
	const kind = "discord.interaction_token"
	for name, c := range map[string]struct {
		gateway       string
		age           time.Duration
		session, kind string
		want          string // empty: it succeeds
	}{
		"good":              {"gw-a", 0, commandSession, kind, ""},
		"just before":       {"gw-a", 15*time.Minute - time.Nanosecond, commandSession, kind, ""},
		"expired":           {"gw-a", 15 * time.Minute, commandSession, kind, "expired"}, // FU-6
		"other session":     {"gw-a", 0, "agent:main:relay:channel:C1:UB", kind, "no capability"},
		"no session":        {"gw-a", 0, "", kind, "no capability"},
		"other kind":        {"gw-a", 0, commandSession, "slack.response_url", "no capability"},
		"kind cut short":    {"gw-a", 0, commandSession, "discord", "no capability"},
		"no kind":           {"gw-a", 0, commandSession, "", "no capability"},
		"of another tenant": {"gw-b", 0, commandSession, kind, "no capability"},
		"that and expired":  {"gw-b", time.Hour, commandSession, kind, "no capability"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, twoTenants())
			peers := map[string]*peer{"gw-a": r.gateway("gw-a", "secret-a"), "gw-b": r.gateway("gw-b", "secret-b")}
			r.interact("discord-bot", command)
			peers["gw-a"].gotForward()
			r.clock.Advance(c.age)
			res := peers[c.gateway].request(followUp(c.session, c.kind, "x"))
			sent := len(r.Chat("C1").Messages)
			if c.want == "" {
				wantSuccess(t, res)
			} else {
				wantError(t, res, c.want)
				if res["error"] == "" || sent != 0 {
					t.Errorf("%d messages were sent", sent)
				}
			}
			for _, owner := range []string{"gw-a", "tenant", theToken} {
				if e, _ := res["error"].(string); strings.Contains(e, owner) {
					t.Errorf("the error says whose it is: %s", e)
				}
			}
		})
	}
}

// A clock that is set back refuses no capability that was good: nobody can tell
// how old it is. It lives on for what was taken back, and no longer.
func TestFollowUpWhenTheClockIsSetBack(t *testing.T) { // FU-6
	t.Parallel()
	r := newRig(t, twoTenants())
	a := r.gateway("gw-a", "secret-a")
	r.interact("discord-bot", command)
	a.gotForward()
	ask := func() map[string]any { return a.request(followUp(commandSession, "discord.interaction_token", "x")) }
	came := r.clock.Now()
	r.clock.Set(came.Add(-time.Hour))
	wantSuccess(t, ask())
	r.clock.Set(came.Add(15 * time.Minute))
	wantError(t, ask(), "expired")
	r.clock.Set(came.Add(-time.Hour))
	r.interact("discord-bot", command) // the newest stands, though it expires first
	a.gotForward()
	r.clock.Set(came.Add(-45 * time.Minute))
	wantError(t, ask(), "expired")
}

// Untagged, as the seed's gateways are, it is still the capability's platform
// that limits it, not the default one.
func TestFollowUpLimit(t *testing.T) { // OUT-8
	t.Parallel()
	for _, limit := range []int{3, 5} {
		r := newRig(t, connector.Options{Platforms: []connector.Platform{
			{Name: "telegram", Descriptor: map[string]any{"max_message_length": 4}},
			{Name: "discord", Descriptor: map[string]any{"max_message_length": limit}},
		}})
		p := r.dial("gw-1", "secret-1")
		p.hello("telegram", "telegram-bot")
		r.interact("discord-bot", command)
		p.gotForward()
		content := strings.Repeat("x", limit)
		wantSuccess(t, p.request(followUp(commandSession, "discord.interaction_token", content)))
		wantError(t, p.request(followUp(commandSession, "discord.interaction_token", content+"x")), "too long")
	}
}

// Two tenants may well have equal session keys; neither's capability is the other's.
func TestFollowUpOfEqualSessionKeys(t *testing.T) { // FU-3, SEC-3
	t.Parallel()
	r := newRig(t, twoTenants())
	a, b := r.gateway("gw-a", "secret-a"), r.gateway("gw-b", "secret-b")
	r.interact("discord-bot", command)
	a.gotForward()
	r.clock.Advance(10 * time.Minute)
	r.interact("discord-bot", strings.Replace(command, `"GA"`, `"GB"`, 1))
	b.gotForward()
	r.clock.Advance(10 * time.Minute)
	wantError(t, a.request(followUp(commandSession, "discord.interaction_token", "x")), "expired")
	wantSuccess(t, b.request(followUp(commandSession, "discord.interaction_token", "x")))
}

func TestCapabilityUnderTheGatewaysSessionKey(t *testing.T) { // DI-6
	t.Parallel()
	for name, c := range map[string]struct {
		body, want string
		shared     bool
	}{
		"guild":                {`"guild_id":"G1","channel_id":"C1","member":{"user":{"id":"U1"}}`, "agent:main:relay:channel:C1:U1", false},
		"guild, one for all":   {`"guild_id":"G1","channel_id":"C1","member":{"user":{"id":"U1"}}`, "agent:main:relay:channel:C1", true},
		"member before user":   {`"guild_id":"G1","channel_id":"C1","user":{"id":"U2"},"member":{"user":{"id":"U1"}}`, "agent:main:relay:channel:C1:U1", false},
		"guild, user at top":   {`"guild_id":"G1","channel_id":"C1","user":{"id":"U2"}`, "agent:main:relay:channel:C1:U2", false},
		"guild without a user": {`"guild_id":"G1","channel_id":"C1"`, "agent:main:relay:channel:C1", false},
		"dm":                   {`"channel_id":"D1","user":{"id":"U1"}`, "agent:main:relay:dm:D1", false},
		"dm, null guild":       {`"guild_id":null,"channel_id":"D1","user":{"id":"U1"}`, "agent:main:relay:dm:D1", false},
		"dm without a channel": {`"user":{"id":"U1"}`, "agent:main:relay:dm:U1", false},
		"nothing":              {`"data":{}`, "agent:main:relay:dm", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, connector.Options{Gateways: []connector.Gateway{{ID: "gw-1", Secrets: []string{"secret-1"}, SharedGroups: c.shared}}})
			p := r.gateway("gw-1", "secret-1")
			r.interact("discord-bot", `{"type":2,"token":"`+theToken+`",`+c.body+`}`)
			p.gotForward()
			wantSuccess(t, p.request(followUp(c.want, "discord.interaction_token", "x")))
			wantError(t, p.request(followUp(c.want+":X", "discord.interaction_token", "x")), "no capability")
		})
	}
}
