package connector_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/trace"
)

// twoTenants: a owns guild GA and author UA, b owns GB and UB, one gateway each.
func twoTenants() connector.Options {
	return connector.Options{
		Tenants: []connector.Tenant{
			{ID: "a", Scopes: []string{"GA"}, Users: []string{"UA"}},
			{ID: "b", Scopes: []string{"GB"}, Users: []string{"UB"}},
		},
		Gateways: []connector.Gateway{
			{ID: "gw-a", Tenant: "a", Secrets: []string{"secret-a"}},
			{ID: "gw-b", Tenant: "b", Secrets: []string{"secret-b"}},
		},
	}
}

// event is a delivery of "hi" from a source; fields it does not name have
// values of their own.
func event(source map[string]any) connector.Delivery {
	s := map[string]any{"platform": "discord", "chat_id": "C1", "chat_type": "group", "user_id": "U1"}
	for k, v := range source {
		s[k] = v
	}
	return connector.Delivery{Event: map[string]any{"text": "hi", "message_type": "text", "message_id": "m1", "source": s}}
}

func dropped(err error, why string) bool {
	return errors.Is(err, connector.ErrDropped) && strings.Contains(err.Error(), why)
}

// deliver fails unless the event is on its way.
func (r *rig) deliver(d connector.Delivery) {
	r.t.Helper()
	if err := r.Deliver(d); err != nil {
		r.t.Fatal(err)
	}
}

func (p *peer) gotEvent() map[string]any {
	p.t.Helper()
	f := p.frame()
	if f["type"] != "inbound" {
		p.t.Fatalf("got %v, want an event", f)
	}
	return f["event"].(map[string]any)
}

func TestEventGoesToTheOwnersGateway(t *testing.T) { // SEC-3
	t.Parallel()
	for name, c := range map[string]struct {
		source map[string]any
		want   string // a, b, or why nobody
	}{
		"by guild_id":                   {map[string]any{"guild_id": "GA", "user_id": "UB"}, "a"},
		"by scope_id":                   {map[string]any{"scope_id": "GB", "user_id": "UA"}, "b"},
		"by author, in a DM":            {map[string]any{"user_id": "UB", "chat_type": "dm"}, "b"},
		"by author, in a foreign guild": {map[string]any{"user_id": "UA", "guild_id": "G9"}, "a"},
		"nobody's guild and author":     {map[string]any{"guild_id": "G9"}, "no tenant owns"},
		"neither":                       {map[string]any{"user_id": nil}, "no tenant owns"},
		"odd types":                     {map[string]any{"user_id": 5, "guild_id": true}, "no tenant owns"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, twoTenants())
			peers := map[string]*peer{"a": r.gateway("gw-a", "secret-a"), "b": r.gateway("gw-b", "secret-b")}
			err := r.Deliver(event(c.source))
			if p := peers[c.want]; p != nil {
				if err != nil {
					t.Fatal(err)
				}
				p.gotEvent()
			} else {
				if !dropped(err, c.want) {
					t.Errorf("got %v, want it dropped: %s", err, c.want)
				}
				if n := r.only(trace.Note); !strings.Contains(n.Reason, c.want) {
					t.Errorf("the note says %q", n.Reason)
				}
			}
			for _, p := range peers {
				p.sync() // nothing else came
			}
		})
	}
}

func TestEventNeverToAnotherTenantsGateway(t *testing.T) { // SEC-3
	t.Parallel()
	r := newRig(t, twoTenants())
	b := r.gateway("gw-b", "secret-b")
	d := event(map[string]any{"guild_id": "GA"})
	d.To = "gw-b"
	if err := r.Deliver(d); !dropped(err, "another tenant") {
		t.Errorf("got %v, want it dropped", err)
	}
	b.sync()
}

func TestEventScopeUnderBothKeys(t *testing.T) { // IN-4
	t.Parallel()
	for name, c := range map[string]struct{ in, want map[string]any }{
		"seed's key":       {map[string]any{"guild_id": "G1"}, map[string]any{"guild_id": "G1", "scope_id": "G1"}},
		"newer key":        {map[string]any{"scope_id": "G1"}, map[string]any{"guild_id": "G1", "scope_id": "G1"}},
		"they differ":      {map[string]any{"guild_id": "G1", "scope_id": "G2"}, map[string]any{"guild_id": "G1", "scope_id": "G2"}},
		"no scope":         {nil, map[string]any{}},
		"null is no scope": {map[string]any{"guild_id": nil}, map[string]any{"guild_id": nil}},
	} {
		r := newRig(t, connector.Options{})
		p := r.gateway("gw-1", "secret-1")
		d := event(c.in)
		before := len(d.Event["source"].(map[string]any))
		r.deliver(d)
		source := p.gotEvent()["source"].(map[string]any)
		for _, k := range []string{"platform", "chat_id", "chat_type", "user_id"} {
			delete(source, k)
		}
		if diff := cmp.Diff(c.want, source); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
		if len(d.Event["source"].(map[string]any)) != before {
			t.Errorf("%s: the caller's event was changed", name)
		}
	}
}

