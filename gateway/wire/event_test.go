package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway/wire"
)

var eventInternals = map[string]string{
	"user_id":                             "never filled by the relay",
	"user_name":                           "never filled by the relay",
	"platform_update_id":                  "Telegram's own adapter",
	"media_types":                         "never filled by the relay",
	"reply_to_author_id":                  "never filled by the relay",
	"auto_skill":                          "the reference's own configuration",
	"channel_prompt":                      "the reference's own configuration",
	"internal":                            "the reference's own events",
	"metadata":                            "the reference's own use",
	"source.is_bot":                       "never filled by the relay",
	"source.role_authorized":              "the reference's own authorisation",
	"source.auto_thread_created":          "no rule names it on the way in",
	"source.auto_thread_initial_name":     "no rule names it on the way in",
	"source.delivered_via_upstream_relay": "the reference's own trust mark",
}

// eventIgnored adds what depends on the revision.
func eventIgnored(rev *wire.Revision) map[string]string {
	ignored := map[string]string{}
	for k, why := range eventInternals {
		ignored[k] = why
	}
	if rev.ScopeKey != "guild_id" {
		ignored["source.guild_id"] = "the reference's mirror of the scope"
	}
	return ignored
}

func decodesEvent(rev *wire.Revision) decoding {
	return decoding{
		ignored: eventIgnored(rev),
		got: func(in json.RawMessage) (json.RawMessage, error) {
			e, err := wire.DecodeEvent(in, rev)
			if err != nil {
				return nil, err
			}
			return e.JSON(rev), nil
		},
	}
}

const (
	threw  = "the reference threw, which ended its read loop"
	typed  = "the reference kept whatever type the wire had"
	truthy = "the reference took any value that its language calls true"
)

var eventReplaced = []replacement{
	{cases: `source odd ('str'|5|\[1\]|\['a'\])`, rule: "IN-5", why: threw,
		want: `{"text":"x","message_type":"text","media_urls":[],"reply_to_is_own_message":false,
			"source":{"platform":"relay","chat_type":"dm"}}`},
	{cases: `text odd 5`, rule: "IN-5", why: typed, want: `{"text":"5"}`},
	{cases: `text odd \['a'\]`, rule: "IN-5", why: typed, want: `{"text":null}`},
	{cases: `source\.chat_type = None`, rule: "IN-3", why: "null is absent, and the default is dm",
		want: `{"source":{"chat_type":"dm"}}`},
	{cases: `source\.chat_id = 5`, rule: "IN-5", why: typed, want: `{"source":{"chat_id":"5"}}`},
	{cases: `source\.chat_type = 5`, rule: "IN-5", why: typed, want: `{"source":{"chat_type":"5"}}`},
	{cases: `source\.user_name = 5`, rule: "IN-5", why: typed, want: `{"source":{"user_name":"5"}}`},
	{cases: `source\.chat_name = 5`, rule: "IN-5", why: typed, want: `{"source":{"chat_name":"5"}}`},
	{cases: `source\.chat_topic = 5`, rule: "IN-5", why: typed, want: `{"source":{"chat_topic":"5"}}`},
	{cases: `source\.scope_id = 5`, rule: "IN-5", why: typed, revision: "2026-08",
		want: `{"source":{"scope_id":"5"}}`},
	{cases: `source\.user_id = \['x'\]`, rule: "IN-5", why: typed, want: `{"source":{"user_id":null}}`},
	{cases: `source\.user_name = \['x'\]`, rule: "IN-5", why: typed, want: `{"source":{"user_name":null}}`},
	{cases: `source\.thread_id = \['x'\]`, rule: "IN-5", why: typed, want: `{"source":{"thread_id":null}}`},
	{cases: `source\.chat_name = \['x'\]`, rule: "IN-5", why: typed, want: `{"source":{"chat_name":null}}`},
	{cases: `source\.chat_topic = \['x'\]`, rule: "IN-5", why: typed, want: `{"source":{"chat_topic":null}}`},
	{cases: `source\.guild_id = \['x'\]`, rule: "IN-5", why: typed, revision: "2026-06",
		want: `{"source":{"guild_id":null}}`},
	{cases: `source\.scope_id = \['x'\]`, rule: "IN-5", why: typed, revision: "2026-08",
		want: `{"source":{"scope_id":null}}`},
	{cases: `message_id = 5`, rule: "IN-5", why: typed, want: `{"message_id":"5"}`},
	{cases: `message_id = (\['x'\]|True)`, rule: "IN-5", why: typed, want: `{"message_id":null}`},
	{cases: `reply_to_message_id = \['x'\]`, rule: "IN-5", why: typed, want: `{"reply_to_message_id":null}`},
	{cases: `media_urls = ('https://one.example/x'|{'a': 1}|5)`, rule: "IN-5", why: typed,
		want: `{"media_urls":[]}`},
	{cases: `media_urls = \[None, 1, ''\]`, rule: "IN-5", why: "no entry is a URL", want: `{"media_urls":[]}`},
	{cases: `slack text list`, rule: "IN-5", why: typed, revision: "2026-06", want: `{"text":null}`},
	{cases: `slack text (null|list)`, rule: "IN-5", why: threw, revision: "2026-08",
		want: `{"message_type":"text","media_urls":[],"reply_to_is_own_message":false,
			"source":{"platform":"slack","chat_type":"dm","chat_id":"D1","user_id":"U1","scope_id":"T1"}}`},
	{cases: `names {'user_display_name': 5, .*}`, rule: "IN-5", why: typed, revision: "2026-08",
		want: `{"source":{"user_name":"5"}}`},
	{cases: `reply_to {"is_own": (1|"false")}`, rule: "IN-7", why: truthy, revision: "2026-08",
		want: `{"reply_to_is_own_message":false}`},
	{cases: `reply_to {"text": 5, "author": \["x"\]}`, rule: "IN-5", why: typed, revision: "2026-08",
		want: `{"reply_to_text":"5","reply_to_author_name":null}`},
	{cases: `reply_to odd ('quoted'|True)`, rule: "IN-5", why: threw, revision: "2026-08",
		want: `{"text":"hello","message_type":"text","message_id":"m1","media_urls":[],
			"reply_to_is_own_message":false,
			"source":{"platform":"discord","chat_type":"group","chat_id":"100","user_id":"7","user_name":"ada"}}`},
	{cases: `prompt_response {}`, rule: "PRM-4", why: "it names no prompt and no option", revision: "2026-08",
		want: `{"prompt_response":null}`},
	{cases: `context text true`, rule: "CTX-2", why: "true is no text, so the message is skipped",
		revision: "2026-08", want: `{"channel_context":null}`},
}

