package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/relaysim/relaysim/gateway/wire"
)

func decodesDescriptor(rev *wire.Revision) decoding {
	return decoding{
		got: func(in json.RawMessage) (json.RawMessage, error) {
			var c struct {
				JSON string
				Ops  []string `json:"supports_op"`
			}
			if err := json.Unmarshal(in, &c); err != nil {
				return nil, err
			}
			d, err := wire.DecodeDescriptor([]byte(c.JSON), rev)
			if err != nil {
				return nil, err
			}
			out := map[string]any{"descriptor": descriptorFields(d, rev)}
			if rev.OpDiscovery {
				supports := map[string]bool{}
				for _, op := range c.Ops {
					supports[op] = d.Supports(op)
				}
				out["supports_op"] = supports
			}
			out["adapter"] = map[string]any{
				"max_message_length":       d.MaxMessageLength,
				"len_of_emoji":             d.Length("😀"),
				"supports_draft_streaming": d.SupportsDraftStreaming,
				"supports_code_blocks":     d.CodeBlocks(),
			}
			return json.Marshal(out)
		},
	}
}

func descriptorFields(d *wire.Descriptor, rev *wire.Revision) map[string]any {
	fields := map[string]any{
		"contract_version": d.ContractVersion, "platform": d.Platform, "label": d.Label,
		"max_message_length": d.MaxMessageLength, "supports_draft_streaming": d.SupportsDraftStreaming,
		"supports_edit": d.SupportsEdit, "supports_threads": d.SupportsThreads,
		"markdown_dialect": d.MarkdownDialect, "len_unit": d.LenUnit,
		"emoji": d.Emoji, "platform_hint": d.PlatformHint, "pii_safe": d.PIISafe,
	}
	if rev.OpDiscovery {
		ops := d.SupportedOps
		if ops == nil {
			ops = []string{}
		}
		fields["supports_context"] = d.SupportsContext
		fields["supported_ops"] = ops
	}
	return fields
}

var descriptorReplaced = []replacement{
	{cases: `null contract_version`, rule: "HS-2", why: typed, want: `{"descriptor":{"contract_version":0}}`},
	{cases: `contract_version '1'`, rule: "HS-2", why: typed, want: `{"descriptor":{"contract_version":1}}`},
	{cases: `len_unit 5`, rule: "HS-2", why: typed, want: `{"descriptor":{"len_unit":"5"}}`},
	{cases: `platform 5`, rule: "HS-2", why: typed, want: `{"descriptor":{"platform":"5"}}`},
	{cases: `supports_edit [01]`, rule: "HS-2", why: truthy, want: `{"descriptor":{"supports_edit":false}}`},
	{cases: `pii_safe ('yes'|None)`, rule: "HS-2", why: truthy, want: `{"descriptor":{"pii_safe":false}}`},
	{cases: `null supports_draft_streaming`, rule: "HS-2", why: typed,
		want: `{"descriptor":{"supports_draft_streaming":false},"adapter":{"supports_draft_streaming":false}}`},
	{cases: `null supports_threads`, rule: "HS-2", why: typed, want: `{"descriptor":{"supports_threads":false}}`},
	{cases: `null markdown_dialect`, rule: "HS-6", why: "no dialect has no code blocks",
		want: `{"adapter":{"supports_code_blocks":false}}`},
	{cases: `emoji None`, rule: "HS-2", why: "null is absent, and has its default", want: `{"descriptor":{"emoji":"🔌"}}`},
	{cases: `supports_context ('x'|1)`, rule: "HS-3", why: truthy, revision: "2026-08",
		want: `{"descriptor":{"supports_context":false}}`},

	{cases: `max_message_length '2000'`, rule: "HS-5", why: typed, want: limit("2000")},
	{cases: `max_message_length True`, rule: "HS-5", why: "true is no number", want: limit("4096")},
	{cases: `null max_message_length|max_message_length (False|None|\[\]|'abc'|'1e3'|'')`,
		rule: "HS-5", why: "it is no number", revision: "2026-06", want: limit("4096")},
	{cases: `max_message_length '-5'`, rule: "HS-5", why: typed, revision: "2026-06", want: limit("-5")},
	{cases: `max_message_length 0\.5`, rule: "HS-2", why: "a limit is whole", revision: "2026-06", want: limit("0")},
}

func limit(n string) string {
	return `{"descriptor":{"max_message_length":` + n + `},"adapter":{"max_message_length":` + n + `}}`
}

func TestDescriptorGolden(t *testing.T) { // HS-2 … HS-7
	eachRevision(t, func(t *testing.T, rev *wire.Revision) {
		decodesDescriptor(rev).run(t, "testdata/descriptors-"+rev.Name+".json", rev.Name, descriptorReplaced)
	})
}
