package scenario

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
)

// Schema returns the JSON Schema (draft-07) of a scenario file, made from the
// tables the loader reads. It says less than the loader checks: names, values,
// kinds and what must be given, not what one place says about another.
func Schema() []byte {
	definitions := schema{
		"pattern":   patternSchema(),
		"operators": operatorsSchema(),
		"duration":  durationSchema(),
	}
	for of := range kinds {
		definitions[of+"_pattern"] = kindPatternSchema(of)
	}
	for t, tab := range tables() {
		definitions[defName(t)] = tab.schema()
	}
	root := schema{
		"$schema":     "http://json-schema.org/draft-07/schema#",
		"title":       "relaysim scenario",
		"$ref":        "#/definitions/" + defName(reflect.TypeFor[Scenario]()),
		"definitions": definitions,
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(root); err != nil {
		panic(err) // maps, lists and texts always encode
	}
	return b.Bytes()
}

// schema is a JSON Schema, or a part of one.
type schema map[string]any

func ref(name string) schema { return schema{"$ref": "#/definitions/" + name} }

// defName turns CloseCode into close_code.
func defName(t reflect.Type) string {
	return strings.ReplaceAll(spoken(t.Name()), " ", "_")
}

// schema is a map by its table; or what may stand for the map.
func (tab *table) schema() schema {
	properties := schema{}
	var required []string
	dependencies := schema{}
	for _, f := range tab.fields {
		properties[f.name] = f.schema()
		if f.need {
			required = append(required, f.name)
		}
		if len(f.with) > 0 && f.with[0] != "*" {
			dependencies[f.name] = schema{"anyOf": eachRequired(f.with)}
		}
	}
	s := schema{"type": "object", "additionalProperties": false, "properties": properties}
	if required != nil {
		s["required"] = required
	}
	if tab.one != nil {
		s["oneOf"] = eachRequired(tab.one)
	}
	if len(dependencies) > 0 {
		s["dependencies"] = dependencies
	}
	if tab.short == nil {
		return s
	}
	return schema{"anyOf": append(tab.short.alone(), s)}
}

// eachRequired is one schema for each name that must be given.
func eachRequired(names []string) []schema {
	list := make([]schema, len(names))
	for i, name := range names {
		list[i] = schema{"required": []string{name}}
	}
	return list
}
