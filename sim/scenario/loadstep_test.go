package scenario_test

import (
	"strings"
	"testing"

	"github.com/relaysim/relaysim/sim/scenario"
)

// A step on its own is read as it is in a scenario, from YAML and from JSON.
func TestLoadStep(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`inbound: {text: "😀 $${x}", channel: C2}`,
		`{"inbound": {"text": "\ud83d\ude00 $${x}", "channel": "C2"}}`,
	} {
		s, err := scenario.LoadStep("step", []byte(text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got, want := s.Inbound.Text, "😀 ${x}"; got != want || s.Inbound.Channel != "C2" {
			t.Errorf("%s: got %q in %q, want %q", text, got, s.Inbound.Channel, want)
		}
	}
	for text, want := range map[string]string{
		"":                                   "empty",
		"{":                                  "step:1:",
		"hi":                                 "want a map",
		"{inbound: {txt: hi}}":               "step:1:12: inbound.txt: unknown field, did you mean text?",
		"{inbound: {text: hi}, gateway: go}": "want exactly one",
		"{inbound: {text: '${x}'}}":          "${x} has no value here: $${ is a plain ${",
		"{connector: {close: 1006}}":         "1006 cannot be sent",
	} {
		if _, err := scenario.LoadStep("step", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

// A setup needs no name and no steps, and is checked like any other.
func TestLoadSetup(t *testing.T) {
	t.Parallel()
	s, err := scenario.LoadSetup("x.yaml", []byte("connector: {tenants: {acme: {scopes: [G1]}}}"))
	if err != nil || len(s.Connector.Tenants) != 1 {
		t.Errorf("got %+v, %v", s, err)
	}
	for text, want := range map[string]string{
		"conector: {}":                    "did you mean connector?",
		"gateway: {tenant: a}":            `no tenant of the connector "a"`,
		"steps: [{expect: {stat: gone}}]": "did you mean state?",
	} {
		if _, err := scenario.LoadSetup("x.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}
