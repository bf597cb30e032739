package wire_test

import (
	"encoding/hex"
	"encoding/json"
	"testing"

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
