package match_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/match"
)

// tree reads JSON as patterns and values are given: numbers as json.Number.
func tree(t testing.TB, s string) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader([]byte(s)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return v
}

// env has variables and keeps what is captured beside them.
type env struct{ vars, captured map[string]any }

func (e *env) Lookup(name string) (any, bool) { v, ok := e.vars[name]; return v, ok }
func (e *env) Capture(name string, v any)     { e.captured[name] = v }

func newEnv() *env {
	return &env{
		vars: map[string]any{
			"name": "ann", "n": json.Number("5"), "dot": "a.b", "obj": map[string]any{"a": json.Number("1")},
			"last.message_id": "m9",
		},
		captured: map[string]any{},
	}
}

const nothing = "nothing" // stands for an absent got in the tables

func TestMatches(t *testing.T) {
	for _, c := range []struct{ pattern, got string }{
		{`"a"`, `"a"`}, {`null`, `null`}, {`true`, `true`}, {`1`, `1.0`}, {`10`, `1e1`}, {`-0`, `0`}, {`0.5`, `5E-1`},
		{`123456789012345678901`, `123456789012345678901`},
		{`{}`, `{"a":1}`}, {`{"a":1}`, `{"a":1,"b":2}`}, {`{"a":{"b":null}}`, `{"a":{"b":null,"c":0}}`},
		{`[]`, `[]`}, {`[1,{"a":2}]`, `[1,{"a":2,"b":3}]`},
		{`{"$re":"^/?ping"}`, `"/ping now"`}, {`{"$re":"b"}`, `"abc"`}, {`{"$re":"^${dot}$"}`, `"a.b"`}, {`{"$re":"^${n}$"}`, `"5"`},
		{`{"$any":true}`, `null`}, {`{"$any":true}`, `{"x":1}`},
		{`{"$absent":true}`, nothing}, {`{"$absent":false}`, `null`}, {`{"x":{"$absent":true}}`, `{}`},
		{`{"$null":true}`, `null`}, {`{"$null":false}`, `0`},
		{`{"$not":"a"}`, `"b"`}, {`{"$not":{"$any":true}}`, nothing}, {`{"$not":{"a":1}}`, `{"a":2}`}, {`{"$not":"a"}`, nothing},
		{`{"$in":["a",{"$gt":3}]}`, `4`}, {`{"$in":["a",null]}`, `null`}, {`{"$in":[{"$absent":true},1]}`, nothing},
		{`{"$contains":"b"}`, `"abc"`}, {`{"$contains":{"a":1}}`, `[0,{"a":1,"b":2}]`}, {`{"$contains":"${name}"}`, `"hi ann"`},
		{`{"$len":3}`, `"🔌aé"`}, {`{"$len":0}`, `[]`}, {`{"$len":{"$gt":1}}`, `{"a":1,"b":2}`}, {`{"$len":"${n}"}`, `"12345"`},
		{`{"$gt":3}`, `3.1`}, {`{"$lt":-1}`, `-2`}, {`{"$gt":"${n}"}`, `5.01`}, {`{"$lt":"${n}0"}`, `49`}, {`{"$gt":-2,"$lt":2}`, `0`},
		{`{"$lt":1e99}`, `1`}, {`{"$gt":0.09}`, `0.1`}, {`{"$lt":0.1}`, `0.09`}, {`{"$lt":0}`, `-1e-9`}, {`{"$gt":-10}`, `-9.5`},
		{`{"$exact":{"a":[1,{}]}}`, `{"a":[1.0,{}]}`}, {`{"$exact":{"$re":"x"}}`, `{"$re":"x"}`}, {`{"$exact":{"a":"${name}!"}}`, `{"a":"ann!"}`},
		{`{"$capture":"x"}`, `null`}, {`{"$capture":"x","a":1,"$len":2}`, `{"a":1,"b":2}`},
		{`"${name}"`, `"ann"`}, {`"${n}"`, `5.0`}, {`"n=${n}, ${name}"`, `"n=5, ann"`}, {`"${obj}"`, `{"a":1}`}, {`"x${obj}"`, `"x{\"a\":1}"`},
		{`"${last.message_id}"`, `"m9"`}, {`"$${name}"`, `"${name}"`}, {`"$${name} ${name}"`, `"${name} ann"`}, {`"$$"`, `"$$"`}, {`"$x"`, `"$x"`},
		{`{"$re":"5\\$$"}`, `"5$"`}, {`{"$re":"^[$${]$"}`, `"{"`},
	} {
		t.Run(c.pattern+" "+c.got, func(t *testing.T) {
			var got = match.Absent
			if c.got != nothing {
				got = tree(t, c.got)
			}
			if diffs := match.Match(tree(t, c.pattern), got, newEnv()); len(diffs) > 0 {
				t.Errorf("got %v, want no diffs", diffs)
			}
		})
	}
}

