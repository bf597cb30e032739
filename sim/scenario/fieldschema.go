package scenario

import (
	"math"
	"reflect"
)

// schema is what a field's value may be.
func (f *field) schema() schema {
	s := f.callSchema(f.shape(f.typ))
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
	case t == patternType && f.of != "":
		return ref(f.of + "_pattern")
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
		return f.integer()
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
		return []schema{kindSchema(f.of, false), ref("operators")}
	}
	return []schema{f.shape(f.typ)}
}

// integer is a whole number within the field's bounds.
func (f *field) integer() schema {
	s := schema{"type": "integer"}
	if f.least != math.MinInt {
		s["minimum"] = f.least
	}
	if f.most != math.MaxInt {
		s["maximum"] = f.most
	}
	return s
}

// callSchema is s with what a call must give.
func (f *field) callSchema(s schema) schema {
	calls := tables()[reflect.TypeFor[Call]()].fields
	switch {
	case f.args != nil:
		return schema{"allOf": []schema{s, argsSchema(f.args)}}
	case f.noTurn:
		properties := schema{}
		for _, c := range calls {
			properties[c.name] = argsSchema(c.outside)
		}
		return schema{"allOf": []schema{s, {"properties": properties}}}
	}
	return s
}

// argsSchema is a call's map with these, or with fields that nobody knows here.
func argsSchema(names []string) schema {
	return schema{"anyOf": []schema{{"required": names}, {"required": []string{"extra"}}}}
}

// kindSchema is a value of a kind, or a text that becomes one.
func kindSchema(of string, orNull bool) schema {
	values := map[string]schema{
		"text": {"type": "string"}, "number": {"type": "number"}, "bool": {"type": "boolean"},
		"map": {"allOf": []schema{{"type": "object"}, ref("pattern")}}, "list": {"type": "array", "items": ref("pattern")},
	}
	list := []schema{values[of]}
	if of != "text" {
		list = append(list, schema{"type": "string", "pattern": `\$\{`})
	}
	if orNull {
		list = append(list, schema{"type": "null"})
	}
	return schema{"anyOf": list}
}

// kindPatternSchema is a pattern of values of a kind.
func kindPatternSchema(of string) schema {
	return schema{"anyOf": []schema{kindSchema(of, true), ref("operators")}}
}

func durationSchema() schema {
	return schema{
		"type":    "string",
		"pattern": `^[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))*$`,
	}
}
