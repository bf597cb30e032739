package trace_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/relaysim/relaysim/sim/trace"
)

// reference says what encoding/json makes of a line: the object, or nil when
// the line is not one, or not UTF-8.
func reference(line []byte) map[string]any {
	if !utf8.Valid(line) || !json.Valid(line) {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	var o map[string]any
	if d.Decode(&o) != nil {
		return nil
	}
	return o
}

func check(t *testing.T, line []byte) {
	t.Helper()
	want := reference(line)
	f := trace.NewFrame(line)
	if f.Valid() != (want != nil) {
		t.Fatalf("Valid(%q) = %t, encoding/json says %t", line, f.Valid(), want != nil)
	}
	typ, _ := want["type"].(string)
	id, _ := want["requestId"].(string)
	if f.Type() != typ || f.RequestID() != id {
		t.Fatalf("%q: type %q id %q, want %q %q", line, f.Type(), f.RequestID(), typ, id)
	}
	if got := f.Object(); !reflect.DeepEqual(got, want) { // cmp.Diff takes for ever on deep lists
		t.Fatalf("Object(%q) = %v, want %v", line, got, want)
	}
	for k, v := range want {
		raw := f.Field(k)
		if s, ok := v.(string); ok {
			if got, _ := trace.Text(raw); got != s {
				t.Fatalf("%q: field %q is %q, want %q", line, k, got, s)
			}
		}
		if raw == nil {
			t.Fatalf("%q: field %q not found", line, k)
		}
	}
}

var lines = []string{
	`{"type":"hello","platform":"discord","botId":"B1"}`,
	` { "type" : "outbound" , "requestId":"r\n1", "action":{"op":"send","metadata":{}} } `,
	`{"\u0074ype":"inbound"}`, `{"type":"a","type":"b"}`, `{"type":1}`, `{"type":null,"requestId":[]}`,
	`{}`, `[]`, `null`, `1`, `"x"`, ``, ` `, `{`, `{"a"`, `{"a":}`, `{"a":1,}`, `{,}`, `{"a":1}}`, `{"a":1} x`,
	`{"a":01}`, `{"a":-}`, `{"a":1.}`, `{"a":1.5e+3}`, `{"a":1e}`, `{"a":-0.0E-1}`, `{"a":+1}`, `{"a":tru}`, `{"a":trues}`,
	`{"a":"\x"}`, `{"a":"\u12g4"}`, `{"a":"\ud83d"}`, "{\"a\":\"\t\"}", "{\"a\":\"\xff\"}", "\ufeff{}", "{}\x00",
	`{"a":[1,2,[]],"b":[,]}`, `{"a":[1,]}`, `{"a":[1 2]}`, `{"a" 1}`, `{"a":{"b":{"c":"d"}}}`,
	`{"a":` + strings.Repeat("[", 9999) + strings.Repeat("]", 9999) + `}`,
	`{"a":` + strings.Repeat("[", 10000) + strings.Repeat("]", 10000) + `}`,
}

func TestScannerAgreesWithEncodingJSON(t *testing.T) { // FR-2, FR-3
	for _, l := range lines {
		check(t, []byte(l))
	}
}

func FuzzFrame(f *testing.F) {
	for _, l := range lines[:len(lines)-2] {
		f.Add([]byte(l))
	}
	f.Fuzz(func(t *testing.T, line []byte) { check(t, line) })
}

func TestFieldFindsByPath(t *testing.T) {
	f := trace.NewFrame([]byte(`{"action":{"op":"edit","op":"send","metadata":{"sc\u006fpe_id":"G1"}},"n":1}`))
	if got, _ := trace.Text(f.Field("action", "op")); got != "send" {
		t.Errorf("the last of equal keys: got %q, want send", got)
	}
	if got, _ := trace.Text(f.Field("action", "metadata", "scope_id")); got != "G1" {
		t.Errorf("an escaped key: got %q, want G1", got)
	}
	for _, path := range [][]string{{"none"}, {"n", "x"}, {"action", "metadata", "scope_id", "x"}} {
		if got := f.Field(path...); got != nil {
			t.Errorf("%v: got %s, want nil", path, got)
		}
	}
	if got := trace.NewFrame([]byte(`{"a":1`)).Field("a"); got != nil {
		t.Errorf("a field of a line that is no frame: got %s, want nil", got)
	}
	if _, ok := trace.Text([]byte(`1`)); ok {
		t.Error("a number is no text")
	}
}
