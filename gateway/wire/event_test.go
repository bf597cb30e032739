package wire_test

import (
	"encoding/json"
	"testing"

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
