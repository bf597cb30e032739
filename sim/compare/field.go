package compare

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// comparison compares two items and gathers where they differ.
type comparison struct {
	ids    *bindings
	loose  bool // null may as well be missing
	fields []Field
}

// absent stands for a member that is not there.
type absent struct{}

func (c *comparison) differ(path string, a, b any) {
	c.fields = append(c.fields, Field{Path: path, A: show(a), B: show(b)})
}

// values compares two values.
func (c *comparison) values(path string, a, b any) {
	if c.loose && gone(a) && gone(b) {
		return
	}
	switch a := a.(type) {
	case map[string]any:
		if b, ok := b.(map[string]any); ok {
			c.members(path, a, b)
			return
		}
	case []any:
		if b, ok := b.([]any); ok && len(a) == len(b) {
			for i := range a {
				c.values(path+"["+strconv.Itoa(i)+"]", a[i], b[i])
			}
			return
		}
	case string:
		if b, ok := b.(string); ok {
			c.texts(path, a, b)
			return
		}
	case json.Number:
		if b, ok := b.(json.Number); ok && sameNumber(a, b) {
			return
		}
	default:
		if a == b {
			return
		}
	}
	c.differ(path, a, b)
}

func (c *comparison) texts(path, a, b string) {
	class := classOf(path)
	if class == "" {
		if !c.secrets(path, a, b) && a != b {
			c.differ(path, a, b)
		}
		return
	}
	if why, ok := c.ids.bind(class, a, b); !ok {
		c.fields = append(c.fields, Field{Path: path, A: text(a), B: text(b) + ", not " + why})
	}
}

func (c *comparison) members(path string, a, b map[string]any) {
	names := maps.Clone(a)
	maps.Copy(names, b)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		c.values(under(path, name), member(a, name), member(b, name))
	}
}

func member(fields map[string]any, name string) any {
	if v, ok := fields[name]; ok {
		return v
	}
	return absent{}
}

// gone says that a member says no more than a missing one would.
func gone(v any) bool {
	switch v := v.(type) {
	case nil, absent:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// sameNumber compares by value, 1.0 is 1, but whole numbers to the last digit:
// they may be ids.
func sameNumber(a, b json.Number) bool {
	if a == b || !strings.ContainsAny(string(a+b), ".eE") {
		return a == b
	}
	x, err := a.Float64()
	y, err2 := b.Float64()
	return err == nil && err2 == nil && x == y
}

// show is a value as JSON.
func show(v any) string {
	if v == (absent{}) {
		return "nothing"
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return "?"
	}
	return strings.TrimSpace(b.String())
}

func text(s string) string { return show(s) }
