package wire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway/internal/golden"
	"github.com/relaysim/relaysim/gateway/wire"
)

type chunkIn struct {
	Text  string
	Limit int
	Unit  string
}

func (in chunkIn) length(s string) int {
	if in.Unit == "utf16" {
		return wire.UTF16Len(s)
	}
	return wire.CharLen(s)
}

// chunked splits a case's text.
func chunked(c golden.Case, rev *wire.Revision) (chunkIn, []string, error) {
	var in chunkIn
	if err := json.Unmarshal(c.In, &in); err != nil {
		return in, nil, err
	}
	return in, wire.Chunk(in.Text, in.Limit, in.length, rev), nil
}

func TestChunkGolden(t *testing.T) { // OUT-7
	for _, rev := range wire.Revisions() {
		t.Run(rev.Name, func(t *testing.T) {
			instead := func(want ...string) func(golden.Case) error {
				return func(c golden.Case) error {
					_, got, err := chunked(c, rev)
					if err != nil {
						return err
					}
					return differ(want, got)
				}
			}
			exceptions := []golden.Exception{{
				Cases: "small limit 8", Rule: "OUT-7", Why: "its pieces exceed the limit once numbered",
				Instead: instead("word0", "word1", "word2", "word3", "word4", "word5", "word6", "word7", "word8", "word9 "),
			}, {
				Cases: "small limit in a code block", Rule: "OUT-7", Why: "its pieces exceed the limit once fenced and numbered",
				Instead: instead("```python (1/3)", "abcdefghij (2/3)", "klmnopqrst\n``` (3/3)"),
			}, {
				Cases: "degenerate limit 1", Rule: "OUT-7", Why: "it hangs or exceeds the limit",
				Instead: instead("h", "e", "l", "l", "o", "w", "o", "r", "l", "d"),
			}, {
				Cases: "degenerate limit (0|-100)", Rule: "OUT-7", Why: "it hangs or exceeds the limit; no limit is meant",
				Instead: instead("hello world"),
			}, {
				Cases: "limit 2 utf16 emoji", Rule: "OUT-7", Why: "it hangs or exceeds the limit",
				Instead: instead("😀", "😀", "😀"),
			}}
			golden.Run(t, "testdata/message_chunks-"+rev.Name+".json", exceptions, func(c golden.Case) error {
				in, got, err := chunked(c, rev)
				if err != nil {
					return err
				}
				var want struct {
					Chunks  []string
					Lengths []int
				}
				if err := json.Unmarshal(c.Out, &want); err != nil {
					return err
				}
				if err := differ(want.Chunks, got); err != nil {
					return err
				}
				for i, n := range want.Lengths {
					if l := in.length(got[i]); l != n {
						return fmt.Errorf("piece %d is %d long, want %d", i, l, n)
					}
				}
				return nil
			})
		})
	}
}

func differ[T any](want, got T) error {
	if d := cmp.Diff(want, got); d != "" {
		return errors.New("(-want +got)\n" + d)
	}
	return nil
}

func TestChunkManyPieces(t *testing.T) { // OUT-7
	text := strings.Repeat("```go\n"+strings.Repeat("x", 60)+"\n```\n", 2000)
	for _, limit := range []int{23, 30, 64, 70} {
		pieces := wire.Chunk(text, limit, wire.CharLen, wire.R8)
		if len(pieces) < 1000 {
			t.Fatalf("limit %d: %d pieces, want more than the usual room for a number is made for", limit, len(pieces))
		}
		for i, p := range pieces {
			if n := wire.CharLen(p); n > limit {
				t.Fatalf("limit %d: piece %d of %d is %d long: %q", limit, i, len(pieces), n, p)
			}
			if mark := fmt.Sprintf(" (%d/%d)", i+1, len(pieces)); !strings.HasSuffix(p, mark) {
				t.Fatalf("limit %d: piece %q does not end in %q", limit, p, mark)
			}
		}
	}
}

func TestChunkWhereItCuts(t *testing.T) { // OUT-7
	x := strings.Repeat("x", 60)
	tests := []struct {
		name, text string
		limit      int
		first      string
	}{
		{"at a space past half", "aaaaaaaaaaaaaaaaaaaaaaaaa " + x, 50, "aaaaaaaaaaaaaaaaaaaaaaaaa (1/3)"},
		{"not at a space before half", "aaa " + x, 50, "aaa xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx (1/2)"},
		{"at a newline before a later space", "aaaaaaaaaaaaaaaaaaaaaaaaa\na " + x, 50, "aaaaaaaaaaaaaaaaaaaaaaaaa (1/3)"},
		{"before inline code with an escaped tick", "aaaa bbbb cccc `dddd \\` eeee ffff gggg hhhh`" + x, 50, "aaaa bbbb cccc (1/4)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := differ(tt.first, wire.Chunk(tt.text, tt.limit, wire.CharLen, wire.R8)[0]); err != nil {
				t.Error(err)
			}
		})
	}
}

// A fence that the text leaves open must have room in the last piece too, or
// all pieces would lose their fences for it.
func TestChunkTightOpenFence(t *testing.T) { // OUT-7
	for n := 40; n < 90; n++ {
		pieces := wire.Chunk("```\n"+strings.Repeat("x", n), 24, wire.CharLen, wire.R8)
		for i, p := range pieces {
			mark := fmt.Sprintf("\n``` (%d/%d)", i+1, len(pieces))
			if !strings.HasPrefix(p, "```\n") || !strings.HasSuffix(p, mark) {
				t.Errorf("%d characters, piece %d: %q is not fenced", n, i, p)
			}
		}
	}
}
