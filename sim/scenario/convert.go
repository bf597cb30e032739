package scenario

import (
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/relaysim/relaysim/sim/spell"
	"gopkg.in/yaml.v3"
)

// value reads a node into v, which is of the field's type.
func (l *loader) value(n *yaml.Node, path string, f *field, v reflect.Value) {
	t := v.Type()
	switch {
	case n.Kind == refused:
	case t == patternType:
		l.pattern(n, path, f, v.Addr().Interface().(*Pattern))
	case t.Kind() == reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		l.value(n, path, f, v.Elem())
	case t.Kind() == reflect.Interface:
		if tree := l.tree(n, path); tree != nil {
			v.Set(reflect.ValueOf(tree))
			if hasRefs(tree) {
				l.expands++
			}
		}
	case isNull(n):
		l.fault(n, path, "nothing is given: want %s, or leave it out", f.wanted(t))
	case t == durationType:
		v.SetInt(int64(l.duration(n, path)))
	case t.Kind() == reflect.Struct:
		l.object(n, path, v)
	case t.Kind() == reflect.Slice:
		l.list(n, path, f, v)
	case t.Kind() == reflect.Map:
		l.dict(n, path, f, v)
	case t.Kind() == reflect.String:
		v.SetString(l.word(n, path, f))
	case t.Kind() == reflect.Bool:
		v.SetBool(l.truth(n, path))
	case t.Kind() == reflect.Int:
		v.SetInt(int64(l.whole(n, path, f)))
	}
}

// wanted is what a value of type t in this field is called in a message.
func (f *field) wanted(t reflect.Type) string {
	switch {
	case t == durationType:
		return "a duration such as 500ms or 2s"
	case t.Kind() == reflect.Struct:
		return tables()[t].wanted()
	case t.Kind() == reflect.Map:
		return "a map"
	case t.Kind() == reflect.Slice && f.key == "lone":
		return "a map or a list"
	case t.Kind() == reflect.Slice:
		return "a list"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Int:
		return "a whole number"
	}
	return "text"
}

// list reads a list; a lone element too, where the field allows it.
func (l *loader) list(n *yaml.Node, path string, f *field, v reflect.Value) {
	lone := n.Kind == yaml.MappingNode && f.key == "lone" || n.Kind == yaml.ScalarNode && f.key == "list"
	switch {
	case lone:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		l.value(n, path, f, v.Index(0))
	case n.Kind == yaml.SequenceNode:
		v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
		for i, item := range n.Content {
			l.value(item, element(path, i), f, v.Index(i))
		}
	case n.Kind == yaml.ScalarNode && v.Type().Elem().Kind() == reflect.String:
		l.fault(n, path, "want a list, got %s: write [%s]", described(n), clip(n.Value))
	default:
		l.fault(n, path, "want %s, got %s", f.wanted(v.Type()), described(n))
	}
}

// dict reads a map whose keys the file chooses.
func (l *loader) dict(n *yaml.Node, path string, f *field, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		l.fault(n, path, "want a map, got %s", described(n))
		return
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(n.Content)/2))
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i]
		at := member(path, key.Value)
		if f.keys != nil {
			l.oneOf(key, at, f.keys)
		}
		item := reflect.New(v.Type().Elem()).Elem()
		l.value(n.Content[i+1], at, f, item)
		v.SetMapIndex(reflect.ValueOf(key.Value), item)
	}
}

// word reads a text, one of an enumeration where there is one.
func (l *loader) word(n *yaml.Node, path string, f *field) string {
	if n.Kind != yaml.ScalarNode {
		l.fault(n, path, "want text, got %s", described(n))
		return ""
	}
	switch l.scalar(n, path).(type) {
	case string:
	default:
		l.fault(n, path, "want text, got %s: write %q", described(n), clip(n.Value))
		return ""
	}
	switch {
	case f.enum != nil:
		l.oneOf(n, path, f.enum)
	case f.as != "written":
		l.text(n, path, n.Value)
		if strings.Contains(n.Value, "${") {
			l.expands++
		}
	}
	return n.Value
}

// fewWords are so many that all of them are said to who has misspelt one.
const fewWords = 3

// oneOf checks a word of an enumeration.
func (l *loader) oneOf(n *yaml.Node, path string, enum []string) {
	for _, word := range enum {
		if n.Value == word {
			return
		}
	}
	end := spell.DidYouMean(n.Value, enum)
	if end != "" && len(enum) > fewWords {
		l.fault(n, path, "%q is not one of its values%s", clip(n.Value), end)
		return
	}
	l.fault(n, path, "want %s, got %q%s", either(enum), clip(n.Value), end)
}

func (l *loader) truth(n *yaml.Node, path string) bool {
	if n.Kind == yaml.ScalarNode {
		if b, ok := l.scalar(n, path).(bool); ok {
			return b
		}
	}
	l.fault(n, path, "want true or false, got %s", described(n))
	return false
}

func (l *loader) whole(n *yaml.Node, path string, f *field) int {
	if isWhole(n) {
		i, _ := strconv.Atoi(n.Value)
		switch {
		case i < f.least:
			l.fault(n, path, "want at least %d, got %s", f.least, clip(n.Value))
		case i > f.most:
			l.fault(n, path, "want at most %d, got %s", f.most, clip(n.Value))
		}
		return i
	}
	l.fault(n, path, "want a whole number, got %s", described(n))
	return 0
}

func (l *loader) duration(n *yaml.Node, path string) time.Duration {
	if isDuration(n) {
		d, _ := time.ParseDuration(n.Value)
		return d
	}
	l.fault(n, path, "want a duration such as 500ms or 2s, got %s", described(n))
	return 0
}

// isWhole says whether a node is a whole number that an int has room for.
func isWhole(n *yaml.Node) bool {
	_, err := strconv.Atoi(n.Value)
	return err == nil && isPlain(n) && jsonNumber.MatchString(n.Value)
}

// isDuration says whether a node is a time with its unit.
func isDuration(n *yaml.Node) bool {
	_, err := time.ParseDuration(n.Value)
	return err == nil && n.Kind == yaml.ScalarNode && n.Value != "0"
}
