package wire_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/relaysim/relaysim/gateway/wire"
)

// replies are texts of the kind an agent writes, and worse. A fence and inline
// code are followed by nothing but Z: plain can tell what Chunk adds.
func replies() *rapid.Generator[string] {
	piece := rapid.SampledFrom([]string{
		"word", "a", " ", "\n", "\n\n", "   ", "\t", "```Z\n", "```\n", "\n```\n", "```ZZZZZZZZZZZZZZZZZZZZ\n", "` ", "\\` ", "`ZZ` ",
		"😀", "👨‍👩‍👧‍👦", "é", "日本語", "\u00a0", "\r\n", "(1/2)", " (1/2)", strings.Repeat("x", 40), strings.Repeat("y z ", 20), "\x00",
	})
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(piece, 0, 60).Draw(t, "pieces"), "")
	})
}

// plain is a text without white space and, if it has fences, without what they
// are made of.
func plain(s string, fences bool) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || fences && (r == '`' || r == 'Z') {
			return -1
		}
		return r
	}, s)
}

func TestChunkLaws(t *testing.T) { // OUT-7
	units := map[string]func(string) int{"chars": wire.CharLen, "utf16": wire.UTF16Len}
	for unit, length := range units {
		for _, rev := range wire.Revisions() {
			t.Run(unit+" "+rev.Name, func(t *testing.T) {
				t.Parallel()
				rapid.Check(t, func(t *rapid.T) {
					text := replies().Draw(t, "text")
					limit := rapid.OneOf(rapid.IntRange(1, 40), rapid.IntRange(1, 400)).Draw(t, "limit")
					pieces := wire.Chunk(text, limit, length, rev)
					for i, p := range pieces {
						if n := length(p); n > limit {
							t.Fatalf("piece %d of %d is %d long, limit %d: %q", i, len(pieces), n, limit, p)
						}
						if !utf8.ValidString(p) {
							t.Fatalf("piece %d of %d is not UTF-8: %q", i, len(pieces), p)
						}
						if p == "" && text != "" {
							t.Fatalf("piece %d of %d is empty", i, len(pieces))
						}
					}
					if length(text) <= limit && (len(pieces) != 1 || pieces[0] != text) {
						t.Fatalf("the text fits, but became %q", pieces)
					}
					if limit > 1 { // a pair has no place in one UTF-16 unit
						preserved(t, text, pieces)
					}
				})
			})
		}
	}
}

// preserved fails unless the pieces hold the text: all of it, in order, with
// nothing added but numbers and fences.
func preserved(t *rapid.T, text string, pieces []string) {
	numbered := len(pieces) > 1
	bodies := make([]string, len(pieces))
	for i, p := range pieces {
		body, ok := strings.CutSuffix(p, fmt.Sprintf(" (%d/%d)", i+1, len(pieces)))
		bodies[i], numbered = body, numbered && ok
	}
	if !numbered { // all of them or none
		bodies = pieces
	}
	fences := strings.Contains(text, "```")
	if got, want := plain(strings.Join(bodies, ""), fences), plain(text, fences); got != want {
		t.Fatalf("the pieces hold %q, want %q: %q", got, want, pieces)
	}
}

func TestChunkNeverMakesATextInvalid(t *testing.T) { // OUT-7
	pieces := wire.Chunk(strings.Repeat("\x80\xff日", 30), 7, wire.UTF16Len, wire.R8)
	if got := strings.Count(strings.Join(pieces, ""), "日"); got != 30 {
		t.Errorf("%d characters survived between bytes that are not UTF-8, want 30", got)
	}
}

func TestChunkCharacterLongerThanTheLimit(t *testing.T) { // OUT-7
	if err := differ([]string{"a", "\uFFFD", "b"}, wire.Chunk("a😀b", 1, wire.UTF16Len, wire.R8)); err != nil {
		t.Error(err)
	}
}

func BenchmarkChunk(b *testing.B) {
	prose := strings.Repeat("Some words of a reply that goes on.\n", 600)
	for name, text := range map[string]string{
		"fits": prose[:1900], "prose": prose,
		"emoji": strings.Repeat("😀", 10_000), "code": "```go\n" + prose + "```\n",
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				wire.Chunk(text, 2000, wire.UTF16Len, wire.R8)
			}
		})
	}
}
