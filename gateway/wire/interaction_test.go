package wire_test

import (
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway/wire"
)

func decodesInteraction(rev *wire.Revision) decoding {
	return decoding{
		ignored: eventIgnored(rev),
		got: func(in json.RawMessage) (json.RawMessage, error) {
			var body struct {
				Hex string `json:"body_hex"`
			}
			if err := json.Unmarshal(in, &body); err != nil {
				return nil, err
			}
			raw, err := hex.DecodeString(body.Hex)
			if err != nil {
				return nil, err
			}
			e, err := wire.EventFromInteraction(raw, rev)
			if err != nil {
				return nil, err
			}
			return e.JSON(rev), nil
		},
	}
}

const pythonText = "the reference writes Python's text of a value that is no text"

var interactionReplaced = []replacement{
	{cases: `command name (True|\['x'\])`, rule: "DI-2", why: pythonText, want: `{"text":null,"message_type":"text"}`},
	{cases: `component \['a'\]`, rule: "DI-4", why: pythonText, want: `{"text":null}`},
	{cases: `id = True`, rule: "DI-1", why: pythonText, want: `{"source":{"message_id":null}}`},
	{cases: `guild_id = (True|\['x'\])`, rule: "DI-1", why: pythonText,
		want: `{"source":{"guild_id":null,"scope_id":null,"chat_type":"dm"}}`},
	{cases: `channel_id = (True|\['x'\])`, rule: "DI-1", why: pythonText, want: `{"source":{"chat_id":null}}`},
	{cases: `raw body '{"type": NaN}'`, rule: "PT-6", why: "NaN is not JSON", want: failed},
	{cases: `float ids`, rule: "DI-1", why: "a number is the text that the wire had", revision: "2026-06",
		want: `{"source":{"chat_id":"1e3","guild_id":"2.50"}}`},
	{cases: `float ids`, rule: "DI-1", why: "a number is the text that the wire had", revision: "2026-08",
		want: `{"source":{"chat_id":"1e3","scope_id":"2.50"}}`},
	{cases: `option exponent`, rule: "DI-3", why: "a number is the text that the wire had", revision: "2026-08",
		want: `{"text":"/c 1e21 1e-7 100000000000000000000"}`},
	{cases: `option list value`, rule: "DI-3", why: pythonText, revision: "2026-08", want: `{"text":"/cmd"}`},
	{cases: `subcommand type true`, rule: "DI-3", why: "true is not the type 1", revision: "2026-08",
		want: `{"text":"/cmd"}`},
	{cases: `component 'hp1:a:c\\n'`, rule: "PRM-3", why: "an option id has no newline", revision: "2026-08",
		want: `{"text":"hp1:a:c\n","message_type":"text","prompt_response":null}`},
}

func TestInteractionGolden(t *testing.T) { // DI-1 … DI-5
	eachRevision(t, func(t *testing.T, rev *wire.Revision) {
		decodesInteraction(rev).run(t, "testdata/interactions-"+rev.Name+".json", rev.Name, interactionReplaced)
	})
}

func TestInteraction(t *testing.T) {
	deep := strings.Repeat(`{"type":1,"name":"s","options":[`, 100) + strings.Repeat(`]}`, 100)
	for _, tt := range []struct {
		name, body string
		want       wire.Event
	}{
		{"a bool option is its JSON text", // DI-3
			`{"type":2,"data":{"name":"c","options":[{"type":5,"value":true},{"type":5,"value":false},{"type":4,"value":0}]}}`,
			wire.Event{Text: "/c true false 0", MessageType: "command", Pressed: true}},
		{"empty and blank options add nothing", // DI-3
			`{"type":2,"data":{"name":"c","options":[{"type":3,"value":" "},{"type":3,"value":""},{"type":3,"value":{}},5,{"type":3,"value":"x"}]}}`,
			wire.Event{Text: "/c x", MessageType: "command", Pressed: true}},
		{"options deeper than any command's are left out",
			`{"type":2,"data":{"name":"c","options":[` + deep + `]}}`,
			wire.Event{Text: "/c" + strings.Repeat(" s", 32), MessageType: "command", Pressed: true}},
		{"an empty member.user is none", // DI-1
			`{"type":1,"member":{"user":{}},"user":{"id":"9","username":"cat"}}`,
			wire.Event{MessageType: "text", Source: wire.Source{UserID: "9", UserName: "cat"}}},
		{"a null member.user is none", // DI-1
			`{"type":1,"member":{"user":null},"user":{"id":"9"}}`,
			wire.Event{MessageType: "text", Source: wire.Source{UserID: "9"}}},
		{"a modal submit has no text", // DI-5
			`{"type":5,"data":{"name":"n","custom_id":"x","components":[]}}`,
			wire.Event{MessageType: "text"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := wire.EventFromInteraction([]byte(tt.body), wire.R8)
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Source.Platform, tt.want.Source.ChatType = "relay", "dm"
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestPromptTokenLength(t *testing.T) { // PRM-3
	id := strings.Repeat("a", 32)
	for option, want := range map[string]bool{id[:27]: true, id[:28]: false} { // 4+32+1 before it
		if _, _, ok := wire.ParsePromptToken("hp1:" + id + ":" + option); ok != want {
			t.Errorf("an option id of %d bytes: got %v", len(option), ok)
		}
	}
}
