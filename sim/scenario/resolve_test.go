package scenario_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/scenario"
)

// load loads a scenario whose steps are written out.
func load(t *testing.T, text string) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Load("x.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func lookup(values map[string]any) scenario.Lookup {
	return func(name string) (any, bool) { v, ok := values[name]; return v, ok }
}

var values = lookup(map[string]any{
	"who":  "U1",
	"n":    json.Number("2.50"),
	"yes":  true,
	"none": nil,
	"list": []any{"a", json.Number("1")},
	"map":  map[string]any{"<k>": "v"},
})

func TestResolveValues(t *testing.T) {
	const vars = "name: x\nvars: {who: 1, n: 1, yes: 1, none: 1, list: 1, map: 1}\nsteps:\n"
	for _, tt := range []struct {
		name, text string
		want       any
	}{
		{"nothing to replace", "plain", "plain"},
		{"own kind: text", "${who}", "U1"},
		{"own kind: number as written", "${n}", json.Number("2.50")},
		{"own kind: bool", "${yes}", true},
		{"own kind: null", "${none}", nil},
		{"own kind: list", "${list}", []any{"a", json.Number("1")}},
		{"into a text", "<${who}>", "<U1>"},
		{"number into a text", "${n}!", "2.50!"},
		{"null into a text", "${none}!", "null!"},
		{"map into a text, not escaped", "${map}!", `{"<k>":"v"}!`},
		{"several", "${who}${n}${yes}", "U12.50true"},
		{"escaped", "$${who}", "${who}"},
		{"escaped beside one that is not", "$${who} ${who} $$", "${who} U1 $$"},
		{"a dollar before an escape", "$$${who}", "$${who}"},
		{"a lone dollar", "$ ${who} $5 {x}", "$ U1 $5 {x}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t, vars+"  - frame: {a: ['"+tt.text+"', 1]}\n  - expect: {nothing: true}\n")
			got, err := s.Steps[0].Resolve(values)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]any{"a": []any{tt.want, json.Number("1")}}
			if diff := cmp.Diff(want, got.Frame.Value); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestResolveEveryStimulus(t *testing.T) {
	s := load(t, `
name: x
vars: {who: U1, n: 1}
steps:
  - inbound: {text: "hi ${who}", message_id: "${who}", user: {id: "${who}"}, media_urls: ["${n}"], event: {a: {b: "${n}"}}, context: ["${n}"]}
  - raw: ["${who}"]
  - webhook: {params: {From: "${who}"}}
  - connector: {close: {code: 1000, reason: "${who}"}}
  - agent: {send: {chat: C1, content: "${who}", metadata: {n: "${n}"}}}
  - expect:
      - chat: {channel: "${who}", messages: ["${who}"]}
  - passthrough: {a: "${n}"}
  - agent: {send: {chat: C1, content: plain, metadata: {only: ["${who}"]}}}
`)
	var got []*scenario.Step
	for i := range s.Steps {
		step, err := s.Steps[i].Resolve(values)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, step)
	}
	in := got[0].Inbound
	for _, tt := range []struct{ got, want any }{
		{in.Text, "hi U1"},
		{*in.MessageID, "U1"},
		{in.User.ID, "U1"},
		{in.Media[0], "2.50"},
		{in.Event["a"].(map[string]any)["b"], json.Number("2.50")},
		{in.Context[0], json.Number("2.50")},
		{got[1].Raw.Messages[0], "U1"},
		{got[2].Webhook.Params["From"], "U1"},
		{got[3].Connector.Close.Reason, "U1"},
		{*got[4].Agent.Send.Content, "U1"},
		{got[4].Agent.Send.Metadata["n"], json.Number("2.50")},
		{got[5].Expect[0].Chat.Channel, "U1"},
		{got[5].Expect[0].Chat.Messages.Value.([]any)[0], "${who}"}, // for match
		{got[6].Passthrough.Value.(map[string]any)["a"], json.Number("2.50")},
		{got[7].Agent.Send.Metadata["only"], []any{"U1"}},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
	if s.Steps[0].Inbound.Text != "hi ${who}" || s.Steps[0].Inbound.User.ID != "${who}" || s.Steps[1].Raw.Messages[0] != "${who}" ||
		s.Steps[2].Webhook.Params["From"] != "${who}" || s.Steps[0].Inbound.Event["a"].(map[string]any)["b"] != "${n}" {
		t.Error("Resolve changed the step it copies")
	}
}

func TestResolveAnAct(t *testing.T) {
	s := load(t, `
name: x
agent:
  - do:
      - send: {content: "you said ${text}"}
      - wait: door
        on_interrupt: "stopped, ${user}"
      - reply: same
steps:
  - signal: door
  - expect: {nothing: true}
`)
	turn := lookup(map[string]any{"text": "hi", "user": "U1"})
	do := s.Agent[0].Do
	send, err := do[0].Resolve(turn)
	if err != nil || *send.Send.Content != "you said hi" || *do[0].Send.Content != "you said ${text}" {
		t.Errorf("got %q, %v", *send.Send.Content, err)
	}
	wait, err := do[1].Resolve(turn)
	if err != nil || *wait.OnInterrupt != "stopped, U1" || wait.Wait != "door" {
		t.Errorf("got %+v, %v", wait, err)
	}
	if reply, err := do[2].Resolve(turn); err != nil || reply != &do[2] {
		t.Errorf("want the act itself where nothing is to be replaced, got %p, %v", reply, err)
	}
}

func TestResolveSaysWhatHasNoValue(t *testing.T) {
	s := load(t, "name: x\nvars: {who: a}\nsteps:\n  - inbound: {text: \"${who}\"}\n  - expect: {nothing: true}\n")
	_, err := s.Steps[0].Resolve(lookup(nil))
	if err == nil || err.Error() != "x.yaml:4:5: ${who} has no value here" {
		t.Errorf("got %v", err)
	}
}

func TestResolveLeavesARepeatsStepsForLater(t *testing.T) {
	s := load(t, "name: x\nsteps:\n  - repeat: {times: 2, steps: [{inbound: {text: \"${i}\"}}]}\n  - expect: {nothing: true}\n")
	got, err := s.Steps[0].Resolve(lookup(nil))
	if err != nil || got.Repeat.Steps[0].Inbound.Text != "${i}" {
		t.Fatalf("got %+v, %v", got, err)
	}
	inner, err := got.Repeat.Steps[0].Resolve(lookup(map[string]any{"i": json.Number("1")}))
	if err != nil || inner.Inbound.Text != "1" {
		t.Errorf("got %+v, %v", inner, err)
	}
}

func TestResolveCostsNothingWithoutValues(t *testing.T) {
	s := load(t, "name: x\nsteps:\n  - inbound: {text: hi}\n  - expect: {nothing: true}\n")
	none := lookup(nil)
	if n := testing.AllocsPerRun(100, func() { _, _ = s.Steps[0].Resolve(none) }); n != 0 {
		t.Errorf("want no allocation, got %v", n)
	}
}

func TestHeadIsSettled(t *testing.T) {
	s := load(t, strings.TrimSpace(`
name: written ${as} it is
vars: {bot: B1, limit: 10, price: "5 $${x}"}
connector:
  platforms: {discord: {bot_id: "${bot}", descriptor: {max_message_length: "${limit}"}}}
gateways: {a: {secret: "s-${bot}", commands: ["${limit}"]}}
steps: [{expect: {nothing: true}}]
`))
	d := s.Connector.Platforms["discord"]
	for _, tt := range []struct{ got, want any }{
		{s.Name, "written ${as} it is"},
		{s.Vars["price"], "5 ${x}"},
		{d.BotID, "B1"},
		{d.Descriptor["max_message_length"], json.Number("10")},
		{s.Gateways["a"].Secret, "s-B1"},
		{s.Gateways["a"].Commands[0], json.Number("10")},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}
