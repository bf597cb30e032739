package contract

import "slices"

// Claim says that something asserts a rule.
type Claim struct {
	Rule string
	// By names a scenario's file, a recording or a test.
	By string
	// Revisions it runs in. Nil means all: a test is not played in one.
	Revisions []string
}

// Coverage is what asserts one rule.
type Coverage struct {
	Rule Rule
	// By lists what asserts it, each once, sorted.
	By []string
	// Missing lists the revisions the rule holds in and nothing asserts it in.
	Missing []string
}

// Covered reports whether the rule is asserted in every revision it holds in.
func (c Coverage) Covered() bool { return len(c.Missing) == 0 }

// Cover says of each rule what asserts it. Claims on rules that are not listed
// are not looked at; see Known.
func Cover(rules []Rule, claims []Claim) []Coverage {
	byRule := map[string][]Claim{}
	for _, c := range claims {
		byRule[c.Rule] = append(byRule[c.Rule], c)
	}
	var list []Coverage
	for _, r := range rules {
		c := Coverage{Rule: r}
		for _, claim := range byRule[r.ID] {
			c.By = append(c.By, claim.By)
		}
		slices.Sort(c.By)
		c.By = slices.Compact(c.By)
		for _, rev := range r.Revisions() {
			if !slices.ContainsFunc(byRule[r.ID], func(c Claim) bool { return c.in(rev) }) {
				c.Missing = append(c.Missing, rev)
			}
		}
		list = append(list, c)
	}
	return list
}

func (c Claim) in(revision string) bool {
	return c.Revisions == nil || slices.Contains(c.Revisions, revision)
}

// Percent is the share of covered rules, 100 for none at all.
func Percent(list []Coverage) float64 {
	if len(list) == 0 {
		return 100
	}
	covered := 0
	for _, c := range list {
		if c.Covered() {
			covered++
		}
	}
	return 100 * float64(covered) / float64(len(list))
}
