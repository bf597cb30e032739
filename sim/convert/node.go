package convert

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// node is a value of the file that is written.
type node struct {
	kind  nodeKind
	text  string // of a scalar
	made  bool   // the scalar is text is as it must be written, such as a number
	keys  []string
	items []*node
	open  bool   // never on one line
	note  string // a comment above it
}

type nodeKind int

const (
	scalarNode nodeKind = iota
	listNode
	mapNode
)

// scalar is text, which is quoted where it needs to be.
func scalar(s string) *node { return &node{text: s} }

// plain is a number, a bool, null or a duration.
func plain(s string) *node { return &node{text: s, made: true} }

func (n *node) add(key string, v *node) {
	n.keys = append(n.keys, key)
	n.items = append(n.items, v)
}

// last puts a key behind the others.
func (n *node) last(key string) {
	if i := slices.Index(n.keys, key); i >= 0 {
		v := n.items[i]
		n.keys, n.items = append(slices.Delete(n.keys, i, i+1), key), append(slices.Delete(n.items, i, i+1), v)
	}
}

// get is the value of a key; nil where there is none.
func (n *node) get(key string) *node {
	for i, k := range n.keys {
		if k == key {
			return n.items[i]
		}
	}
	return nil
}

// first puts a key before all others.
func (n *node) first(key string) {
	for i, k := range n.keys {
		if k != key {
			continue
		}
		v := n.items[i]
		copy(n.keys[1:i+1], n.keys[:i])
		copy(n.items[1:i+1], n.items[:i])
		n.keys[0], n.items[0] = key, v
	}
}

// width is how long a line may be.
const width = 120

// writer writes nodes as the scenarios of the repository look: what fits into a
// line stands in one.
type writer struct{ strings.Builder }

// document writes a map with each key on a line of its own.
func (w *writer) document(n *node) {
	for i, key := range n.keys {
		w.member(key, n.items[i], 0)
	}
}

// member writes a key and its value, indented by in.
func (w *writer) member(key string, v *node, in int) {
	pad := strings.Repeat(" ", in)
	w.comment(v.note, pad)
	w.WriteString(pad + keyed(key) + ":")
	w.value(v, in, in+len(key)+1)
}

// value writes what stands after a key or a dash; at is the column.
func (w *writer) value(v *node, in, at int) {
	if line := v.line(false); !v.breaks() && at+1+len([]rune(line)) <= width || v.kind == scalarNode || len(v.items) == 0 {
		w.WriteString(" " + line + "\n")
		return
	}
	w.WriteString("\n")
	for i, item := range v.items {
		if v.kind == mapNode {
			w.member(v.keys[i], item, in+2)
			continue
		}
		w.item(item, in+2)
	}
}

// item writes an element of a list. The first key of a map stands beside the
// dash.
func (w *writer) item(v *node, in int) {
	pad := strings.Repeat(" ", in)
	w.comment(v.note, pad)
	if v.kind != mapNode || len(v.items) == 0 || !v.open && in+2+len([]rune(v.line(false))) <= width {
		w.WriteString(pad + "-")
		w.value(v, in, in+1)
		return
	}
	for i, key := range v.keys {
		lead := pad + "  "
		if i == 0 {
			lead = pad + "- "
		}
		w.WriteString(lead + keyed(key) + ":")
		w.value(v.items[i], in+2, in+len(key)+3)
	}
}

func (w *writer) comment(text, pad string) {
	if text == "" {
		return
	}
	for line := range strings.Lines(text) {
		fmt.Fprintf(w, "%s# %s\n", pad, strings.TrimSpace(line))
	}
}

// breaks says that the node cannot stand on one line.
func (n *node) breaks() bool {
	if n.open {
		return true
	}
	for _, item := range n.items {
		if item.breaks() || item.note != "" {
			return true
		}
	}
	return false
}

// line is the node on one line; inside says that it stands in brackets.
func (n *node) line(inside bool) string {
	switch n.kind {
	case listNode, mapNode:
		var parts []string
		for i, item := range n.items {
			part := item.line(true)
			if n.kind == mapNode {
				part = keyed(n.keys[i]) + ": " + part
			}
			parts = append(parts, part)
		}
		if n.kind == mapNode {
			return "{" + strings.Join(parts, ", ") + "}"
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	if n.made {
		return n.text
	}
	return quoted(n.text, inside)
}

// quoted is text, in quotes where it would be read as something else without
// them, here or in another program.
func quoted(s string, inside bool) string {
	if simple.MatchString(s) && !ambiguous(s) {
		return s // nearly every text, without asking
	}
	line := "- " + s
	if inside {
		line = "- [" + s + "]"
	}
	var doc yaml.Node
	if !strings.ContainsAny(s, "\n\r\t\u0085\u2028\u2029\ufeff") && yaml.Unmarshal([]byte(line), &doc) == nil && len(doc.Content) == 1 {
		n := doc.Content[0]
		for n.Kind == yaml.SequenceNode && len(n.Content) == 1 {
			n = n.Content[0]
		}
		if n.Kind == yaml.ScalarNode && n.Style == 0 && n.Tag == "!!str" && n.Value == s && !ambiguous(s) && n.LineComment == "" {
			return s
		}
	}
	return doubleQuoted(s)
}

// keyed is a key. The language has one that others may take for a bool, and that
// nobody quotes.
func keyed(key string) string {
	if key == "on" {
		return key
	}
	return quoted(key, true)
}

// simple is a text that needs no quotes wherever it stands.
var simple = regexp.MustCompile(`^[A-Za-z_]([A-Za-z0-9_ ./-]*[A-Za-z0-9_])?$`)

// ambiguous: other readers of YAML, or of the file, may take it for a bool, a
// number, a time or a map.
func ambiguous(s string) bool {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return true
	}
	return strings.ContainsAny(s, ":{") || numeric.MatchString(s)
}

// numeric is a word that may be a number or a time to somebody.
var numeric = regexp.MustCompile(`^[-+.]*[0-9][0-9A-Za-z,._+-]*$`)

// doubleQuoted is text in double quotes, with the escapes of YAML.
func doubleQuoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		case 0x80 <= r && r <= 0xa0, r == 0x2028, r == 0x2029, r == 0xfeff, 0xe000 <= r && r <= 0xf8ff, r == 0xfffe, r == 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
