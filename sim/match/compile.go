package match

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// kind says how a node is matched.
type kind int

const (
	scalar kind = iota // equal to value
	text               // equal to what the template gives
	object             // fields and operators
	list               // items
)

// node is one place of a pattern.
type node struct {
	kind   kind
	source any // as it was written
	text   template
	fields []field
	keys   []string // of the fields
	ops    []op
	items  []node
	leaves float64 // how much of a pattern it is, for Nearest
}

type field struct {
	key  string
	node node
}

// compiler turns a tree into nodes and gathers its faults.
type compiler struct {
	errs     Errors
	inNot    bool
	captures bool // there is a $capture somewhere
}

func (c *compiler) fault(path, format string, args ...any) {
	c.errs = append(c.errs, Error{Path: path, Text: fmt.Sprintf(format, args...)})
}

func (c *compiler) node(v any, path string) node {
	n := node{source: v, leaves: 1}
	switch v := v.(type) {
	case nil, bool:
	case string:
		n.text = c.template(v, path)
		if n.text != nil {
			n.kind = text
		} else {
			n.source = plain(v)
		}
	case map[string]any:
		c.object(&n, v, path)
	case []any:
		n.kind, n.leaves = list, 0
		n.items = make([]node, len(v))
		for i := range v {
			n.items[i] = c.node(v[i], element(path, i))
			n.leaves += n.items[i].leaves
		}
		n.leaves = max(n.leaves, 1)
	default:
		if _, ok := number(v); !ok {
			c.fault(path, "a %T is not a value of JSON", v)
		}
	}
	return n
}

func (c *compiler) object(n *node, v map[string]any, path string) {
	n.kind, n.leaves = object, 0
	for _, key := range slices.Sorted(maps.Keys(v)) {
		at := member(path, key)
		if strings.HasPrefix(key, "$") {
			n.ops = append(n.ops, c.operator(key, v[key], at))
			n.leaves++
			continue
		}
		f := field{key: key, node: c.node(v[key], at)}
		n.fields = append(n.fields, f)
		n.keys = append(n.keys, key)
		n.leaves += f.node.leaves
	}
	n.leaves = max(n.leaves, 1)
}

// isMap says whether only a map can match: it has plain keys, or nothing.
func (n *node) isMap() bool { return len(n.fields) > 0 || len(n.ops) == 0 }

func member(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func element(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
