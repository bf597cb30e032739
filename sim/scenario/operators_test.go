package scenario

import (
	"slices"
	"testing"

	"github.com/relaysim/relaysim/sim/match"
)

// The table of operators, which the schema and the suggestions are made of, is
// that of match.
func TestOperatorsAreThoseOfMatch(t *testing.T) {
	good := map[string]any{
		"$re": "a", "$any": true, "$absent": true, "$null": true, "$not": "a", "$in": []any{"a"},
		"$contains": "a", "$len": "a", "$gt": 1, "$lt": 1, "$exact": "a", "$capture": "a",
	}
	for _, op := range operators {
		if _, err := match.Compile(map[string]any{op.name: good[op.name]}); err != nil {
			t.Errorf("match does not know %s: %v", op.name, err)
		}
	}
	for name := range good {
		if !slices.ContainsFunc(operators, func(op operator) bool { return op.name == name }) {
			t.Errorf("%s is missing", name)
		}
	}
}