func TestEventAsGiven(t *testing.T) {
	t.Parallel()
	r := newRig(t, connector.Options{})
	p := r.gateway("gw-1", "secret-1")
	for _, source := range []any{nil, 5, "x", []any{}, map[string]any{"chat_id": 7}} {
		r.deliver(connector.Delivery{Event: map[string]any{"source": source, "text": nil}, BufferID: "b\"1"})
		f := p.frame()
		want := map[string]any{"source": source, "text": nil}
		if source == 5 {
			want["source"] = 5.0
		}
		if m, ok := source.(map[string]any); ok {
			m["chat_id"] = 7.0
		}
		if diff := cmp.Diff(want, f["event"]); diff != "" || f["bufferId"] != "b\"1" {
			t.Errorf("buffer %v, (-want +got)\n%s", f["bufferId"], diff)
		}
	}
}

func TestEventNeedsAReadySocket(t *testing.T) {
	t.Parallel()
	r := newRig(t, connector.Options{})
	if err := r.Deliver(event(nil)); !dropped(err, "no gateway") {
		t.Errorf("nobody connected: got %v", err)
	}
	p := r.dial("gw-1", "secret-1")
	if err := r.Deliver(event(nil)); !dropped(err, "no gateway") {
		t.Errorf("before the hello: got %v", err)
	}
	p.hello("discord", "discord-bot")
	r.deliver(event(nil))
	p.gotEvent()
	p.send(`{"type":"going_idle"}` + "\n")
	if f := p.frame(); f["type"] != "going_idle_ack" { // IDLE-2
		t.Errorf("got %v, want the ack", f)
	}
	r.deliver(event(nil)) // it waits (IDLE-3)
	p.sync()
}

func TestEventChoosesTheInstance(t *testing.T) {
	t.Parallel()
	o := connector.Options{
		Platforms: []connector.Platform{{Name: "discord"}, {Name: "telegram"}},
		Gateways:  []connector.Gateway{{ID: "east", Secrets: []string{"e"}}, {ID: "west", Secrets: []string{"w"}}},
	}
	t.Run("that fronts the platform", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, o)
		east, west := r.dial("east", "e"), r.dial("west", "w")
		east.hello("telegram", "telegram-bot")
		west.hello("discord", "discord-bot")
		r.deliver(event(map[string]any{"platform": "telegram"}))
		east.gotEvent()
		r.deliver(event(map[string]any{"platform": "discord"}))
		west.gotEvent()
	})
	t.Run("that runs the session", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, o)
		east := r.gateway("east", "e")
		r.deliver(event(nil))
		east.gotEvent()
		west := r.gateway("west", "w")
		r.deliver(event(nil))
		east.gotEvent()
		r.deliver(event(map[string]any{"user_id": "U2"})) // another session: the newest socket
		west.gotEvent()
	})
	t.Run("that is meant", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, o)
		east, west := r.gateway("east", "e"), r.gateway("west", "w")
		for to, p := range map[string]*peer{"east": east, "west": west} {
			d := event(nil)
			d.To = to
			r.deliver(d)
			p.gotEvent()
		}
	})
	t.Run("on its newest socket", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, o)
		first, second := r.gateway("east", "e"), r.gateway("east", "e")
		r.deliver(event(nil))
		second.gotEvent()
		first.sync()
	})
}

func TestEventShownInItsChat(t *testing.T) {
	t.Parallel()
	r := newRig(t, connector.Options{})
	r.gateway("gw-1", "secret-1")
	d := event(map[string]any{"thread_id": "T1", "user_id_alt": "alt"})
	d.Event["reply_to_message_id"] = "m0"
	r.deliver(d)
	want := connector.ChatView{Channel: "C1", Messages: []connector.MessageView{
		{ID: "m1", From: "U1", Text: "hi", ReplyTo: "m0", ThreadID: "T1"},
	}}
	if diff := cmp.Diff(want, r.Chat("C1")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if v := r.Chat("C9"); v.Messages == nil || len(v.Messages) != 0 {
		t.Errorf("an unknown channel: %+v", v)
	}
}
