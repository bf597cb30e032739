// Package contract knows the relay contract as a list of numbered rules, read
// from contract.md, and says which of them a set of scenarios and tests
// asserts. It imports the standard library only. Start at Rules.
package contract

import (
	_ "embed" // contract.md
	"regexp"
	"strings"
)

//go:embed contract.md
var text string

// The contract's revisions, oldest first.
const (
	R6 = "2026-06"
	R8 = "2026-08"
)

// Rule is one row of the contract's tables.
type Rule struct {
	ID    string // such as FU-2
	Area  string // the id's letters, such as FU
	Text  string // as written, Markdown
	Since string // the revision it begins in
}

// Revisions lists the revisions the rule holds in, oldest first.
func (r Rule) Revisions() []string {
	if r.Since == R8 {
		return []string{R8}
	}
	return []string{R6, R8}
}

// Rules returns every rule in the contract's order. The slice is the caller's.
func Rules() []Rule { return parse(text) }

// Areas returns the areas in the order in which their first rule appears.
func Areas() []string {
	var areas []string
	for _, r := range Rules() {
		if n := len(areas); n == 0 || areas[n-1] != r.Area {
			areas = append(areas, r.Area)
		}
	}
	return areas
}

// Known returns a function that says whether the contract has a rule of this id.
func Known() func(id string) bool {
	ids := map[string]bool{}
	for _, r := range Rules() {
		ids[r.ID] = true
	}
	return func(id string) bool { return ids[id] }
}

var (
	row     = regexp.MustCompile(`^\| ([A-Z]+)-([0-9]+) \| (.*) \|$`)
	r8Areas = regexp.MustCompile(`\([^)]*\br8\b[^)]*\)$`)
)

// parse reads the tables. A heading that ends in a bracket with r8 marks every
// rule of its table, a text that begins with "(r8)" its own.
func parse(text string) []Rule {
	var rules []Rule
	since := R6
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			since = R6
			if r8Areas.MatchString(heading) {
				since = R8
			}
			continue
		}
		m := row.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		r := Rule{ID: m[1] + "-" + m[2], Area: m[1], Text: m[3], Since: since}
		if strings.HasPrefix(r.Text, "(r8)") {
			r.Since = R8
		}
		rules = append(rules, r)
	}
	return rules
}
