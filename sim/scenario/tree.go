package scenario

import (
	"encoding/json"
	"regexp"
	"strconv"

	"gopkg.in/yaml.v3"
)

// jsonNumber is how JSON writes numbers; they are kept as they are written.
var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)

// otherNumber is what else YAML 1.2 takes for a number (its core schema). It
// cannot stand in JSON as written, and may well be meant as text.
var otherNumber = regexp.MustCompile(`^([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$`)

// scalar is the value of a scalar by the core schema of YAML 1.2: yes, 1_000 and
// 2024-01-01 are text.
func (l *loader) scalar(n *yaml.Node, path string) any {
	if !isPlain(n) {
		return n.Value
	}
	switch {
	case isNull(n):
		return nil
	case isBool(n):
		return n.Value[0] == 't' || n.Value[0] == 'T'
	case jsonNumber.MatchString(n.Value):
		return json.Number(n.Value)
	case otherNumber.MatchString(n.Value):
		l.fault(n, path, "%s is not a number of JSON: write it as one, or %q for text", clip(n.Value), clip(n.Value))
	}
	return n.Value
}

// tree is the value of a node that may have any shape.
func (l *loader) tree(n *yaml.Node, path string) any {
	switch n.Kind {
	case yaml.ScalarNode:
		v := l.scalar(n, path)
		if s, ok := v.(string); ok {
			l.text(n, path, s)
		}
		return v
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, item := range n.Content {
			list[i] = l.tree(item, element(path, i))
		}
		return list
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i].Value
			m[key] = l.tree(n.Content[i+1], member(path, key))
		}
		return m
	}
	return nil
}

// described is a node in a message about what was wanted in its place.
func described(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		return "a list"
	case yaml.MappingNode:
		return "a map"
	}
	switch {
	case isNull(n):
		return "nothing"
	case isPlain(n) && jsonNumber.MatchString(n.Value):
		return "the number " + clip(n.Value)
	case isBool(n):
		return n.Value
	}
	return strconv.Quote(clip(n.Value))
}

// isBool goes by the core schema of YAML 1.2: yes and off are text.
func isBool(n *yaml.Node) bool {
	if !isPlain(n) {
		return false
	}
	switch n.Value {
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return true
	}
	return false
}
