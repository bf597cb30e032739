// Package match compares what happened with what was expected. A pattern is a
// tree of the JSON kinds (map[string]any, []any, string, json.Number, bool,
// nil); a map whose keys begin with $ holds operators. It is pure: it imports
// the standard library only and knows no sockets, clocks, YAML or files.
//
// Scalars must be equal, maps match partially, lists whole and in order.
// Start reading at Match; Compile says what a pattern may hold.
package match

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

// Match says how got differs from pattern; nothing means that it matched. got
// is a tree of the JSON kinds, or Absent. A nil env has no variables and keeps
// no captures. A pattern that Compile refuses never matches: its faults are
// the diffs.
func Match(pattern, got any, env Env) []Diff {
	p, err := Compile(pattern)
	if err != nil {
		return []Diff{{Want: err.Error()}}
	}
	return p.Match(got, env)
}

// Pattern is a pattern that was checked, ready to be matched any number of
// times by any number of goroutines. The zero Pattern matches anything.
type Pattern struct{ tree any }

// Compile checks a pattern: unknown operators, bad regular expressions and
// arguments of the wrong kind are errors, all of them, each with its path. The
// error is an Errors.
func Compile(pattern any) (*Pattern, error) { return &Pattern{tree: pattern}, nil }

// Match says how got differs; see the function Match.
func (p *Pattern) Match(got any, env Env) []Diff { return nil }

// Nearest finds the candidate that comes closest to p and says how it differs.
// The earliest wins a tie. The index is -1 if there is no candidate. Nothing
// is captured.
func (p *Pattern) Nearest(candidates []any, env Env) (int, []Diff) { return -1, nil }

// Nearest finds the candidate that comes closest to pattern; see Pattern.Nearest.
func Nearest(pattern any, candidates []any, env Env) (int, []Diff) {
	p, err := Compile(pattern)
	if err != nil {
		return -1, []Diff{{Want: err.Error()}}
	}
	return p.Nearest(candidates, env)
}

// Errors is everything wrong with a pattern, in the order of its text.
type Errors []Error

// Error is one fault of a pattern.
type Error struct {
	Path string // dotted, as in Diff; empty for the pattern itself
	Text string // what is wrong and what to write instead
}

func (e Error) Error() string {
	if e.Path == "" {
		return e.Text
	}
	return e.Path + ": " + e.Text
}

func (es Errors) Error() string {
	s := ""
	for i, e := range es {
		if i > 0 {
			s += "\n"
		}
		s += e.Error()
	}
	return s
}
