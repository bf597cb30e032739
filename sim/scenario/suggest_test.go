package scenario

import (
	"slices"
	"testing"

	"github.com/relaysim/relaysim/sim/match"
)

func TestNearest(t *testing.T) {
	names := []string{"name", "about", "kind", "within", "inbound", "interaction", "to", "on", "follow_up"}
	for _, tt := range []struct{ word, want string }{
		{"nmae", "name"}, {"knd", "kind"}, {"kimd", "kind"}, {"kinds", "kind"}, {"wihtin", "within"}, {"WITHIN", "within"},
		{"followup", "follow_up"}, {"interacton", "interaction"}, {"ton", "to"},
		{"x", ""}, {"as", ""}, {"chat", ""}, {"completely", ""}, {"", ""},
	} {
		if got := nearest(tt.word, names); got != tt.want {
			t.Errorf("nearest(%q) = %q, want %q", tt.word, got, tt.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "ab", 2}, {"ab", "", 2}, {"ab", "ab", 0}, {"ab", "ba", 1}, {"abc", "axc", 1},
		{"abc", "ac", 1}, {"ac", "abc", 1}, {"kitten", "sitting", 3},
	} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

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
