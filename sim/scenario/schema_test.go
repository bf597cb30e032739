package scenario_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/relaysim/relaysim/sim/scenario"
)

// compiled is the schema as an editor's language server would use it.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(scenario.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	if err := c.AddResource("scenario.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("scenario.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSchemaTakesGoodFiles(t *testing.T) {
	s := compiled(t)
	for _, file := range goodFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			if err := s.Validate(tree(t, file)); err != nil {
				t.Errorf("%#v", err)
			}
		})
	}
}

func tree(t *testing.T, file string) any {
	t.Helper()
	v, err := scenario.Tree(read(t, file))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// What is wrong in its shape is refused by the schema as it is by the loader.
func TestSchemaRefusesBadShapes(t *testing.T) {
	s := compiled(t)
	const head, tail = "name: x\nsteps:\n", "  - expect: {nothing: true}\n"
	for _, text := range []string{
		"name: x\n",
		"steps: []\n",
		"nmae: x\n" + head + tail,
		"name: 1\nsteps: []\n",
		"revisions: [2026-07]\n" + head + tail,
		"covers: FU-1\n" + head + tail,
		"strict: very\n" + head + tail,
		"connector: {fail: {sned: x}}\n" + head + tail,
		"connector: {tenants: {a: {scope: [x]}}}\n" + head + tail,
		"gateway: {typing: 1}\n" + head + tail,
		"gateway: {max_message: 1.5}\n" + head + tail,
		"gateway: {request_timeout: 30}\n" + head + tail,
		"gateway: {request_timeout: 30 s}\n" + head + tail,
		"agent: [{do: [{}]}]\n" + head + tail,
		"agent: [{do: [{reply: a, fail: b}]}]\n" + head + tail,
		"agent: [{do: [{reply: a, on_interrupt: b}]}]\n" + head + tail,
		"agent: [{when: {}}]\n" + head + tail,
		head + "  - {}\n",
		head + "  - {inbound: {}, signal: x}\n",
		head + "  - {inbound: {}, within: 1s}\n",
		head + "  - {inbound: {}, from: x}\n",
		head + "  - {inbound: {text: 1}}\n",
		head + "  - {inbound: {txt: a}}\n",
		head + "  - {interrupt: {}}\n",
		head + "  - {gateway: restart}\n",
		head + "  - {raw: 5}\n",
		head + "  - {raw: {}}\n",
		head + "  - {connector: {}}\n",
		head + "  - {connector: {close: abc}}\n",
		head + "  - {connector: {close: {reason: a}}}\n",
		head + "  - {interaction: {guild: G1}}\n",
		head + "  - {interaction: {ping: true, guild: G1}}\n",
		head + "  - {repeat: {times: 2}}\n",
		head + "  - {dial: {}}\n",
		head + "  - {expect: hello}\n",
		head + "  - {expect: {}}\n",
		head + "  - {expect: {event: {}, send: {}}}\n",
		head + "  - {expect: [{event: {}, send: {}}]}\n",
		head + "  - {expect: {event: {}, from: gateway}}\n",
		head + "  - {expect: {send: {knd: x}}}\n",
		head + "  - {expect: {nothing: false}}\n",
		head + "  - {expect: {nothing: [sned]}}\n",
		head + "  - {expect: {chat: {}}}\n",
		head + "  - {expect: {send: {content: {$rex: a}}}}\n",
		head + "  - {expect: {send: {content: {$re: 1}}}}\n",
		head + "  - {expect: {send: {metadata: {a: [{$in: x}]}}}}\n",
		head + "  - {expect: {close: [1000]}}\n",
		head + "  - {expect: {close: {$gt: x, code: 1}}}\n",
		head + "  - {expect: {result: {after: 30}}}\n",
		head + "  - {repeat: {times: 0, steps: []}}\n",
		head + "  - {repeat: {times: 100001, steps: []}}\n",
		"agent: [{do: [{follow_up: {content: a}}]}]\n" + head + tail,
		"agent: [{do: [{edit: {content: a}}]}]\n" + head + tail,
		head + "  - {agent: {send: {content: a}}}\n",
		head + "  - {agent: {follow_up: {kind: a}}}\n",
		head + "  - {expect: {event: {text: {re: h}}}}\n",
		head + "  - {expect: {event: {message_id: 77}}}\n",
		head + "  - {expect: {event: {source: x}}}\n",
		head + "  - {expect: {close: x}}\n",
		head + "  - {expect: {result: {success: x}}}\n",
		head + "  - {expect: {chat: {channel: C1, messages: {text: hi}}}}\n",
	} {
		t.Run(text, func(t *testing.T) {
			v, err := scenario.Tree([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if s.Validate(v) == nil {
				t.Error("the schema takes it")
			}
			if _, err := scenario.Load("x.yaml", []byte(text)); err == nil {
				t.Error("the loader takes it")
			}
		})
	}
}

func TestSchemaIsTheSameEachTime(t *testing.T) {
	if !bytes.Equal(scenario.Schema(), scenario.Schema()) {
		t.Error("two calls differ")
	}
}
