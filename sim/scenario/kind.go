package scenario

import (
	"encoding/json"
	"strings"

	"gopkg.in/yaml.v3"
)

// kinds are what a pattern's value may be on the wire, by the tag of, as they
// are called in messages.
var kinds = map[string]string{
	"text": "text", "number": "a number", "bool": "true or false", "map": "a map", "list": "a list",
}

// kind refuses a pattern that can match nothing, because the wire has values of
// another kind in its place. No kind is any.
func (l *loader) kind(n *yaml.Node, path, of string) {
	switch {
	case of == "" || isNull(n) || n.Kind == yaml.SequenceNode && of == "list":
	case n.Kind == yaml.ScalarNode:
		l.scalarKind(n, path, of)
	case n.Kind == yaml.SequenceNode:
		l.fault(n, path, "want %s, got a list", kinds[of])
	default:
		l.mapKind(n, path, of)
	}
}

func (l *loader) scalarKind(n *yaml.Node, path, of string) {
	end := ""
	switch l.scalar(n, path).(type) {
	case string:
		switch {
		case of == "text" || strings.Contains(n.Value, "${"):
			return
		case of == "number" && jsonNumber.MatchString(n.Value), of == "bool" && (n.Value == "true" || n.Value == "false"):
			end = ": write " + n.Value + " without quotes"
		}
	case json.Number:
		if of == "number" {
			return
		}
	case bool:
		if of == "bool" {
			return
		}
	}
	if of == "text" {
		end = `: write "` + clip(n.Value) + `"`
	}
	l.fault(n, path, "want %s, got %s%s", kinds[of], described(n), end)
}

// mapKind checks a map, which is a value or holds operators.
func (l *loader) mapKind(n *yaml.Node, path, of string) {
	if len(n.Content) == 0 && of != "map" {
		l.fault(n, path, "want %s, got a map", kinds[of])
	}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := member(path, key.Value)
		switch {
		case strings.HasPrefix(key.Value, "$"):
			l.operatorKind(key.Value, value, at, of)
		case of == "map":
		case operatorNamed("$"+key.Value) != nil:
			l.fault(key, at, "want %s, did you mean $%s?", kinds[of], key.Value)
		default:
			l.fault(n, path, "want %s or an operator such as $re, got a map", kinds[of])
			return
		}
	}
}

// operatorKind checks the operators whose patterns are of the same kind as what
// they are applied to.
func (l *loader) operatorKind(name string, n *yaml.Node, path, of string) {
	switch {
	case name == "$not", name == "$exact" && n.Kind == yaml.ScalarNode, name == "$contains" && of == "text":
		l.kind(n, path, of)
	case name == "$in":
		eachItem(n, func(i int, item *yaml.Node) { l.kind(item, element(path, i), of) })
	}
}
