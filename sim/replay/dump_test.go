package replay_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/relaysim/relaysim/sim/scenario"
)

// dump writes a scenario for people: a line each for the head's parts, the
// rules and the steps, with the fields that are set.
func dump(s *scenario.Scenario) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %v\n", s.Name, s.Revisions)
	fmt.Fprintf(&b, "connector %s\n", show(s.Connector))
	fmt.Fprintf(&b, "gateway %s\n", show(s.Gateway))
	for _, st := range s.Steps {
		if tell := st.Tell; tell != nil && tell.Rule != nil {
			fmt.Fprintf(&b, "%d %s when %s\n", st.Pos.Line, tell.Rule.Told, show(tell.Rule.When))
			continue
		} else if tell != nil {
			fmt.Fprintf(&b, "%d %s does %s\n", st.Pos.Line, tell.Turn, show(tell.Act))
			continue
		}
		fmt.Fprintf(&b, "%d %s\n", st.Pos.Line, show(st))
	}
	return b.Bytes()
}

// turnsOf is what the agent does in each turn, in the order in which they begin.
func turnsOf(s *scenario.Scenario) []string {
	var names []string
	acts := map[string][]scenario.Act{}
	for _, st := range s.Steps {
		switch {
		case st.Tell == nil:
		case st.Tell.Rule != nil:
			names = append(names, st.Tell.Rule.Told)
		default:
			acts[st.Tell.Turn] = append(acts[st.Tell.Turn], *st.Tell.Act)
		}
	}
	var list []string
	for _, name := range names {
		list = append(list, show(acts[name]))
	}
	return list
}

// show writes a value as JSON without what is not set.
func show(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(set(reflect.ValueOf(v))); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}

// set is the value's set fields by their names in the language.
func set(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		if p, ok := v.Interface().(*scenario.Pattern); ok {
			return p.Value
		}
		return set(v.Elem())
	case reflect.Struct:
		fields := map[string]any{}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			name := strings.SplitN(f.Tag.Get("yaml"), ",", 2)[0]
			if name == "-" || v.Field(i).IsZero() {
				continue
			}
			if f.Anonymous {
				for k, x := range set(v.Field(i)).(map[string]any) {
					fields[k] = x
				}
				continue
			}
			fields[name] = set(v.Field(i))
		}
		return fields
	case reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = set(v.Index(i))
		}
		return list
	case reflect.Map:
		m := map[string]any{}
		for _, k := range v.MapKeys() {
			m[k.String()] = set(v.MapIndex(k))
		}
		return m
	}
	if s, ok := v.Interface().(fmt.Stringer); ok && v.Kind() == reflect.Int64 {
		return s.String()
	}
	return v.Interface()
}
