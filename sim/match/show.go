package match

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Diffs are read on one line each: values are cut after shown characters, and
// long strings are shown around the place where they part.
const (
	shown  = 160
	before = 24 // characters of a long string shown before the difference
	window = 72 // characters of a long string shown in all
)

// want writes a node as a person would, variables replaced.
func (e *explainer) want(n *node) string {
	if v, ok := e.literal(n); ok {
		return clip(asJSON(v))
	}
	return clip(e.tree(n.source))
}

func (e *explainer) wantArgument(o *op) string {
	if o.text != nil {
		if v, ok := o.text.value(e.lookup); ok {
			return clip(asJSON(v))
		}
		return "${" + o.text.missing(e.lookup) + "}, which has no value"
	}
	return clip(e.tree(o.source))
}

// tree writes a pattern in YAML's flow style.
func (e *explainer) tree(v any) string {
	var b strings.Builder
	switch v := v.(type) {
	case map[string]any:
		b.WriteByte('{')
		for i, k := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(k + ": " + e.tree(v[k]))
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(e.tree(v[i]))
		}
		b.WriteByte(']')
	case string:
		n := (&compiler{}).node(v, "")
		if value, ok := e.literal(&n); ok {
			return asJSON(value)
		}
		return asJSON(v)
	default:
		return asJSON(v)
	}
	return b.String()
}

// asJSON writes a value without changing < > &.
func asJSON(v any) string {
	if _, missing := v.(absent); missing {
		return "nothing"
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func asGot(v any) string {
	if s, ok := v.(string); ok && utf8.RuneCountInString(s) > shown {
		return around([]rune(s), 0)
	}
	return clip(asJSON(v))
}

func clip(s string) string {
	if utf8.RuneCountInString(s) <= shown {
		return s
	}
	return string([]rune(s)[:shown]) + "…"
}

// compareTexts shows two strings and says what share of them is common, at both
// ends together.
func compareTexts(want, got string) (wantText, gotText string, common float64) {
	a, b := []rune(want), []rune(got)
	short := min(len(a), len(b))
	start := 0
	for start < short && a[start] == b[start] {
		start++
	}
	end := 0
	for end < short-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	common = float64(start+end) / float64(max(len(a), len(b), 1))
	if max(len(a), len(b)) <= window {
		return asJSON(want), asJSON(got), common
	}
	return around(a, start), around(b, start), common
}

// around shows a string near the character at, and how long it is if that is
// not all of it.
func around(s []rune, at int) string {
	from := max(0, min(at-before, len(s)-window))
	to := min(len(s), from+window)
	text := string(s[from:to])
	if from > 0 {
		text = "…" + text
	}
	if to < len(s) {
		text += "…"
	}
	if from == 0 && to == len(s) {
		return asJSON(text)
	}
	return fmt.Sprintf("%s (%d characters)", asJSON(text), len(s))
}
