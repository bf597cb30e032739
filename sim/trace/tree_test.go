package trace_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/trace"
)

var trees = []string{
	`{}`, `[]`, `null`, `true`, `false`, `0`, `-1.5e+7`, `""`, `"é😀\n\u00e9\ud83d\ude00\ud83d"`,
	`{"a":{"b":[1,"two",null,{"c":false}]},"a2":"x","a":3}`, " [ 1 , 2 ] ", "{\"a\" : \t1 , \"b\":\n2}",
	"\"\xff\xfe\"", `{"k\u0065y":1}`,
	``, ` `, `{`, `[1,]`, `{"a":1,}`, `{"a"}`, `nul`, `01`, `1 2`, `"`, "\"\n\"", `{1:2}`, "[1]\x00", "\x00",
}

// sameAsStandard wants of Tree what encoding/json says.
func sameAsStandard(t *testing.T, raw []byte) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var want any
	valid := json.Valid(raw)
	if valid {
		if err := d.Decode(&want); err != nil {
			t.Skip("encoding/json calls it valid and does not decode it")
		}
	}
	got, ok := trace.Tree(raw)
	if ok != valid {
		t.Fatalf("%q: got ok %v, encoding/json says %v", raw, ok, valid)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%q: %s", raw, diff)
	}
}

func TestTreeAgreesWithEncodingJSON(t *testing.T) {
	for _, raw := range trees {
		sameAsStandard(t, []byte(raw))
	}
}

func FuzzTree(f *testing.F) {
	for _, raw := range trees {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) { sameAsStandard(t, raw) })
}

func BenchmarkTree(b *testing.B) {
	raw := []byte(`{"type":"outbound","requestId":"req-1","action":{"op":"send","chat_id":"C1","content":"hello","reply_to":"m1","metadata":{"guild_id":"G1","notify":true}}}`)
	b.Run("tree", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			trace.Tree(raw)
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			d := json.NewDecoder(bytes.NewReader(raw))
			d.UseNumber()
			var v any
			_ = d.Decode(&v)
		}
	})
}
