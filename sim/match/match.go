// Package match compares what happened with what was expected. A pattern is a
// tree of the JSON kinds (map[string]any, []any, string, json.Number, bool,
// nil); a map whose keys begin with $ holds operators. It is pure: it imports
// the standard library only and knows no sockets, clocks, YAML or files.
//
// Scalars must be equal, numbers by their value. Maps match partially: a key
// that the pattern does not name may be anything. Lists match whole and in
// order. The operators of one map must all hold, and so must the plain keys
// beside them:
//
//	$re: text           a string in which the regular expression is found
//	$any: true          anything that is there, null included
//	$absent: true       nothing is there; false: something is
//	$null: true         null; false: something else is there
//	$not: pattern       anything the pattern does not match
//	$in: [pattern, …]   one of these
//	$contains: pattern  a string with this text in it, or a list with such an element
//	$len: pattern       a list, a map or a string (in characters) of such a length
//	$gt, $lt: number    a number above, below
//	$exact: value       this value and no more: maps whole, $ without meaning
//	$capture: name      anything that is there, kept as ${name}
//
// ${name} in a string is a variable; alone in its string it stands for the
// whole value, of any kind. $${ is a plain ${.
//
// Start reading at Pattern.
package match

import "strings"

// Diff is one place where a value is not as the pattern wants it.
type Diff struct {
	Path string // dotted, such as metadata.scope_id or messages[1].text
	Want string // the pattern, as a person would write it
	Got  string // the value as JSON, or "nothing"
}

// Env gives patterns their variables and takes their captures.
type Env interface {
	// Lookup returns the value of ${name}.
	Lookup(name string) (any, bool)
	// Capture keeps the value for $capture: name. It is called only after the
	// whole pattern has matched.
	Capture(name string, value any)
}

// Absent stands for a value that is not there, as got or inside it. It differs
// from nil, which is a JSON null.
var Absent any = absent{}

type absent struct{}

// Lazy is a value that is decoded no further than a pattern looks, as got or
// inside a map.
type Lazy interface {
	// IsObject says whether it is a map.
	IsObject() bool
	// Pick sets values[i] to the member of a map that keys[i] names, which may
	// be Lazy again, and leaves it as it is when there is none.
	Pick(keys []string, values []any)
	// Tree is the whole value as a tree of the JSON kinds.
	Tree() any
}

// settled is got with nothing lazy left in it.
func settled(got any) any {
	if lazy, ok := got.(Lazy); ok {
		return lazy.Tree()
	}
	fields, ok := got.(map[string]any)
	if !ok {
		return got
	}
	all := make(map[string]any, len(fields))
	for k, v := range fields {
		all[k] = settled(v)
	}
	return all
}

// Pattern is a pattern that was checked, ready to be matched any number of
// times by any number of goroutines. The zero Pattern matches null only.
type Pattern struct {
	root     node
	captures bool
}

// Compile checks a pattern. Unknown operators, bad regular expressions and
// arguments of the wrong kind are errors, all of them, each with its path. The
// error is an Errors. The pattern must not be changed afterwards.
func Compile(pattern any) (*Pattern, error) {
	c := compiler{}
	p := &Pattern{root: c.node(pattern, "")}
	if len(c.errs) > 0 {
		return nil, c.errs
	}
	p.captures = c.captures
	return p, nil
}

// Captures says whether a match keeps something.
func (p *Pattern) Captures() bool { return p.captures }

// Match says how got differs from the pattern; nothing means that it matched.
// got is a tree of the JSON kinds, or Absent. A nil env has no variables and
// keeps no captures.
func (p *Pattern) Match(got any, env Env) []Diff {
	m := matcher{env: env}
	if !m.match(&p.root, got) {
		e := explainer{matcher: matcher{env: env}}
		e.explain(&p.root, settled(got), "")
		return e.diffs
	}
	if env != nil {
		for _, c := range m.captures {
			env.Capture(c.name, c.value)
		}
	}
	return nil
}

// Match compiles a pattern and matches it once. A pattern that Compile refuses
// matches nothing: its faults are the diffs. Whoever matches a pattern more
// than once compiles it.
func Match(pattern, got any, env Env) []Diff {
	p, err := Compile(pattern)
	if err != nil {
		return faults(err)
	}
	return p.Match(got, env)
}

// Nearest finds the candidate that comes closest to a pattern; see
// Pattern.Nearest. The index is -1, with the faults, if Compile refuses it.
func Nearest(pattern any, candidates []any, env Env) (int, []Diff) {
	p, err := Compile(pattern)
	if err != nil {
		return -1, faults(err)
	}
	return p.Nearest(candidates, env)
}

// Errors is everything wrong with a pattern, maps in the order of their keys.
type Errors []Error

func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Error is one fault of a pattern.
type Error struct {
	Path string // dotted, as in Diff, operators included; empty for the pattern itself
	Text string // what is wrong and what to write instead
}

func (e Error) Error() string {
	if e.Path == "" {
		return e.Text
	}
	return e.Path + ": " + e.Text
}

func faults(err error) []Diff {
	var diffs []Diff
	for _, e := range err.(Errors) {
		diffs = append(diffs, Diff{Path: e.Path, Want: "a pattern: " + e.Text, Got: "nothing"})
	}
	return diffs
}
