package contract

import (
	_ "embed" // tests.txt
	"strings"
)

//go:embed tests.txt
var tests string

// Tests lists the rules that a Go test asserts because no scenario can reach
// them. By is the package's folder and the test's name, such as
// gateway/wire.TestSplitter.
func Tests() []Claim {
	var claims []Claim
	for line := range strings.Lines(tests) {
		line, _, _ = strings.Cut(line, "#")
		if f := strings.Fields(line); len(f) == 2 {
			claims = append(claims, Claim{Rule: f[0], By: f[1]})
		}
	}
	return claims
}
