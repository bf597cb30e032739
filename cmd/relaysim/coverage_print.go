package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/relaysim/relaysim/sim/contract"
)

// byArea cuts the list where the area changes.
func byArea(list []contract.Coverage) (areas [][]contract.Coverage) {
	for i, c := range list {
		if i == 0 || list[i-1].Rule.Area != c.Rule.Area {
			areas = append(areas, nil)
		}
		last := len(areas) - 1
		areas[last] = append(areas[last], c)
	}
	return areas
}

func covered(list []contract.Coverage) (n int) {
	for _, c := range list {
		if c.Covered() {
			n++
		}
	}
	return n
}

func writeCoverage(w io.Writer, list []contract.Coverage, from counted) error {
	var b strings.Builder
	var open []string
	for _, area := range byArea(list) {
		fmt.Fprintf(&b, "%s  %d of %d\n", area[0].Rule.Area, covered(area), len(area))
		for _, c := range area {
			fmt.Fprintf(&b, "  %-7s %-7s %s\n", state(c), c.Rule.ID, why(c))
			if !c.Covered() {
				open = append(open, c.Rule.ID)
			}
		}
	}
	if len(open) > 0 {
		fmt.Fprintf(&b, "not covered: %s\n", strings.Join(open, " "))
	}
	fmt.Fprintf(&b, "counted: %s\n", from)
	fmt.Fprintf(&b, "%.1f%% covered: %d of %d rules\n", contract.Percent(list), covered(list), len(list))
	_, err := io.WriteString(w, b.String())
	return err
}

func state(c contract.Coverage) string {
	switch {
	case c.Covered():
		return "ok"
	case len(c.By) > 0:
		return "partly"
	}
	return "MISSING"
}

// maxListed is how many sources of a rule are listed; JSON has all of them.
const maxListed = 3

func why(c contract.Coverage) string {
	if len(c.By) == 0 {
		return c.Rule.Text
	}
	text := strings.Join(c.By[:min(len(c.By), maxListed)], ", ")
	if more := len(c.By) - maxListed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	if !c.Covered() {
		text += "; not in " + strings.Join(c.Missing, ", ")
	}
	return text
}

type coverageJSON struct {
	Percent float64    `json:"percent"`
	Covered int        `json:"covered"`
	Counted counted    `json:"counted"`
	Rules   []ruleJSON `json:"rules"`
}

type ruleJSON struct {
	ID      string   `json:"id"`
	Area    string   `json:"area"`
	Text    string   `json:"text"`
	Since   string   `json:"since"`
	Covered bool     `json:"covered"`
	By      []string `json:"by,omitempty"`
	Missing []string `json:"missing,omitempty"` // revisions
}

func writeCoverageJSON(w io.Writer, list []contract.Coverage, from counted) error {
	out := coverageJSON{Percent: contract.Percent(list), Covered: covered(list), Counted: from, Rules: []ruleJSON{}}
	for _, c := range list {
		out.Rules = append(out.Rules, ruleJSON{c.Rule.ID, c.Rule.Area, c.Rule.Text, c.Rule.Since, c.Covered(), c.By, c.Missing})
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}
