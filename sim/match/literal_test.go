package match_test

import (
	"reflect"
	"testing"

	"github.com/relaysim/relaysim/sim/match"
)

func TestLiterals(t *testing.T) {
	v := map[string]any{"a": "${x} $${y}", "b": []any{"${z}", true, nil}, "${k}": "k"}
	want := map[string]any{"a": "$${x} $$${y}", "b": []any{"$${z}", true, nil}, "${k}": "k"}
	if got := match.Literals(v); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestLiteralsMatchWhatTheyWere: a pattern of literals matches the text itself.
func TestLiteralsMatchWhatTheyWere(t *testing.T) {
	for _, s := range []string{"", "${", "$${", "$$${a}", "${a} and ${b}", "$", "a$"} {
		if diffs := match.Match(match.Literal(s), s, nil); len(diffs) > 0 {
			t.Errorf("%q: %v", s, diffs)
		}
	}
}
