package match_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/trace"
)

// TestTextMatchesLikeItsTree matches patterns against JSON text and against the
// tree it decodes to, and wants the same differences and captures.
func TestTextMatchesLikeItsTree(t *testing.T) {
	const text = `{"type":"outbound","n":1.0,"none":null,"list":[1,{"a":"b"}],"action":{"op":"send","content":"h\u00e9","metadata":{}},"twice":1,"twice":2}`
	tree, ok := trace.Tree([]byte(text))
	if !ok {
		t.Fatal("the text is no JSON")
	}
	for _, pattern := range []string{
		`{"type":"outbound","action":{"op":"send"}}`, `{"action":{"content":"hé"}}`, `{"n":1}`, `{"none":null}`, `{"gone":null}`,
		`{"gone":{"$absent":true}}`, `{"action":{"gone":{"$absent":true}}}`, `{"action":{"$exact":{"op":"send"}}}`,
		`{"action":{"$capture":"a","op":"send"}}`, `{"list":[1,{"a":"b"}]}`, `{"list":[1]}`, `{"list":{"a":1}}`, `{"type":{"op":"x"}}`,
		`{"action":"send"}`, `{"twice":2}`, `{"twice":1}`, `{"action":{"metadata":{"$exact":{}}}}`, `{"list":{"$len":2}}`, `"x"`, `[1]`, `{}`,
	} {
		var p any
		if err := json.Unmarshal([]byte(pattern), &p); err != nil {
			t.Fatal(err)
		}
		asTree, asText := captures{}, captures{}
		want := match.Match(p, tree, asTree)
		got := match.Match(p, trace.JSON(text), asText)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: differences of the text are not those of the tree: %s", pattern, diff)
		}
		if diff := cmp.Diff(asTree, asText); diff != "" {
			t.Errorf("%s: captures: %s", pattern, diff)
		}
		inMap := match.Match(map[string]any{"e": p}, map[string]any{"e": trace.JSON(text)}, nil)
		if (len(inMap) == 0) != (len(want) == 0) {
			t.Errorf("%s inside a map: got %v", pattern, inMap)
		}
	}
}

type captures map[string]any

func (captures) Lookup(string) (any, bool)        { return nil, false }
func (c captures) Capture(name string, value any) { c[name] = value }
