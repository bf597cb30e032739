package wire_test

import (
	"encoding/json"
	"maps"
	"strings"
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

// describe returns a good descriptor with some members replaced; a member
// replaced with "" is left out.
func describe(replaced map[string]string) []byte {
	members := map[string]string{
		"contract_version": `1`, "platform": `"discord"`, "label": `"Discord"`, "max_message_length": `2000`,
		"supports_draft_streaming": `false`, "supports_edit": `true`, "supports_threads": `true`,
		"markdown_dialect": `"discord"`, "len_unit": `"chars"`,
	}
	maps.Copy(members, replaced)
	var list []string
	for k, v := range members {
		if v != "" {
			list = append(list, `"`+k+`":`+v)
		}
	}
	return []byte("{" + strings.Join(list, ",") + "}")
}

func TestDescriptorMissing(t *testing.T) { // HS-4
	for _, field := range []string{
		"contract_version", "platform", "label", "max_message_length", "supports_draft_streaming",
		"supports_edit", "supports_threads", "markdown_dialect", "len_unit",
	} {
		_, err := wire.DecodeDescriptor(describe(map[string]string{field: ""}), wire.R8)
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("without %s: %v", field, err)
		}
	}
	for _, field := range []string{"platform", "label", "markdown_dialect", "len_unit"} {
		_, err := wire.DecodeDescriptor(describe(map[string]string{field: `["x"]`}), wire.R8)
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("with a list as %s: %v", field, err)
		}
	}
	for _, raw := range []string{"null", "[]", "", "{"} {
		if _, err := wire.DecodeDescriptor([]byte(raw), wire.R8); err == nil {
			t.Errorf("%q is taken", raw)
		}
	}
}

func TestDescriptorOptional(t *testing.T) { // HS-3, HS-7
	raw := describe(map[string]string{
		"supports_context": "true", "supports_inchannel_continuable": "true", "supports_block_formatting": "true",
		"supported_ops": `["react"]`,
	})
	r8, err := wire.DecodeDescriptor(raw, wire.R8)
	if err != nil {
		t.Fatal(err)
	}
	if !r8.SupportsContext || !r8.SupportsInChannelContinuable || !r8.SupportsBlockFormatting {
		t.Errorf("r8: got %+v", r8)
	}
	if !r8.Supports("react") || r8.Supports("prompt") {
		t.Error("r8: supported_ops is not what counts")
	}
	r6, err := wire.DecodeDescriptor(raw, wire.R6)
	if err != nil {
		t.Fatal(err)
	}
	if r6.SupportsContext || r6.SupportsInChannelContinuable || r6.SupportsBlockFormatting || r6.SupportedOps != nil {
		t.Errorf("r6 takes what began with r8: %+v", r6)
	}
	if !r6.Supports("get_chat_info") { // OUT-3
		t.Error("r6 asks before it asks for a chat")
	}
}

func TestDescriptorCodeBlocks(t *testing.T) { // HS-6
	for dialect, want := range map[string]bool{`"plain"`: false, `""`: false, `"slack"`: true} {
		d, err := wire.DecodeDescriptor(describe(map[string]string{"markdown_dialect": dialect}), wire.R8)
		if err != nil {
			t.Fatal(err)
		}
		if d.CodeBlocks() != want {
			t.Errorf("dialect %s: got %v", dialect, d.CodeBlocks())
		}
	}
}

func TestDescriptorLimit(t *testing.T) { // HS-5
	for _, tt := range []struct {
		limit  string
		r6, r8 int
	}{
		{"2000", 2000, 2000}, {"0", 0, 4096}, {"-1", -1, 4096}, {"null", 4096, 4096}, {`"x"`, 4096, 4096},
		{"1e3", 1000, 1000}, {"1e300", 4096, 4096}, {"2000.9", 2000, 2000},
	} {
		for rev, want := range map[*wire.Revision]int{wire.R6: tt.r6, wire.R8: tt.r8} {
			d, err := wire.DecodeDescriptor(describe(map[string]string{"max_message_length": tt.limit}), rev)
			if err != nil {
				t.Fatal(err)
			}
			if d.MaxMessageLength != want {
				t.Errorf("%s, %s: got %d, want %d", tt.limit, rev, d.MaxMessageLength, want)
			}
		}
	}
}
