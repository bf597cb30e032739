package match_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/relaysim/relaysim/sim/match"
)

// value draws a tree of the JSON kinds. Its strings and keys have no $.
func value(depth int) *rapid.Generator[any] {
	words := rapid.StringMatching(`[a-c<"é]{0,3}`)
	return rapid.Custom(func(t *rapid.T) any {
		kind := rapid.IntRange(0, 6).Draw(t, "kind")
		if depth == 0 && kind > 3 {
			kind = 0
		}
		switch kind {
		case 0:
			return nil
		case 1:
			return rapid.Bool().Draw(t, "bool")
		case 2:
			return json.Number(fmt.Sprint(rapid.IntRange(-3, 3).Draw(t, "number")))
		case 3:
			return words.Draw(t, "text")
		case 4:
			return rapid.SliceOfN(value(depth-1), 0, 3).Draw(t, "list")
		default:
			return rapid.MapOfN(words, value(depth-1), 0, 3).Draw(t, "map")
		}
	})
}

func TestValuesMatchThemselves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := value(3).Draw(t, "value")
		for _, p := range []any{v, map[string]any{"$exact": v}, map[string]any{"$in": []any{"?", v}}} {
			if diffs := match.Match(p, v, nil); diffs != nil {
				t.Fatalf("%v does not match %v: %v", v, p, diffs)
			}
		}
		if diffs := match.Match(map[string]any{"$not": v}, v, nil); len(diffs) != 1 {
			t.Fatalf("$not of itself: got %v, want one diff", diffs)
		}
	})
}

// A key that the pattern names cannot go missing, wherever it is.
func TestRemovingAKeyIsSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.MapOfN(rapid.StringMatching(`[a-c]{1,2}`), value(2), 1, 4).Draw(t, "map")
		key := rapid.SampledFrom(slices.Sorted(maps.Keys(whole))).Draw(t, "key")
		less := maps.Clone(whole)
		delete(less, key)
		diffs := match.Match(map[string]any{"x": whole}, map[string]any{"x": less}, nil)
		if len(diffs) != 1 || diffs[0].Path != "x."+key || diffs[0].Got != "nothing" {
			t.Fatalf("without %q: got %v, want one diff there, with nothing", key, diffs)
		}
		if diffs := match.Match(map[string]any{"x": less}, map[string]any{"x": whole}, nil); diffs != nil {
			t.Fatalf("with a key more: got %v, want no diffs", diffs)
		}
	})
}

// $not is the other answer to the same question, so diffs are empty exactly
// when the pattern matched, and every diff shows a difference.
func TestDiffsAreEmptyIffMatched(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, got := value(3).Draw(t, "pattern"), value(3).Draw(t, "got")
		diffs := match.Match(p, got, nil)
		not := match.Match(map[string]any{"$not": p}, got, nil)
		if (diffs == nil) == (not == nil) {
			t.Fatalf("%v and its opposite both say %t of %v", p, diffs == nil, got)
		}
		for _, d := range diffs {
			if d.Want == d.Got && !strings.HasSuffix(d.Want, "…") {
				t.Fatalf("a diff without a difference: %v", d)
			}
		}
	})
}

func TestNearestFindsTheMatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(value(3), 1, 5).Draw(t, "candidates")
		p := rapid.SampledFrom(list).Draw(t, "pattern")
		i, diffs := match.Nearest(p, list, nil)
		if diffs != nil || i < 0 || match.Match(p, list[i], nil) != nil {
			t.Fatalf("got %d %v, want one that matches", i, diffs)
		}
	})
}

func FuzzCompile(f *testing.F) {
	f.Add(`{"a":{"$re":"^${x}(","$len":{"$gt":1}}}`, `{"a":"b"}`)
	f.Add(`{"$exact":["${x}"],"$in":[1,{"$capture":"x"}]}`, `["x"]`)
	f.Fuzz(func(t *testing.T, pattern, got string) {
		var p, g any
		if json.Unmarshal([]byte(pattern), &p) != nil || json.Unmarshal([]byte(got), &g) != nil {
			return
		}
		c, err := match.Compile(p)
		if err != nil {
			if err.Error() == "" {
				t.Fatal("an error without a text")
			}
			return
		}
		not, err := match.Compile(map[string]any{"$not": p})
		if err != nil {
			return // it captures
		}
		if diffs := c.Match(g, nil); (diffs == nil) == (not.Match(g, nil) == nil) {
			t.Fatalf("%s and its opposite agree on %s: %v", pattern, got, diffs)
		}
	})
}
