package scenario

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// LoadStep turns the text of one step, in YAML or JSON, into a Step, as it
// stands in a scenario. Nothing has a value for ${name} in it, and the names of
// gateways are not checked. The error is an Errors; file is what its places are
// in.
func LoadStep(file string, data []byte) (*Step, error) {
	l := &loader{file: file, times: 1}
	root := l.parse(asYAML(data))
	if root == nil {
		return nil, l.errors()
	}
	l.audit(root, "", 0)
	s := &Step{}
	l.object(root, "", reflect.ValueOf(s).Elem())
	for _, u := range l.uses {
		if !u.capture {
			l.add(u.pos, u.path, "${%s} has no value here: $${ is a plain ${", u.name)
		}
	}
	if err := l.errors(); err != nil {
		return nil, err
	}
	// No value is replaced, but $${ is.
	return s.Resolve(func(string) (any, bool) { return nil, false })
}

// asYAML writes JSON without the escapes that YAML does not have: pairs of
// surrogates. Anything else is left as it is.
func asYAML(data []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if !json.Valid(data) || d.Decode(&v) != nil {
		return data
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return data
	}
	return b.Bytes()
}
