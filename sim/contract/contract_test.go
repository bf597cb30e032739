package contract_test

import (
	"os"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/sim/contract"
)

// A row the parser misses would be a rule nobody has to cover.
func TestEveryRowIsARule(t *testing.T) {
	md, err := os.ReadFile("contract.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for line := range strings.Lines(string(md)) {
		cells := strings.Split(line, "|")
		if len(cells) < 3 || !strings.HasPrefix(line, "|") {
			continue
		}
		first := strings.TrimSpace(cells[1])
		// The revisions' table and each table's head are not rules.
		if first == "id" || first == "revision" || strings.HasPrefix(first, "---") || strings.HasPrefix(first, "`") {
			continue
		}
		rows = append(rows, first)
	}
	rules := contract.Rules()
	if len(rows) != len(rules) {
		t.Errorf("got %d rules, contract.md has %d rows", len(rules), len(rows))
	}
	for i := range min(len(rows), len(rules)) {
		if rules[i].ID != rows[i] {
			t.Fatalf("rule %d: got %s, want %s", i, rules[i].ID, rows[i])
		}
		if rules[i].Text == "" {
			t.Errorf("%s has no text", rules[i].ID)
		}
	}
}

func TestRuleIDsAreUniqueAndAreasContiguous(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range contract.Rules() {
		if seen[r.ID] {
			t.Errorf("%s is there twice", r.ID)
		}
		seen[r.ID] = true
	}
	areas := map[string]bool{}
	for _, a := range contract.Areas() {
		if areas[a] {
			t.Errorf("area %s is in two places", a)
		}
		areas[a] = true
	}
}

func TestSince(t *testing.T) {
	want := map[string]string{
		"FU-1":   contract.R6,
		"FU-5":   contract.R8, // marked in its text
		"FR-5":   contract.R6, // r8 is only mentioned
		"HS-5":   contract.R6,
		"HS-7":   contract.R8,
		"WAKE-1": contract.R8, // marked in its heading
		"RC-1":   contract.R8, // "(r8; r6 ends with the socket)"
		"GATE-1": contract.R8, // "(connector, r8)"
		"TH-1":   contract.R8,
		"SEC-1":  contract.R6,
	}
	for _, r := range contract.Rules() {
		if since, ok := want[r.ID]; ok {
			if r.Since != since {
				t.Errorf("%s: got since %s, want %s", r.ID, r.Since, since)
			}
			delete(want, r.ID)
		}
	}
	for id := range want {
		t.Errorf("%s is not a rule", id)
	}
}

func TestKnown(t *testing.T) {
	known := contract.Known()
	for id, want := range map[string]bool{"FU-1": true, "FU-99": false, "fu-1": false, "": false} {
		if got := known(id); got != want {
			t.Errorf("known(%q): got %v, want %v", id, got, want)
		}
	}
}
