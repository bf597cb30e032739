package gateway_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
)

// metadata is that of the last action sent.
func (p *peer) metadata() map[string]any {
	fs := p.frames("outbound")
	return fs[len(fs)-1]["action"].(map[string]any)["metadata"].(map[string]any)
}

// origin is the metadata that names a scope and an author in a revision.
func origin(rev *wire.Revision, scope, author string) map[string]any {
	m := map[string]any{}
	if scope != "" {
		m[rev.ScopeKey] = scope
	}
	if author != "" && rev.AuthorInMetadata {
		m["user_id"] = author
	}
	return m
}

func TestScopeOutsideATurnIsTheLastSeen(t *testing.T) { // SC-1, SC-2, SC-3
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		r, p := start(t, rev, silent)
		p.inbound(say("a"))
		p.inbound(say("b", from("scope_id", "G2", "user_id", "U2")))
		dm := say("c", from("chat_id", "D1", "chat_type", "dm", "user_id", "U3"))
		delete(dm["source"].(map[string]any), "scope_id")
		delete(dm["source"].(map[string]any), "guild_id")
		p.inbound(dm)
		for _, c := range []struct {
			chat string
			want map[string]any
		}{
			{"C1", origin(rev, "G2", "U2")},
			{"D1", origin(rev, "", "U3")},
			{"never seen", origin(rev, "", "")},
		} {
			r.gw.Do(t.Context(), send(c.chat, "x"))
			if diff := cmp.Diff(c.want, p.metadata()); diff != "" {
				t.Errorf("%s: %s", c.chat, diff)
			}
		}
	})
}

