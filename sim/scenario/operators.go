package scenario

import "github.com/relaysim/relaysim/sim/spell"

// operator is a key of a pattern that match gives a meaning.
type operator struct {
	name, doc string
	takes     schema
}

// operators are all there are.
var operators = []operator{
	{"$re", "A text that a regular expression finds.", schema{"type": "string", "format": "regex"}},
	{"$any", "true: anything that is there.", schema{"const": true}},
	{"$absent", "true: not there at all.", schema{"type": "boolean"}},
	{"$null", "true: null.", schema{"type": "boolean"}},
	{"$not", "Anything that this pattern does not match.", ref("pattern")},
	{"$in", "One of these.", schema{"type": "array", "items": ref("pattern"), "minItems": 1}},
	{"$contains", "A text with this in it, or a list with an element like it.", ref("pattern")},
	{"$len", "A text, list or map of this length.", ref("pattern")},
	{"$gt", "More than this.", schema{"type": []string{"number", "string"}}},
	{"$lt", "Less than this.", schema{"type": []string{"number", "string"}}},
	{"$exact", "This and nothing besides: maps match whole.", schema{}},
	{"$capture", "Keeps the value for ${name}.", schema{"type": "string"}},
}

// patternSchema is a tree for match: any shape, in which a key with $ is an
// operator.
func patternSchema() schema {
	return schema{
		"description":          "A scalar is equal, a map matches the fields it names, a list matches whole. ${name} is a value.",
		"items":                ref("pattern"),
		"properties":           operatorProperties(),
		"patternProperties":    schema{"^([^$]|$)": ref("pattern")},
		"additionalProperties": false,
	}
}

// operatorsSchema is a map of operators alone.
func operatorsSchema() schema {
	return schema{
		"type":                 "object",
		"properties":           operatorProperties(),
		"additionalProperties": false,
		"minProperties":        1,
	}
}

func operatorProperties() schema {
	properties := schema{}
	for _, op := range operators {
		s := schema{"description": op.doc}
		if op.takes["$ref"] != nil {
			s["allOf"] = []schema{op.takes}
		} else {
			for k, v := range op.takes {
				s[k] = v
			}
		}
		properties[op.name] = s
	}
	return properties
}

func operatorNamed(name string) *operator {
	for i := range operators {
		if operators[i].name == name {
			return &operators[i]
		}
	}
	return nil
}

// operatorHint is the end of a message about an operator that is none.
func operatorHint(name string) string {
	var names []string
	for _, op := range operators {
		names = append(names, op.name)
	}
	if end := spell.DidYouMean(name, names); end != "" {
		return end
	}
	return ", known are " + both(names)
}
