package trace

import "encoding/json"

// JSON is JSON text that is decoded no further than somebody looks. It must be
// valid. It is match's Lazy.
type JSON json.RawMessage

// IsObject says whether it is an object.
func (j JSON) IsObject() bool {
	s := scanner{b: j}
	return s.space() == '{'
}

// Pick sets values[i] to the member that keys[i] names; an object or a list is
// JSON again. What is not there is left as it is.
func (j JSON) Pick(keys []string, values []any) {
	s := scanner{b: j}
	if s.space() != '{' {
		return
	}
	s.object(func(key, raw []byte) {
		for i := range keys {
			if string(key) == keys[i] {
				values[i] = lazy(raw)
			}
		}
	})
}

func lazy(raw []byte) any {
	if raw[0] == '{' || raw[0] == '[' {
		return JSON(raw)
	}
	v, _ := Tree(raw)
	return v
}

// Tree decodes it whole. What is no JSON is its text.
func (j JSON) Tree() any {
	if v, ok := Tree(j); ok {
		return v
	}
	return string(j)
}
