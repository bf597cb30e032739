package scenario

import (
	"errors"
	"strings"

	"github.com/relaysim/relaysim/sim/match"
	"gopkg.in/yaml.v3"
)

// pattern reads a tree for match; or one that is taken as it is, where the field
// says so.
func (l *loader) pattern(n *yaml.Node, path string, f *field, p *Pattern) {
	p.Set, p.Pos = true, l.pos(n)
	before := len(l.problems)
	p.Value = l.tree(n, path)
	if f.as == "value" {
		if hasRefs(p.Value) {
			l.expands++
		}
		return
	}
	l.operators(n, path)
	if len(l.problems) > before {
		return
	}
	l.kind(n, path, f.of)
	if len(l.problems) > before {
		return
	}
	if _, err := match.Compile(p.Value); err != nil {
		l.patternFaults(n, path, err)
	}
}

// patternFaults notes what match has against a pattern, each at its node.
func (l *loader) patternFaults(n *yaml.Node, path string, err error) {
	var faults match.Errors
	if !errors.As(err, &faults) {
		l.fault(n, path, "%v", err)
		return
	}
	for _, fault := range faults {
		at, where := n, path
		if fault.Path != "" {
			where = strings.TrimPrefix(path+"."+fault.Path, ".")
			where = strings.ReplaceAll(where, ".[", "[")
			at = find(n, fault.Path)
		}
		l.fault(at, where, "%s", fault.Text)
	}
}

// find is the node at a path of match's, or the deepest one on the way there.
func find(n *yaml.Node, path string) *yaml.Node {
	for {
		next, rest := step(n, path)
		if next == nil {
			return n
		}
		n, path = next, strings.TrimPrefix(rest, ".")
	}
}

// step is the child of n that path begins with, and what is left of path.
func step(n *yaml.Node, path string) (*yaml.Node, string) {
	switch n.Kind {
	case yaml.SequenceNode:
		for i, item := range n.Content {
			if rest, ok := strings.CutPrefix(path, element("", i)); ok {
				return item, rest
			}
		}
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			rest, ok := strings.CutPrefix(path, n.Content[i].Value)
			if ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
				return n.Content[i+1], rest
			}
		}
	}
	return nil, ""
}

// operators checks what the operators of a pattern are called, and notes the
// names it captures.
func (l *loader) operators(n *yaml.Node, path string) {
	switch n.Kind {
	case yaml.SequenceNode:
		for i, item := range n.Content {
			l.operators(item, element(path, i))
		}
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			at := member(path, key.Value)
			switch name := key.Value; {
			case name == "$exact": // nothing in it is an operator
			case name == "$capture" && value.Kind == yaml.ScalarNode:
				l.checkName(value, at, value.Value)
				l.uses = append(l.uses, use{name: value.Value, pos: l.pos(value), path: at, unit: l.unit, capture: true})
			case strings.HasPrefix(name, "$") && operatorNamed(name) == nil:
				l.fault(key, at, "unknown operator%s", operatorHint(name))
			default:
				l.operators(value, at)
			}
		}
	}
}
