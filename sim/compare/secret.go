package compare

import (
	"regexp"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/sim/redact"
)

// Where a secret was cut out of a recording stands a placeholder, numbered as the
// secrets came. In another recording of the same session the same secret has
// another number, or was not cut out. So it is an identifier, wherever it stands
// in a text.

// secret is the class of what placeholders stand for.
const secret class = "secret"

// secrets compares two texts one of which has placeholders. It is not ok where the
// texts around them differ.
func (c *comparison) secrets(path, a, b string) (ok bool) {
	texts, inA := redact.Cut(a)
	others, inB := redact.Cut(b)
	switch {
	case len(inA) > 0 && len(inB) == 0:
		inB = between(texts, b)
	case len(inA) == 0 && len(inB) > 0:
		inA = between(others, a)
	case !slices.Equal(texts, others):
		return false
	}
	if len(inA) == 0 || len(inA) != len(inB) {
		return false
	}
	for i := range inA {
		if why, same := c.ids.bind(secret, inA[i], inB[i]); !same {
			c.fields = append(c.fields, Field{Path: path, A: text(a), B: text(b) + ", not " + why})
			break
		}
	}
	return true
}

// between finds what stands in a text between these, where others have
// placeholders; nothing where they are not in it.
func between(texts []string, in string) []string {
	var b strings.Builder
	for i, t := range texts {
		if i > 0 {
			b.WriteString("(.+?)")
		}
		b.WriteString(regexp.QuoteMeta(t))
	}
	m := regexp.MustCompile("(?s)^" + b.String() + "$").FindStringSubmatch(in)
	if m == nil {
		return nil
	}
	return m[1:]
}

// blank is a text with the same word for each placeholder.
func blank(text string) string {
	texts, placeholders := redact.Cut(text)
	if len(placeholders) == 0 {
		return text
	}
	return strings.Join(texts, "("+string(secret)+")")
}
