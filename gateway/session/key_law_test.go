package session_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
)

func revisions() *rapid.Generator[*wire.Revision] { return rapid.SampledFrom(wire.Revisions()) }

// ids are ids of any shape, sometimes none.
func ids() *rapid.Generator[string] { return rapid.StringMatching(`|[a-z0-9:@+ é]{1,6}`) }

func sources(platforms ...string) *rapid.Generator[wire.Source] {
	return rapid.Custom(func(t *rapid.T) wire.Source {
		return wire.Source{
			Platform:            rapid.SampledFrom(platforms).Draw(t, "platform"),
			ChatType:            rapid.SampledFrom([]string{"dm", "group", "channel", "thread", "forum"}).Draw(t, "chat type"),
			ChatID:              ids().Draw(t, "chat"),
			ThreadID:            ids().Draw(t, "thread"),
			UserID:              ids().Draw(t, "user"),
			UserIDAlt:           ids().Draw(t, "other user id"),
			Scope:               ids().Draw(t, "scope"),
			Profile:             ids().Draw(t, "profile"),
			ProspectiveThreadID: ids().Draw(t, "prospective thread"),
		}
	})
}

func options() *rapid.Generator[session.KeyOptions] {
	return rapid.Custom(func(t *rapid.T) session.KeyOptions {
		return session.KeyOptions{
			SharedGroups:   rapid.Bool().Draw(t, "shared groups"),
			ThreadsPerUser: rapid.Bool().Draw(t, "threads per user"),
		}
	})
}

func TestKeyKeepsUsersApart(t *testing.T) { // SK-3, SK-4
	rapid.Check(t, func(t *rapid.T) {
		rev := revisions().Draw(t, "revision")
		ann := sources("discord", "telegram", "slack").Filter(func(s wire.Source) bool { return s.ChatType != "dm" }).Draw(t, "ann")
		bob := ann
		ann.UserID, ann.UserIDAlt = "ann", ""
		bob.UserID, bob.UserIDAlt = rapid.StringMatching(`[a-z:]{1,4}`).Filter(func(s string) bool { return s != "ann" }).Draw(t, "bob"), ""
		apart := session.KeyOptions{ThreadsPerUser: true}
		if a, b := session.Key(&ann, apart, rev), session.Key(&bob, apart, rev); a == b {
			t.Fatalf("both have the key %q", a)
		}
		together := session.KeyOptions{SharedGroups: true, ThreadsPerUser: rapid.Bool().Draw(t, "threads per user")}
		if a, b := session.Key(&ann, together, rev), session.Key(&bob, together, rev); a != b {
			t.Fatalf("shared, yet %q and %q", a, b)
		}
	})
}

func TestKeyDoesNotDependOnNames(t *testing.T) { // IN-6, SK-1
	rapid.Check(t, func(t *rapid.T) {
		rev, opt := revisions().Draw(t, "revision"), options().Draw(t, "options")
		src := sources("discord", "whatsapp", "slack").Draw(t, "source")
		named := src
		named.UserName, named.ChatName, named.ChatTopic, named.MessageID = "ann", "general", "things", "m1"
		named.ChatIDAlt, named.ParentChatID = "alt", "parent"
		if got, want := session.Key(&named, opt, rev), session.Key(&src, opt, rev); got != want {
			t.Fatalf("with names %q, without %q", got, want)
		}
	})
}

func TestKeyHasItsPrefix(t *testing.T) { // SK-1
	rapid.Check(t, func(t *rapid.T) {
		rev, opt := revisions().Draw(t, "revision"), options().Draw(t, "options")
		src := sources("discord", "whatsapp", "slack").Draw(t, "source")
		src.Profile = rapid.SampledFrom([]string{"", "default", "coder"}).Draw(t, "profile")
		namespace := map[string]string{"": "main", "default": "main", "coder": "coder"}[src.Profile]
		if got, want := session.Key(&src, opt, rev), "agent:"+namespace+":"+src.Platform+":"; !strings.HasPrefix(got, want) {
			t.Fatalf("got %q, want it to begin with %q", got, want)
		}
	})
}

