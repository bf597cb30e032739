package wire_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway/internal/golden"
	"github.com/relaysim/relaysim/gateway/wire"
)

func TestScan(t *testing.T) {
	for _, tt := range []struct {
		name, line string
		want       wire.Frame
	}{
		{"an event keeps its bytes", `{"type":"inbound", "event": {"text": "\u00e9", "n": 1.0 } , "bufferId":"b"}`,
			wire.Frame{Type: wire.TypeInbound, Event: []byte(`{"text": "\u00e9", "n": 1.0 }`), BufferID: "b"}},
		{"a result", `{"type":"outbound_result","requestId":"r","result":[1]}`,
			wire.Frame{Type: wire.TypeOutboundResult, RequestID: "r", Result: []byte(`[1]`)}},
		{"a forward", `{"type":"passthrough_forward","forward":null}`,
			wire.Frame{Type: wire.TypePassthroughForward, Forward: []byte(`null`)}},
		{"a descriptor", `{"type":"descriptor","descriptor":{}}`,
			wire.Frame{Type: wire.TypeDescriptor, Descriptor: []byte(`{}`)}},
		{"an interrupt", `{"type":"interrupt_inbound","session_key":"k","chat_id":5}`,
			wire.Frame{Type: wire.TypeInterruptInbound, SessionKey: "k", ChatID: "5"}},
		{"ids that are no ids", `{"type":7,"requestId":["r"],"bufferId":{},"session_key":null,"chat_id":true}`, wire.Frame{}},
		{"an unknown type and unknown fields", `{"type":"later","x":[{"type":"hello"}]}`, wire.Frame{Type: "later"}},
		{"a type is case sensitive", `{"type":"Inbound"}`, wire.Frame{Type: "Inbound"}},
		{"the last of two counts", `{"type":"hello","type":"inbound"}`, wire.Frame{Type: wire.TypeInbound}},
		{"an escaped name is the name", `{"t\u0079pe":"in\u0062ound"}`, wire.Frame{Type: wire.TypeInbound}},
		{"space around", " \t{ }\r", wire.Frame{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := wire.Scan([]byte(tt.line))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestScanMalformed(t *testing.T) { // FR-2, FR-3
	for _, line := range []string{
		``, `null`, `5`, `"inbound"`, `true`, `[{"type":"inbound"}]`, `{`, `{"type":"inbound"`,
		`{"type":"inbound"} x`, `{}{}`, "\ufeff{}", `{"a":NaN}`, `{"a":Infinity}`, `{'a':1}`, `{a:1}`,
		`{"a":1,}`, `{,}`, `{"a"}`, `{"a":}`, `{"a":01}`, `{"a":1.}`, `{"a":.5}`, `{"a":+1}`, `{"a":1e}`,
		`{"a":-}`, `{"a":[1,]}`, `{"a":[,]}`, `{"a":tru}`, `{"a":nul}`, `{"a":"\x"}`, `{"a":"\u12g4"}`,
		"{\"a\":\"\t\"}", "{\"a\":\"\xff\"}", "{\"\xc3\x28\":1}", `{"a":"`, `{"a":"\`, `{"a":"\u12`,
		`{"a":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`,
	} {
		if f, err := wire.Scan([]byte(line)); !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("%.60q: got %+v, %v", line, f, err)
		}
	}
}

// TestFramesGolden runs the framing side of the frames vectors: how many lines
// are malformed. What is then done with a frame is the gateway's.
func TestFramesGolden(t *testing.T) { // FR-1, FR-2, FR-3
	exceptions := []golden.Exception{
		{Cases: "nan accepted", Rule: "FR-3", Why: "NaN is not JSON", Instead: malformed(1)},
		{Cases: "json that is not an object: .*", Rule: "FR-3", Why: threw, Instead: malformed(1)},
		{Cases: "binary invalid utf-8", Rule: "FR-2", Why: threw, Instead: malformed(1)},
	}
	eachRevision(t, func(t *testing.T, rev *wire.Revision) {
		golden.Run(t, "testdata/frames-"+rev.Name+".json", exceptions, func(c golden.Case) error {
			var out struct {
				Malformed int `json:"skipped_malformed"`
			}
			if err := json.Unmarshal(c.Out, &out); err != nil {
				return err
			}
			return malformed(out.Malformed)(c)
		})
	})
}

// malformed checks how many lines of a case's messages are malformed.
func malformed(want int) func(golden.Case) error {
	return func(c golden.Case) error {
		var in struct {
			Messages []struct {
				Text string
				Hex  string `json:"binary_hex"`
			}
		}
		if err := json.Unmarshal(c.In, &in); err != nil {
			return err
		}
		s := wire.NewSplitter(1 << 20)
		got := 0
		for _, m := range in.Messages {
			raw, err := hex.DecodeString(m.Hex)
			if err != nil {
				return err
			}
			s.Feed(append(raw, m.Text...))
			for s.Next() {
				if _, err := wire.Scan(s.Line()); err != nil {
					got++
				}
			}
		}
		if s.Err() != nil {
			return s.Err()
		}
		if got != want {
			return errors.New(cmp.Diff(want, got))
		}
		return nil
	}
}

// FuzzScan: a line is a frame exactly when it is UTF-8 and a JSON object, and
// what Scan finds in it is what a parser finds.
func FuzzScan(f *testing.F) {
	f.Add([]byte(`{"type":"inbound","event":{"text":"\ud83d\ude00"},"bufferId":1e2}`))
	f.Add([]byte(` {"a":[1,-0.5e+3,true,null,""], "type":"x"} `))
	f.Add([]byte("{\"a\":\"\xff\"}"))
	f.Fuzz(func(t *testing.T, line []byte) {
		var members map[string]json.RawMessage
		isObject := utf8.Valid(line) && json.Unmarshal(line, &members) == nil && members != nil
		got, err := wire.Scan(line)
		if isObject != (err == nil) {
			t.Fatalf("an object: %v, but Scan says %v", isObject, err)
		}
		if err != nil {
			return
		}
		if string(got.Event) != string(members["event"]) {
			t.Errorf("event %s, a parser finds %s", got.Event, members["event"])
		}
		var kind any
		if raw := members["type"]; raw != nil && json.Unmarshal(raw, &kind) == nil {
			if text, _ := kind.(string); text != got.Type {
				t.Errorf("type %q, a parser finds %q", got.Type, text)
			}
		}
	})
}