func TestDiffsSayWhy(t *testing.T) {
	for _, c := range []struct {
		pattern, got string
		want         []match.Diff
	}{
		{`"a"`, `"b"`, []match.Diff{{"", `"a"`, `"b"`}}},
		{`"1"`, `1`, []match.Diff{{"", `"1"`, `1`}}},
		{`1`, `1.1`, []match.Diff{{"", `1`, `1.1`}}},
		{`0`, `false`, []match.Diff{{"", `0`, `false`}}},
		{`null`, nothing, []match.Diff{{"", `null`, `nothing`}}},
		{`"a"`, `null`, []match.Diff{{"", `"a"`, `null`}}},
		{`{"a":{"b":1},"c":"<&>"}`, `{"a":{"b":2}}`, []match.Diff{{"a.b", `1`, `2`}, {"c", `"<&>"`, `nothing`}}},
		{`{"a":{"b":1}}`, `{}`, []match.Diff{{"a", `{b: 1}`, `nothing`}}},
		{`{"a":{"b":1}}`, `{"a":[]}`, []match.Diff{{"a", `{b: 1}`, `[]`}}},
		{`[1,2]`, `[1]`, []match.Diff{{"[1]", `2`, `nothing`}}},
		{`{"m":[{"t":"x"}]}`, `{"m":[{"t":"y"},{"t":"z"}]}`, []match.Diff{{"m[0].t", `"x"`, `"y"`}, {"m[1]", `nothing`, `{"t":"z"}`}}},
		{`[]`, `"x"`, []match.Diff{{"", `[]`, `"x"`}}},
		{`{"$re":"^a"}`, `"b"`, []match.Diff{{"", `{$re: "^a"}`, `"b"`}}},
		{`{"$re":"^${name}"}`, `"bob"`, []match.Diff{{"", `{$re: "^ann"}`, `"bob"`}}},
		{`{"$re":"1"}`, `1`, []match.Diff{{"", `{$re: "1"}`, `1`}}},
		{`{"$re":"${dot}"}`, `"axb"`, []match.Diff{{"", `{$re: "a.b"}`, `"axb"`}}},
		{`{"x":{"$any":true}}`, `{}`, []match.Diff{{"x", `something`, `nothing`}}},
		{`{"$absent":true}`, `null`, []match.Diff{{"", `nothing`, `null`}}},
		{`{"$absent":false}`, nothing, []match.Diff{{"", `something`, `nothing`}}},
		{`{"$null":true}`, nothing, []match.Diff{{"", `{$null: true}`, `nothing`}}},
		{`{"$null":false}`, `null`, []match.Diff{{"", `{$null: false}`, `null`}}},
		{`{"$not":{"$in":["a","${name}"]}}`, `"a"`, []match.Diff{{"", `{$not: {$in: ["a", "ann"]}}`, `"a"`}}},
		{`{"$in":[1,2]}`, `3`, []match.Diff{{"", `{$in: [1, 2]}`, `3`}}},
		{`{"$contains":"z"}`, `["a"]`, []match.Diff{{"", `{$contains: "z"}`, `["a"]`}}},
		{`{"$contains":1}`, `"a1"`, []match.Diff{{"", `{$contains: 1}`, `"a1"`}}},
		{`{"$contains":1}`, nothing, []match.Diff{{"", `{$contains: 1}`, `nothing`}}},
		{`{"$len":2}`, `[1]`, []match.Diff{{"", `{$len: 2}`, `{$len: 1}, [1]`}}},
		{`{"$len":2}`, `22`, []match.Diff{{"", `{$len: 2}`, `22`}}},
		{`{"$gt":5}`, `5`, []match.Diff{{"", `{$gt: 5}`, `5`}}},
		{`{"$gt":"${n}"}`, `"6"`, []match.Diff{{"", `{$gt: 5}`, `"6"`}}},
		{`{"$lt":"${name}"}`, `1`, []match.Diff{{"", `{$lt: "ann"}`, `1`}}},
		{`{"$gt":1,"$lt":3}`, `9`, []match.Diff{{"", `{$lt: 3}`, `9`}}},
		{`{"$exact":{"a":1}}`, `{"a":1,"b":2}`, []match.Diff{{"b", `nothing`, `2`}}},
		{`{"$exact":{"a":{"c":[1]}}}`, `{"a":{"c":[2]}}`, []match.Diff{{"a.c", `[1]`, `[2]`}}},
		{`{"$exact":["${name}"]}`, `["${name}"]`, []match.Diff{{"", `["ann"]`, `["${name}"]`}}},
		{`{"$exact":{"a":null}}`, `{}`, []match.Diff{{"a", `null`, `nothing`}}},
		{`{"x":{"$capture":"y"}}`, `{}`, []match.Diff{{"x", `something`, `nothing`}}},
		{`"${nobody}"`, `"x"`, []match.Diff{{"", `${nobody}, which has no value`, `"x"`}}},
		{`{"$re":"${nobody}"}`, `"x"`, []match.Diff{{"", `{$re: ${nobody}, which has no value}`, `"x"`}}},
		{`{"a":1,"$len":1}`, `{"a":2,"b":3}`, []match.Diff{{"a", `1`, `2`}, {"", `{$len: 1}`, `{$len: 2}, {"a":2,"b":3}`}}},
		{`{"$nope":1}`, `1`, []match.Diff{{"$nope", "a pattern: unknown operator; there are $absent, $any, $capture, $contains, $exact, $gt, $in, $len, $lt, $not, $null and $re", "nothing"}}},
	} {
		t.Run(c.pattern+" "+c.got, func(t *testing.T) {
			var got = match.Absent
			if c.got != nothing {
				got = tree(t, c.got)
			}
			if d := cmp.Diff(c.want, match.Match(tree(t, c.pattern), got, newEnv())); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAbsentInsideIsNothing(t *testing.T) {
	got := map[string]any{"a": match.Absent}
	if diffs := match.Match(tree(t, `{"a":{"$absent":true}}`), got, nil); diffs != nil {
		t.Errorf("got %v, want no diffs", diffs)
	}
}

func TestLongStringsAreShownWhereTheyPart(t *testing.T) {
	long := strings.Repeat("abcdefgh ", 30)
	diffs := match.Match(long+"🔌 here"+long, long+"🔌 there"+long, nil)
	want := []match.Diff{{
		Want: `"…fgh abcdefgh abcdefgh 🔌 hereabcdefgh abcdefgh abcdefgh abcdefgh abcdefgh…" (546 characters)`,
		Got:  `"…fgh abcdefgh abcdefgh 🔌 thereabcdefgh abcdefgh abcdefgh abcdefgh abcdefg…" (547 characters)`,
	}}
	if d := cmp.Diff(want, diffs); d != "" {
		t.Error(d)
	}
	diffs = match.Match(tree(t, `{"$re":"x"}`), strings.Repeat("é", 5000), nil)
	if len(diffs) != 1 || len(diffs[0].Got) > 300 || !strings.Contains(diffs[0].Got, "(5000 characters)") {
		t.Errorf("got %v, want a short text that says 5000 characters", diffs)
	}
	diffs = match.Match("x", []any{strings.Repeat("é", 5000)}, nil)
	if len(diffs) != 1 || len(diffs[0].Got) > 400 {
		t.Errorf("got %v, want a short text", diffs)
	}
}

func TestCapturesOnlyWhenAllMatched(t *testing.T) {
	p, err := match.Compile(tree(t, `{"a":{"$capture":"x"},"b":{"$in":[{"c":{"$capture":"y"},"d":1},{"$capture":"z"}]},"e":[{"$capture":"w"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	e := newEnv()
	if diffs := p.Match(tree(t, `{"a":1,"b":{"c":2,"d":3},"e":[]}`), e); diffs == nil || len(e.captured) > 0 {
		t.Errorf("got diffs %v and captures %v, want diffs and none", diffs, e.captured)
	}
	if _, diffs := p.Nearest([]any{tree(t, `{"a":1,"b":2,"e":[3]}`)}, e); diffs != nil || len(e.captured) > 0 {
		t.Errorf("Nearest: got diffs %v and captures %v, want none", diffs, e.captured)
	}
	if diffs := p.Match(tree(t, `{"a":1,"b":{"c":2,"d":3},"e":[null]}`), e); diffs != nil {
		t.Fatal(diffs)
	}
	// y is in an alternative that did not match, whole as it was kept meanwhile.
	want := map[string]any{"x": json.Number("1"), "z": tree(t, `{"c":2,"d":3}`), "w": nil}
	if d := cmp.Diff(want, e.captured); d != "" {
		t.Error(d)
	}
	if diffs := p.Match(tree(t, `{"a":1,"b":2,"e":[3]}`), nil); diffs != nil {
		t.Errorf("without an Env: %v", diffs)
	}
}

func TestCompileSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		pattern string
		want    []string
	}{
		{`{"a":[{"$rex":1}],"b":{"$re":"("}}`, []string{
			"a[0].$rex: unknown operator; there are $absent, $any, $capture, $contains, $exact, $gt, $in, $len, $lt, $not, $null and $re",
			"b.$re: error parsing regexp: missing closing ): `(`",
		}},
		{`{"$re":1}`, []string{`$re: want a regular expression, got 1`}},
		{`{"$re":"${a}("}`, []string{"$re: error parsing regexp: missing closing ): `x(`"}},
		{`{"$any":false}`, []string{`$any: want true, got false`}},
		{`{"$absent":"yes"}`, []string{`$absent: want true or false, got "yes"`}},
		{`{"$null":1}`, []string{`$null: want true or false, got 1`}},
		{`{"$in":[]}`, []string{`$in: want a list of patterns, got []`}},
		{`{"$in":{"a":1}}`, []string{`$in: want a list of patterns, got {"a":1}`}},
		{`{"$in":[{"$gt":"x"}]}`, []string{`$in[0].$gt: want a number, got "x"`}},
		{`{"$lt":null}`, []string{`$lt: want a number, got null`}},
		{`{"$not":{"$len":{"$x":1}}}`, []string{`$not.$len.$x: unknown operator; there are $absent, $any, $capture, $contains, $exact, $gt, $in, $len, $lt, $not, $null and $re`}},
		{`{"$capture":"a b"}`, []string{`$capture: want a name of letters, digits and _, got "a b"`}},
		{`{"$capture":"a.b"}`, []string{`$capture: want a name of letters, digits and _, got "a.b"`}},
		{`{"$not":{"a":{"$capture":"x"}}}`, []string{`$not.a.$capture: $not matches when this does not, so there is nothing to keep`}},
		{`"${a b}"`, []string{`"${a b}": want a name such as ${x}; $${ is a plain ${`}},
		{`{"x":"${"}`, []string{`x: "${": want a name such as ${x}; $${ is a plain ${`}},
		{`{"$exact":{"b":["${"],"a":"${}"}}`, []string{
			`$exact.a: "${}": want a name such as ${x}; $${ is a plain ${`, `$exact.b[0]: "${": want a name such as ${x}; $${ is a plain ${`,
		}},
	} {
		t.Run(c.pattern, func(t *testing.T) {
			_, err := match.Compile(tree(t, c.pattern))
			var es match.Errors
			if !errors.As(err, &es) {
				t.Fatalf("got %v, want Errors", err)
			}
			if d := cmp.Diff(strings.Join(c.want, "\n"), err.Error()); d != "" {
				t.Error(d)
			}
		})
	}
	for _, v := range []any{struct{}{}, []any{make(chan int)}, map[string]any{"$exact": []int{1}}} {
		if _, err := match.Compile(v); err == nil {
			t.Errorf("%v: got no error, want one", v)
		}
	}
}

func TestNearest(t *testing.T) {
	const pattern = `{"action":{"op":"send","chat_id":"C1","content":"hello there","metadata":{"scope_id":"G1"}}}`
	for _, c := range []struct {
		name       string
		candidates []string
		want       int
		diffs      []match.Diff
	}{
		{"none", nil, -1, nil},
		{"fewest differences", []string{
			`{"action":{"op":"edit","chat_id":"C1","content":"x","metadata":{"scope_id":"G1"}}}`,
			`{"action":{"op":"send","chat_id":"C1","content":"hello there","metadata":{}}}`,
			`{}`,
		}, 1, []match.Diff{{"action.metadata.scope_id", `"G1"`, `nothing`}}},
		{"one big difference is more than two small ones", []string{
			`{"action":null}`,
			`{"action":{"op":"send","chat_id":"C2","content":"hello!","metadata":{"scope_id":"G1"}}}`,
		}, 1, []match.Diff{{"action.chat_id", `"C1"`, `"C2"`}, {"action.content", `"hello there"`, `"hello!"`}}},
		{"the text that is nearly right", []string{
			`{"action":{"op":"send","chat_id":"C1","content":"good bye","metadata":{"scope_id":"G1"}}}`,
			`{"action":{"op":"send","chat_id":"C1","content":"hello then","metadata":{"scope_id":"G1"}}}`,
		}, 1, []match.Diff{{"action.content", `"hello there"`, `"hello then"`}}},
		{"the earliest of equals", []string{`{}`, `{}`}, 0, []match.Diff{{
			"action", `{chat_id: "C1", content: "hello there", metadata: {scope_id: "G1"}, op: "send"}`, `nothing`,
		}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var candidates []any
			for _, s := range c.candidates {
				candidates = append(candidates, tree(t, s))
			}
			i, diffs := match.Nearest(tree(t, pattern), candidates, nil)
			if i != c.want {
				t.Errorf("got %d, want %d", i, c.want)
			}
			if d := cmp.Diff(c.diffs, diffs); d != "" {
				t.Error(d)
			}
		})
	}
	if i, diffs := match.Nearest(map[string]any{"$x": 1}, []any{1}, nil); i != -1 || len(diffs) != 1 {
		t.Errorf("a bad pattern: got %d %v, want -1 and its fault", i, diffs)
	}
}

func TestPatternsAreNotChanged(t *testing.T) {
	const s = `{"a":["$${x}",{"$exact":{"b":"${name}"}}]}`
	p := tree(t, s)
	match.Match(p, maps.Clone(p.(map[string]any)), newEnv())
	if d := cmp.Diff(tree(t, s), p); d != "" {
		t.Error(d)
	}
}
