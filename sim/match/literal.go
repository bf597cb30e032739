package match

import "strings"

// Literal writes a text so that a ${name} in it is not taken for a variable.
func Literal(s string) string { return strings.ReplaceAll(s, "${", "$${") }

// Literals is a tree of the JSON kinds with every text in it literal.
func Literals(v any) any {
	switch v := v.(type) {
	case string:
		return Literal(v)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = Literals(v[i])
		}
		return list
	case map[string]any:
		fields := make(map[string]any, len(v))
		for k := range v {
			fields[k] = Literals(v[k])
		}
		return fields
	}
	return v
}
