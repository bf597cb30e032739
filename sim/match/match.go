// Package match compares what happened with what was expected. A pattern is a
// tree of the JSON kinds (map[string]any, []any, string, json.Number, bool,
// nil); a map whose keys begin with $ holds operators. It is pure: it imports
// the standard library only and knows no sockets, clocks, YAML or files.
//
// Scalars must be equal, maps match partially, lists whole and in order.
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
