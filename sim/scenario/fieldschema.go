package scenario

import "reflect"

// schema is what a field's value may be.
func (f *field) schema() schema {
	s := f.shape(f.typ)
	if f.key == "lone" {
		s = schema{"anyOf": []schema{s, f.shape(f.typ.Elem())}}
	}
	if f.doc == "" {
		return s
	}
	if s["$ref"] != nil { // draft-07 ignores what stands beside a $ref
		s = schema{"allOf": []schema{s}}
	}
	s["description"] = f.doc
	return s
}

// shape is the schema of a Go type in this field.
func (f *field) shape(t reflect.Type) schema {
	switch {
	case t.Kind() == reflect.Pointer:
		return f.shape(t.Elem())
	case t == patternType && f.as == "value", t.Kind() == reflect.Interface:
		return schema{}
	case t == patternType:
		return ref("pattern")
	case t == durationType:
		return ref("duration")
	case t.Kind() == reflect.Struct:
		return ref(defName(t))
	case t.Kind() == reflect.Slice:
		return schema{"type": "array", "items": f.shape(t.Elem())}
	case t.Kind() == reflect.Map:
		s := schema{"type": "object", "additionalProperties": f.shape(t.Elem())}
		if f.keys != nil {
			s["propertyNames"] = schema{"enum": f.keys}
		}
		return s
	case t.Kind() == reflect.Bool:
		return schema{"type": "boolean"}
	case t.Kind() == reflect.Int:
		return schema{"type": "integer"}
	case f.enum != nil:
		return schema{"type": "string", "enum": f.enum}
	}
	return schema{"type": "string"}
}

// alone is what may be written in place of the map that f is a field of.
func (f *field) alone() []schema {
	switch f.key {
	case "true|list":
		return []schema{{"const": true}, f.shape(f.typ)}
	case "list":
		return []schema{{"type": "string"}, f.shape(f.typ)}
	}
	if f.typ == reflect.PointerTo(patternType) {
		return []schema{{"type": []string{"string", "number", "boolean"}}, ref("operators")}
	}
	return []schema{f.shape(f.typ)}
}

func durationSchema() schema {
	return schema{
		"type":    "string",
		"pattern": `^[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))*$`,
	}
}
