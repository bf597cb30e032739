package connector

import (
	"github.com/relaysim/relaysim/sim/trace"

	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// trace.Members agrees with encoding/json on every valid object, strip
// leaves valid JSON in which the token cannot be found, and appendJSON writes
// what encoding/json reads back.
func FuzzObject(f *testing.F) {
	for _, s := range []string{
		`{}`, ` { "a" : 1 , "b":[1,{"c":"}"}] } `, `{"a\u0062":"\"\\","":null,"a":{"token":"s3cret"}}`, "{\"x\":\"a s3cret b\"}\n",
		`{"a":1,"a":2}`, `{"a":-1.5e+3,"t":true,"f":false}`, `[{"a":1}]`, `"x"`, `{"a"`, "{\"a\":\"\xff\"}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		const token = "s3cret"
		if !trace.Members(b, nil) {
			return
		}
		want := map[string]json.RawMessage{}
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatalf("%q is no object: %v", b, err)
		}
		got := map[string]json.RawMessage{}
		trace.Members(b, func(key, value []byte) { got[string(key)] = value })
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: got %q, want %q", b, got, want)
		}
		stripped := strip(b, token)
		var v map[string]any
		if err := json.Unmarshal(stripped, &v); err != nil {
			t.Fatalf("%q stripped is %q: %v", b, stripped, err)
		}
		if out, _ := json.Marshal(v); bytes.Contains(out, []byte(token)) || hasToken(v) {
			t.Fatalf("%q stripped is %q", b, stripped)
		}
		var again map[string]any
		if err := json.Unmarshal(appendJSON(nil, v), &again); err != nil || !reflect.DeepEqual(v, again) {
			t.Fatalf("%v written and read is %v (%v)", v, again, err)
		}
	})
}

func hasToken(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for k, m := range v {
			if k == "token" || hasToken(m) {
				return true
			}
		}
	case []any:
		for _, m := range v {
			if hasToken(m) {
				return true
			}
		}
	}
	return false
}

// However a text is cut into messages, the lines are the same, and none is
// longer than the limit.
func FuzzLines(f *testing.F) {
	f.Add([]byte("{}\n\n {} \r\nab"), uint8(1), uint8(9))
	f.Add([]byte(strings.Repeat("x", 300)), uint8(7), uint8(200))
	f.Fuzz(func(t *testing.T, b []byte, size, limit uint8) {
		l := lines{limit: int(limit)}
		var got []string
		keep := func(line []byte) { got = append(got, string(line)) }
		rest := b
		for len(rest) > 0 {
			n := min(len(rest), int(size)+1)
			if l.feed(rest[:n:n], keep) != nil {
				break
			}
			rest = rest[n:]
		}
		var want []string
		all := strings.Split(string(b), "\n")
		tooLong := false
		for i, line := range all {
			if len(line) > int(limit) {
				tooLong = true
				break
			}
			if i < len(all)-1 && strings.TrimSpace(line) != "" {
				want = append(want, line)
			}
		}
		if !reflect.DeepEqual(got, want) || tooLong != (len(rest) > 0) {
			t.Fatalf("%q in pieces of %d: got %q, want %q, too long %v", b, size+1, got, want, tooLong)
		}
	})
}
