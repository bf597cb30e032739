package scenario

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// Lookup returns the value of ${name}: a string, json.Number, bool, nil, list
// or map.
type Lookup func(name string) (any, bool)

// Resolve returns the step with every ${name} of its stimulus replaced; the step
// itself where there is none. A string that is nothing but ${name} takes the
// value's own kind where any kind may stand; elsewhere the value is written into
// the text. Patterns of expectations stay as they are: match resolves them. The
// steps of a repeat stay as they are too: resolve each when it runs. The error
// names a value that lookup does not have.
func (s *Step) Resolve(lookup Lookup) (*Step, error) {
	if !s.HasRefs {
		return s, nil
	}
	return resolve(s, s.Pos, lookup)
}

// Resolve does for an act what Step.Resolve does for a step.
func (a *Act) Resolve(lookup Lookup) (*Act, error) {
	if !a.HasRefs {
		return a, nil
	}
	return resolve(a, a.Pos, lookup)
}

// resolve is a copy of v, replaced through and through.
func resolve[T any](v *T, pos Pos, lookup Lookup) (*T, error) {
	r := resolver{lookup: lookup}
	out := r.copy(reflect.ValueOf(v), "").Interface().(*T)
	if r.err != nil {
		return nil, fmt.Errorf("%v: %w", pos, r.err)
	}
	return out, nil
}

// resolver copies values and replaces ${name} in their texts. err is the first
// thing it could not do.
type resolver struct {
	lookup Lookup
	err    error
}

// copy shares with v what cannot hold a ${name}.
func (r *resolver) copy(v reflect.Value, as string) reflect.Value {
	switch v.Kind() {
	case reflect.String:
		out := reflect.New(v.Type()).Elem()
		out.SetString(r.text(v.String()))
		return out
	case reflect.Pointer:
		if v.IsNil() || v.Type() == reflect.TypeFor[*Repeat]() {
			return v
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(r.copy(v.Elem(), as))
		return out
	case reflect.Struct:
		return r.fields(v, as)
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(r.copy(v.Index(i), as))
		}
		return out
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeMapWithSize(v.Type(), v.Len())
		for it := v.MapRange(); it.Next(); {
			out.SetMapIndex(it.Key(), r.copy(it.Value(), as))
		}
		return out
	case reflect.Interface:
		out := reflect.New(v.Type()).Elem()
		if tree := r.tree(v.Interface()); tree != nil {
			out.Set(reflect.ValueOf(tree))
		}
		return out
	}
	return v
}

// fields copies a struct.
func (r *resolver) fields(v reflect.Value, as string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	if v.Type() == patternType {
		if as == "value" {
			out.Field(1).Set(r.copy(v.Field(1), as))
		}
		return out
	}
	tab := tables()[v.Type()]
	if tab == nil {
		return out
	}
	for _, f := range tab.fields {
		out.FieldByIndex(f.index).Set(r.copy(v.FieldByIndex(f.index), f.as))
	}
	return out
}

// tree copies a tree of any shape.
func (r *resolver) tree(v any) any {
	switch v := v.(type) {
	case string:
		return r.any(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = r.tree(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k := range v {
			out[k] = r.tree(v[k])
		}
		return out
	}
	return v
}

// any is the value of a text that may become of any kind.
func (r *resolver) any(s string) any {
	if !strings.Contains(s, "${") {
		return s
	}
	list, err := segments(s)
	if err == nil && len(list) == 1 && list[0].name != "" {
		return r.value(list[0].name)
	}
	return r.text(s)
}

// text writes values into a text.
func (r *resolver) text(s string) string {
	if !strings.Contains(s, "${") {
		return s
	}
	list, err := segments(s)
	if err != nil {
		r.fail(err)
		return s
	}
	var b strings.Builder
	for _, seg := range list {
		b.WriteString(seg.words)
		if seg.name != "" {
			b.WriteString(asText(r.value(seg.name)))
		}
	}
	return b.String()
}

func (r *resolver) value(name string) any {
	v, ok := r.lookup(name)
	if !ok {
		r.fail(fmt.Errorf("${%s} has no value here", name))
	}
	return v
}

func (r *resolver) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// asText is a value inside a text: a string as it is, all else as JSON.
func asText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// hasRefs says whether a tree has anything to replace.
func hasRefs(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, "${")
	case []any:
		for _, item := range v {
			if hasRefs(item) {
				return true
			}
		}
	case map[string]any:
		for _, item := range v {
			if hasRefs(item) {
				return true
			}
		}
	}
	return false
}
