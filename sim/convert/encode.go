package convert

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/scenario"
)

// encoder turns a scenario into the tree of its file. It reads the language's
// tags, as the loader does, and leaves out what is zero.
type encoder struct {
	// refs says that texts may hold ${name} of their own. Else they are literal,
	// and a ${ in them is escaped.
	refs bool
}

var patternType = reflect.TypeFor[scenario.Pattern]()

// value encodes v. as is the field's tag of that name.
func (e encoder) value(v reflect.Value, as string) *node {
	switch v.Kind() {
	case reflect.String:
		return scalar(e.text(v.String(), as))
	case reflect.Bool:
		return plain(fmt.Sprint(v.Bool()))
	case reflect.Int:
		return plain(fmt.Sprint(v.Int()))
	case reflect.Int64:
		return plain(shortDuration(v.Interface().(time.Duration)))
	case reflect.Pointer:
		return e.value(v.Elem(), as)
	case reflect.Struct:
		return e.object(v, as)
	case reflect.Slice:
		list := &node{kind: listNode}
		for i := range v.Len() {
			list.add("", e.value(v.Index(i), as))
		}
		return list
	case reflect.Map:
		m := &node{kind: mapNode}
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, k := range keys {
			m.add(k.String(), e.value(v.MapIndex(k), as))
		}
		return m
	case reflect.Interface:
		return e.tree(v.Interface(), as)
	}
	panic(fmt.Sprintf("a %s is not part of the language", v.Type()))
}

func (e encoder) text(s, as string) string {
	if e.refs || as == "written" {
		return s
	}
	return match.Literal(s)
}

// tree encodes a value of the JSON kinds.
func (e encoder) tree(v any, as string) *node {
	switch v := v.(type) {
	case nil:
		return plain("null")
	case string:
		return scalar(e.text(v, as))
	case bool:
		return plain(fmt.Sprint(v))
	case json.Number:
		return plain(v.String())
	case []any:
		list := &node{kind: listNode}
		for _, item := range v {
			list.add("", e.tree(item, as))
		}
		return list
	case map[string]any:
		m := &node{kind: mapNode}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			m.add(k, e.tree(v[k], as))
		}
		m.first("success")
		m.first("type")
		return m
	}
	return plain(fmt.Sprint(v)) // a number that a program made
}

// object encodes a struct by its tags.
func (e encoder) object(v reflect.Value, as string) *node {
	if v.Type() == patternType {
		p := v.Interface().(scenario.Pattern)
		// What a pattern holds is written as the file has it; a tree that is taken
		// as it is was so only where the step has references.
		inner := e
		inner.refs = e.refs || as != "value"
		return inner.tree(p.Value, "")
	}
	switch x := v.Interface().(type) {
	case scenario.Step:
		e.refs = x.HasRefs
	case scenario.Act:
		e.refs = x.HasRefs
	}
	m := &node{kind: mapNode}
	e.fields(m, v)
	return short(m, v.Interface())
}

func (e encoder) fields(m *node, v reflect.Value) {
	t := v.Type()
	for i := range t.NumField() {
		f, value := t.Field(i), v.Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case f.Name == "_" || name == "-":
		case option == "inline":
			e.fields(m, value)
		case given(value):
			n := e.value(value, f.Tag.Get("as"))
			if f.Tag.Get("key") == "lone" && n.kind == listNode && len(n.items) == 1 {
				n = n.items[0]
			}
			m.add(name, n)
		}
	}
}

// given says that a field has to be written.
func given(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return !v.IsNil()
	case reflect.Struct:
		return !v.IsZero()
	}
	return !v.IsZero()
}

// short is the shorter way to write some maps.
func short(m *node, v any) *node {
	switch v := v.(type) {
	case scenario.Control:
		if len(m.items) == 0 {
			m.add("refuse", plain("0")) // accept again
		}
	case scenario.Nothing:
		if len(v.Kinds) == 0 {
			return plain("true")
		}
		return m.items[0]
	case scenario.CloseCode, scenario.Closed:
		if len(m.items) == 1 && m.keys[0] == "code" && m.items[0].kind != mapNode {
			return m.items[0]
		}
	case scenario.Raw:
		if len(m.items) == 1 && m.keys[0] == "messages" {
			if len(v.Messages) == 1 {
				return m.items[0].items[0]
			}
			return m.items[0]
		}
	case scenario.Expectation:
		m.last("on")
	case scenario.Routed:
		m.first("text")
	case scenario.Args:
		m.first("kind")
	}
	return m
}

// shortDuration is a duration as a person writes it: 2s rather than 2.000s.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
