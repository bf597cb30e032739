package scenario_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/scenario"
)

func TestValuesAreReadByTheCoreSchema(t *testing.T) {
	n := func(s string) any { return json.Number(s) }
	for _, tt := range []struct {
		text string
		want any
	}{
		{"1", n("1")}, {"-0", n("-0")}, {"2.50", n("2.50")}, {"1e3", n("1e3")}, {"1E+30", n("1E+30")},
		{"12345678901234567890", n("12345678901234567890")},
		{"yes", "yes"}, {"no", "no"}, {"on", "on"}, {"y", "y"}, {"1_000", "1_000"}, {"1:30", "1:30"},
		{"2024-01-01", "2024-01-01"}, {"2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"}, {"0b1", "0b1"}, {"1e", "1e"},
		{"true", true}, {"True", true}, {"FALSE", false}, {"tRUE", "tRUE"},
		{"null", nil}, {"~", nil}, {"", nil}, {"nULL", "nULL"},
		{`"017"`, "017"}, {`'1'`, "1"}, {`"null"`, "null"}, {`"true"`, "true"}, {`""`, ""},
		{"[]", []any{}}, {"{}", map[string]any{}}, {"{1: a, true: b}", map[string]any{"1": "a", "true": "b"}},
		{`"\u00e9\n"`, "é\n"}, {"! 5", n("5")},
	} {
		s := load(t, "name: x\nsteps:\n  - frame: {v: "+tt.text+"}\n  - expect: {nothing: true}\n")
		want := map[string]any{"v": tt.want}
		if diff := cmp.Diff(want, s.Steps[0].Frame.Value); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.text, diff)
		}
	}
}

func TestShorthands(t *testing.T) {
	s := load(t, `
name: x
steps:
  - raw: one
  - raw: [one, two]
  - raw: {base64: [aGk=]}
  - connector: {close: 4401}
  - connector: {close: {code: 4401, reason: why}}
  - {expect: {state: connected}, within: 1m30s}
  - expect: {nothing: true}
  - expect: {nothing: [event, send]}
  - expect: [{close: 4401}, {close: {$in: [1000]}}, {state: null}]
`)
	steps := s.Steps
	for _, tt := range []struct {
		name      string
		got, want any
	}{
		{"a text alone", *steps[0].Raw, scenario.Raw{Messages: []string{"one"}}},
		{"a list", *steps[1].Raw, scenario.Raw{Messages: []string{"one", "two"}}},
		{"a map", *steps[2].Raw, scenario.Raw{Base64: []string{"aGk="}}},
		{"a code alone", *steps[3].Connector.Close, scenario.CloseCode{Code: 4401}},
		{"a code in a map", *steps[4].Connector.Close, scenario.CloseCode{Code: 4401, Reason: "why"}},
		{"true", *steps[6].Expect[0].Nothing, scenario.Nothing{}},
		{"within", steps[5].Within, 90 * time.Second},
		{"kinds", *steps[7].Expect[0].Nothing, scenario.Nothing{Kinds: []string{"event", "send"}}},
		{"a code to match", steps[8].Expect[0].Close.Code.Value, any(json.Number("4401"))},
		{"an operator on the code", steps[8].Expect[1].Close.Code.Value, any(map[string]any{"$in": []any{json.Number("1000")}})},
		{"a null to match", steps[8].Expect[2].State.Set, true},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
}

func TestLineEndsAndMarksAreNoMatter(t *testing.T) {
	plain := load(t, "name: x\nsteps:\n  - expect:\n      nothing: true\n")
	other := load(t, "\ufeffname: x\r\nsteps:\r\n  - expect:\r\n      nothing: true\r\n")
	if diff := cmp.Diff(plain, other); diff != "" {
		t.Errorf("(-plain +other)\n%s", diff)
	}
}

func BenchmarkLoad(b *testing.B) {
	data := []byte(`
name: a slash command is answered through the token-less follow_up
covers: [PT-1, PT-4, DI-2, FU-1, FU-2, SC-1]
connector:
  platforms: {discord: {bot_id: B1}}
  tenants: {acme: {scopes: [G1]}}
gateway: {tenant: acme, platforms: [discord]}
agent:
  - when: {text: {$re: "^/?ping"}}
    do:
      - follow_up: {kind: discord.interaction_token, content: pong}
steps:
  - interaction: {command: ping, guild: G1, channel: C1, user: {id: U1, name: ann}}
  - expect:
      event: {text: /ping, session: "agent:main:relay:channel:C1:U1", scope: G1}
  - expect:
      follow_up: {session: "agent:main:relay:channel:C1:U1", kind: discord.interaction_token, content: pong}
`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := scenario.Load("x.yaml", data); err != nil {
			b.Fatal(err)
		}
	}
}