func TestKeyRevisions(t *testing.T) { // SK-6, SK-7, SK-8
	tests := []struct {
		name   string
		src    wire.Source
		r6, r8 string
	}{
		{"slack has a slot for the scope",
			wire.Source{Platform: "slack", ChatType: "channel", Scope: "T1", ChatID: "C1", UserID: "U1"},
			"agent:main:slack:channel:C1:U1", "agent:main:slack:channel:T1:C1:U1"},
		{"so has its DM",
			wire.Source{Platform: "slack", ChatType: "dm", Scope: "T1", ChatID: "D1"},
			"agent:main:slack:dm:D1", "agent:main:slack:dm:T1:D1"},
		{"discord has none",
			wire.Source{Platform: "discord", ChatType: "channel", Scope: "G1", ChatID: "C1", UserID: "U1"},
			"agent:main:discord:channel:C1:U1", "agent:main:discord:channel:C1:U1"},
		{"a thread to be",
			wire.Source{Platform: "discord", ChatType: "channel", ChatID: "C1", UserID: "U1", ProspectiveThreadID: "m1"},
			"agent:main:discord:channel:C1:U1", "agent:main:discord:thread:C1:m1"},
		{"a thread that is",
			wire.Source{Platform: "discord", ChatType: "channel", ChatID: "C1", UserID: "U1", ThreadID: "t1", ProspectiveThreadID: "m1"},
			"agent:main:discord:channel:C1:t1", "agent:main:discord:channel:C1:t1"},
		{"a DM has no thread to be",
			wire.Source{Platform: "discord", ChatType: "dm", ChatID: "C1", ProspectiveThreadID: "m1"},
			"agent:main:discord:dm:C1", "agent:main:discord:dm:C1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for rev, want := range map[*wire.Revision]string{wire.R6: tt.r6, wire.R8: tt.r8} {
				if got := session.Key(&tt.src, session.KeyOptions{}, rev); got != want {
					t.Errorf("%s: got %q, want %q", rev, got, want)
				}
			}
		})
	}
}

func TestKeyOfWhatsAppSpellings(t *testing.T) { // SK-5
	opt := session.KeyOptions{Aliases: map[string][]string{
		"999": {"15551234567@lid"}, "15551234567": {"+999:2@s.whatsapp.net", "998"},
	}}
	const want = "agent:main:whatsapp:dm:998"
	for _, id := range []string{"999", "999@lid", "+15551234567", " 15551234567:9@s.whatsapp.net ", "15551234567@c.us"} {
		src := wire.Source{Platform: "whatsapp", ChatType: "dm", ChatID: id}
		if got := session.Key(&src, opt, wire.R8); got != want {
			t.Errorf("chat %q: got %q, want %q", id, got, want)
		}
	}
	src := wire.Source{Platform: "telegram", ChatType: "dm", ChatID: "+999@lid"}
	if got := session.Key(&src, opt, wire.R8); got != "agent:main:telegram:dm:+999@lid" {
		t.Errorf("another platform: got %q, want the id as it is", got)
	}
}

func TestKeyOfOtherRevisionsProfile(t *testing.T) { // IN-8, SK-1
	want := map[*wire.Revision]string{wire.R6: "agent:main:discord:dm:C1", wire.R8: "agent:coder:discord:dm:C1"}
	for rev, want := range want {
		e, err := wire.DecodeEvent([]byte(`{"source":{"platform":"discord","chat_id":"C1","profile":"coder"}}`), rev)
		if err != nil {
			t.Fatal(err)
		}
		if got := session.Key(&e.Source, session.KeyOptions{}, rev); got != want {
			t.Errorf("%s: got %q, want %q", rev, got, want)
		}
	}
}

func BenchmarkKey(b *testing.B) {
	opt := session.KeyOptions{Aliases: map[string][]string{"999": {"15551234567"}, "15551234567": {"999"}}}
	for name, src := range map[string]wire.Source{
		"group":          {Platform: "discord", ChatType: "channel", ChatID: "900000000000000001", UserID: "900000000000000002"},
		"whatsapp":       {Platform: "whatsapp", ChatType: "dm", ChatID: "4915112345678@s.whatsapp.net"},
		"whatsapp alias": {Platform: "whatsapp", ChatType: "dm", ChatID: "15551234567@s.whatsapp.net"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				session.Key(&src, opt, wire.R8)
			}
		})
	}
}