func TestEventGolden(t *testing.T) {
	eachRevision(t, func(t *testing.T, rev *wire.Revision) {
		decodesEvent(rev).run(t, "testdata/event_from_wire-"+rev.Name+".json", rev.Name, eventReplaced)
	})
}

// everySource has every field that a source may have.
const everySource = `{"source":{"platform":"Matrix ","chat_id":"c","chat_name":"cn","chat_type":"thread","user_id":"u",
	"user_name":"n","user_display_name":"d","user_handle":"h","user_id_alt":"ua","chat_id_alt":"ca","thread_id":"t",
	"chat_topic":"ct","guild_id":"g","scope_id":"s","parent_chat_id":"p","message_id":"m","profile":"pr",
	"prospective_thread_id":"pt","later":"x"}}`

func TestSourceFields(t *testing.T) { // IN-3, IN-4, IN-6, IN-8, SK-7
	r6 := wire.Source{
		Platform: "matrix", ChatID: "c", ChatName: "cn", ChatType: "thread", UserID: "u", UserName: "n",
		UserIDAlt: "ua", ChatIDAlt: "ca", ThreadID: "t", ChatTopic: "ct", Scope: "g", ParentChatID: "p",
		MessageID: "m",
	}
	r8 := r6
	r8.UserName, r8.Scope, r8.Profile, r8.ProspectiveThreadID = "d", "s", "pr", "pt"
	for rev, want := range map[*wire.Revision]wire.Source{wire.R6: r6, wire.R8: r8} {
		e, err := wire.DecodeEvent([]byte(everySource), rev)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, e.Source); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", rev, diff)
		}
		again, err := wire.DecodeEvent(e.JSON(rev), rev)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, again.Source); diff != "" {
			t.Errorf("%s, shown and read again: (-want +got)\n%s", rev, diff)
		}
	}
}

func TestEventAbsent(t *testing.T) { // IN-5: an inbound without an event has no text and no known source
	e, err := wire.DecodeEvent(nil, wire.R8)
	if err != nil {
		t.Fatal(err)
	}
	want := &wire.Event{MessageType: "text", Source: wire.Source{Platform: "relay", ChatType: "dm"}}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, raw := range []string{"null", "[]", "0", `""`, "", "{"} {
		if e, err := wire.DecodeEvent([]byte(raw), wire.R8); err == nil {
			t.Errorf("%q: got %+v", raw, e)
		}
	}
}

func TestNumberZeroIsNoID(t *testing.T) { // SK-2: a chat id of 0 keys as none
	for _, zero := range []string{"0", "-0", "0.0", "0e5"} {
		e, err := wire.DecodeEvent([]byte(`{"source":{"chat_id":`+zero+`}}`), wire.R8)
		if err != nil {
			t.Fatal(err)
		}
		if e.Source.ChatID != "" {
			t.Errorf("%s: chat id is %q", zero, e.Source.ChatID)
		}
	}
}

func TestTextEscapes(t *testing.T) {
	for in, want := range map[string]string{
		`"a\"\\\/\b\f\n\r\t\u0041z"`: "a\"\\/\b\f\n\r\tAz",
		`"\ud83d\ude00"`:             "😀",
		`"\uD83D\uDE00!"`:            "😀!",
		`"\ud83d"`:                   "\ufffd",
		`"\ud83dx\ude00"`:            "\ufffdx\ufffd",
		`"\ud83d\u0041"`:             "\ufffdA",
		`"\ud83d\ud83d\ude00"`:       "\ufffd😀",
		`"é\u00e9"`:                  "éé",
		`""`:                         "",
	} {
		e, err := wire.DecodeEvent([]byte(`{"text":`+in+`}`), wire.R6)
		if err != nil {
			t.Fatal(err)
		}
		if e.Text != want {
			t.Errorf("%s: got %q, want %q", in, e.Text, want)
		}
	}
}
