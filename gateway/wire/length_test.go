package wire_test

import (
	"encoding/json"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"

	"github.com/relaysim/relaysim/gateway/internal/golden"
	"github.com/relaysim/relaysim/gateway/wire"
)

func TestUTF16LenGolden(t *testing.T) { // OUT-7
	exceptions := []golden.Exception{{
		Cases: "lone surrogate", Rule: "FR-2", Why: "half a surrogate pair is text that cannot be sent, not a crash",
		Instead: func(c golden.Case) error {
			var in string // as every decoder here reads it: U+FFFD
			if err := json.Unmarshal(c.In, &in); err != nil {
				return err
			}
			return differ(1, wire.UTF16Len(in))
		},
	}}
	golden.Run(t, "testdata/utf16_lengths.json", exceptions, func(c golden.Case) error {
		var in string
		var want int
		if err := json.Unmarshal(c.In, &in); err != nil {
			return err
		}
		if err := json.Unmarshal(c.Out, &want); err != nil {
			return err
		}
		return differ(want, wire.UTF16Len(in))
	})
}

func TestLengths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		if got, want := wire.UTF16Len(s), len(utf16.Encode([]rune(s))); got != want {
			t.Fatalf("UTF16Len(%q) = %d, want %d", s, got, want)
		}
		if got, want := wire.CharLen(s), len([]rune(s)); got != want {
			t.Fatalf("CharLen(%q) = %d, want %d", s, got, want)
		}
	})
}