func TestScopeInATurnIsThatOfItsEvent(t *testing.T) { // SC-6
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		_, p := start(t, rev, func(ctx context.Context, t *gateway.Turn) (string, error) {
			d, _ := time.ParseDuration(t.Event.Text)
			time.Sleep(d)
			t.Do(ctx, wire.Action{Op: wire.OpSend, Content: text("mine")})
			return "", nil
		})
		p.inbound(say("5s"))
		p.inbound(say("0s", from("scope_id", "G2", "user_id", "U2")))
		if diff := cmp.Diff(origin(rev, "G2", "U2"), p.metadata()); diff != "" {
			t.Error(diff)
		}
		wait(5 * time.Second)
		if diff := cmp.Diff(origin(rev, "G1", "U1"), p.metadata()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestScopeInATurnIsNotThatOfOthersBefore(t *testing.T) { // SC-6
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		_, p := start(t, rev, func(ctx context.Context, t *gateway.Turn) (string, error) {
			t.Do(ctx, wire.Action{Op: wire.OpSend, Content: text("mine")})
			return "", nil
		})
		p.inbound(say("a"))
		p.inbound(say("b", from("scope_id", "", "guild_id", "", "user_id", "")))
		if diff := cmp.Diff(origin(rev, "", ""), p.metadata()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestScopeOfAnotherChatInATurn(t *testing.T) { // SC-1
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		_, p := start(t, rev, func(ctx context.Context, t *gateway.Turn) (string, error) {
			if t.Event.Text == "tell C1" {
				t.Do(ctx, send("C1", "told"))
			}
			return "", nil
		})
		p.inbound(say("hi"))
		p.inbound(say("tell C1", from("chat_id", "C2", "scope_id", "G2", "user_id", "U2")))
		if diff := cmp.Diff(origin(rev, "G1", "U1"), p.metadata()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestScopeOfAnInteractionIsRemembered(t *testing.T) { // PT-8, SC-1
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		r, p := start(t, rev, silent)
		p.send(interaction(`{"id":"I1","type":2,"guild_id":"G7","channel_id":"C7","member":{"user":{"id":"U7"}},"data":{"name":"ping"}}`))
		synctest.Wait()
		r.gw.Do(t.Context(), send("C7", "x"))
		if diff := cmp.Diff(origin(rev, "G7", "U7"), p.metadata()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestCallersMetadataIsNotTouched(t *testing.T) { // SC-5
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		r, p := start(t, rev, silent)
		p.inbound(say("hi"))
		mine := map[string]any{rev.ScopeKey: "mine", "user_id": "me"}
		before := maps.Clone(mine)
		a := send("C1", "x")
		a.Metadata = mine
		r.gw.Do(t.Context(), a)
		if diff := cmp.Diff(before, p.metadata()); diff != "" {
			t.Errorf("overwritten: %s", diff)
		}
		mine = map[string]any{"x": "y"}
		a.Metadata = mine
		r.gw.Do(t.Context(), a)
		if len(mine) != 1 {
			t.Errorf("mutated: %v", mine)
		}
	})
}

func TestFollowUpCarriesNoScope(t *testing.T) { // FU-1
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		_, p := start(t, rev, func(ctx context.Context, t *gateway.Turn) (string, error) {
			t.Do(ctx, wire.Action{Op: wire.OpFollowUp, Kind: "discord.interaction_token", Content: text("pong")})
			return "", nil
		})
		p.inbound(say("hi"))
		want := []map[string]any{{
			"op": "follow_up", "session_key": "agent:main:discord:group:C1:U1", "kind": "discord.interaction_token",
			"content": "pong", "metadata": map[string]any{},
		}}
		if diff := cmp.Diff(want, p.actions("follow_up")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFollowUpOfAKindNobodyFrontsIsNotTagged(t *testing.T) { // FU-5
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, silent)
		r.gw.Do(t.Context(), wire.Action{Op: wire.OpFollowUp, SessionKey: "k", Kind: "telegram.callback"})
		if f := p.frames("outbound")[0]; f["platform"] != nil || f["botId"] != nil {
			t.Errorf("frame %v", f)
		}
	})
}

func TestPlatformOfAChatOutlivesAnInteraction(t *testing.T) { // MP-2
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, silent, func(o *gateway.Options) {
			o.Identities = []wire.Identity{{Platform: "telegram", BotID: "bot-t"}, {Platform: "discord", BotID: "bot-d"}}
		})
		p.inbound(say("hi", from("chat_id", "C7")))
		p.send(interaction(`{"id":"I1","type":2,"channel_id":"C7","user":{"id":"U7"},"data":{"name":"ping"}}`))
		synctest.Wait()
		r.gw.Do(t.Context(), send("C7", "x"))
		sent := p.frames("outbound")
		if f := sent[len(sent)-1]; f["platform"] != "discord" || f["botId"] != "bot-d" {
			t.Errorf("frame %v", f)
		}
	})
}

func TestManyIdentities(t *testing.T) { // MP-1, MP-2, MP-3, MP-4
	bubble8(t, func(t *testing.T) {
		long := strings.Repeat("x", 1500) + strings.Repeat("😀", 1000) // 2500 characters, 3500 UTF-16 units
		r, p := start(t, wire.R8, saying(long), func(o *gateway.Options) {
			o.Identities = []wire.Identity{{Platform: "telegram", BotID: "bot-t"}, {Platform: "discord", BotID: "bot-d"}}
		})
		narrow := descriptor("telegram")
		narrow["max_message_length"] = 10
		p.send(map[string]any{"type": "descriptor", "descriptor": narrow}) // a later one changes nothing
		p.inbound(say("hi", from("platform", "telegram", "chat_id", "T1")))
		p.inbound(say("hi", from("chat_id", "C1")))
		p.inbound(say("hi", from("platform", "relay", "chat_id", "R1")))
		pieces := map[string]int{}
		for _, f := range p.frames("outbound") {
			tag, _ := f["platform"].(string)
			bot, _ := f["botId"].(string)
			pieces[tag+" "+bot]++
		}
		// It fits into telegram's 4096 units, and not into discord's 2000 characters.
		if diff := cmp.Diff(map[string]int{"telegram bot-t": 1, "discord bot-d": 2, " ": 1}, pieces); diff != "" {
			t.Error(diff)
		}
		a := send("anywhere", "x")
		a.Platform = "slack"
		if got := r.gw.Do(t.Context(), a); got.Success || got.Error != "relay does not front platform slack" {
			t.Errorf("%+v", got)
		}
	})
}
