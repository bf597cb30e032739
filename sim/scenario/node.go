package scenario

import (
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxDepth bounds how deep a file nests. It is far beyond what a scenario needs
// and keeps every walk of a tree shallow.
const maxDepth = 64

// refused is the kind of a node that a problem was noted for: whoever meets it
// says nothing more.
const refused yaml.Kind = 0

// audit refuses what YAML allows and a scenario has no use for, and cuts it off,
// so that the rest can be read as a plain tree: aliases, tags, merge keys,
// keys that are no text, keys given twice, and too deep nesting.
func (l *loader) audit(n *yaml.Node, path string, depth int) {
	switch {
	case n.Kind == yaml.AliasNode:
		l.refuse(n, path, "aliases are not taken: write the value out, or use vars")
	case n.Style&yaml.TaggedStyle != 0:
		l.refuse(n, path, "tags such as %s are not taken: quotes make text", clip(n.Tag))
	case depth > maxDepth:
		l.refuse(n, path, "nested too deep: at most %d levels", maxDepth)
	case n.Kind == yaml.SequenceNode:
		for i, item := range n.Content {
			l.audit(item, element(path, i), depth+1)
		}
	case n.Kind == yaml.MappingNode:
		l.auditMap(n, path, depth)
	}
}

// auditMap keeps the pairs of n that have a good key, the first of each.
func (l *loader) auditMap(n *yaml.Node, path string, depth int) {
	lines := make(map[string]int, len(n.Content)/2)
	good := n.Content[:0]
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := member(path, key.Value)
		switch first, twice := lines[key.Value]; {
		case key.Kind == yaml.AliasNode, key.Kind != yaml.ScalarNode:
			l.fault(key, path, "a key must be plain text")
		case key.Style&yaml.TaggedStyle != 0:
			l.fault(key, path, "tags such as %s are not taken: quotes make text", clip(key.Tag))
		case isPlain(key) && key.Value == "<<":
			l.fault(key, path, "merge keys are not taken: write the fields out")
		case isNull(key):
			l.fault(key, path, "a key is missing, or needs quotes")
		case twice:
			l.fault(key, at, "given twice, first at line %d", first)
		default:
			lines[key.Value] = key.Line
			l.audit(value, at, depth+1)
			good = append(good, key, value)
		}
	}
	n.Content = good
}

func (l *loader) refuse(n *yaml.Node, path, format string, args ...any) {
	l.fault(n, path, format, args...)
	n.Kind, n.Content, n.Alias = refused, nil, nil
}

// isPlain says that a scalar is written without quotes or block marks, so that
// it may be a number, a bool or null.
func isPlain(n *yaml.Node) bool {
	const marked = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	return n.Kind == yaml.ScalarNode && n.Style&marked == 0
}

func isNull(n *yaml.Node) bool {
	if !isPlain(n) {
		return false
	}
	switch n.Value {
	case "", "~", "null", "Null", "NULL":
		return true
	}
	return false
}

// member is the path of a map's value.
func member(path, key string) string {
	key = clip(key)
	switch {
	case key == "" || strings.ContainsAny(key, ".[]: \t\n\""):
		return path + "[" + strconv.Quote(key) + "]"
	case path == "":
		return key
	}
	return path + "." + key
}

// element is the path of a list's value.
func element(path string, i int) string {
	return path + "[" + strconv.Itoa(i) + "]"
}
