package match

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// op is one operator with its argument. Which fields are set is up to its name.
type op struct {
	name    string
	source  any
	flag    bool           // $any, $absent, $null
	arg     *node          // $not, $contains, $len
	args    []node         // $in
	re      *regexp.Regexp // $re without variables
	text    template       // $re, $gt, $lt with variables
	capture string         // $capture
}

const operators = "$absent, $any, $capture, $contains, $exact, $gt, $in, $len, $lt, $not, $null and $re"

func (c *compiler) operator(name string, v any, path string) op {
	o := op{name: name, source: v}
	switch name {
	case "$any", "$absent", "$null":
		var ok bool
		if o.flag, ok = v.(bool); !ok || name == "$any" && !o.flag {
			c.fault(path, "want true%s, got %s", map[bool]string{true: " or false"}[name != "$any"], asJSON(v))
		}
	case "$re":
		c.regexp(&o, v, path)
	case "$not":
		inNot := c.inNot
		c.inNot = true
		o.arg = c.argument(v, path)
		c.inNot = inNot
	case "$contains", "$len":
		o.arg = c.argument(v, path)
	case "$in":
		list, ok := v.([]any)
		if !ok || len(list) == 0 {
			c.fault(path, "want a list of patterns, got %s", asJSON(v))
		}
		for i := range list {
			o.args = append(o.args, c.node(list[i], element(path, i)))
		}
	case "$gt", "$lt":
		c.bound(&o, v, path)
	case "$exact":
		c.exact(v, path)
	case "$capture":
		c.capture(&o, v, path)
	default:
		c.fault(path, "unknown operator; there are "+operators)
	}
	return o
}

func (c *compiler) argument(v any, path string) *node {
	n := c.node(v, path)
	return &n
}

func (c *compiler) regexp(o *op, v any, path string) {
	s, ok := v.(string)
	if !ok {
		c.fault(path, "want a regular expression, got %s", asJSON(v))
		return
	}
	o.text = c.template(s, path)
	try := plain(s)
	if o.text != nil {
		// A variable is quoted in an expression, so any word stands for it.
		try = o.text.expression(func(string) (any, bool) { return "x", true })
	}
	re, err := regexp.Compile(try)
	if err != nil {
		c.fault(path, "%v", err)
	}
	if o.text == nil {
		o.re = re
	}
}

func (c *compiler) bound(o *op, v any, path string) {
	if _, ok := number(v); ok {
		return
	}
	s, _ := v.(string)
	if o.text = c.template(s, path); o.text == nil {
		c.fault(path, "want a number, got %s", asJSON(v))
	}
}

// exact checks the references in a value in which nothing else has a meaning.
func (c *compiler) exact(v any, path string) {
	switch v := v.(type) {
	case string:
		c.template(v, path)
	case []any:
		for i := range v {
			c.exact(v[i], element(path, i))
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			c.exact(v[k], member(path, k))
		}
	case nil, bool:
	default:
		if _, ok := number(v); !ok {
			c.fault(path, "a %T is not a value of JSON", v)
		}
	}
}

func (c *compiler) capture(o *op, v any, path string) {
	s, ok := v.(string)
	switch {
	case !ok || !isName(s):
		c.fault(path, "want a name of letters, digits and _, got %s", asJSON(v))
	case c.inNot:
		c.fault(path, "$not matches when this does not, so there is nothing to keep")
	}
	o.capture, c.captures = s, true
}

// holds says whether one operator holds for got.
func (m *matcher) holds(o *op, got any) bool {
	_, missing := got.(absent)
	switch o.name {
	case "$any":
		return !missing
	case "$absent":
		return missing == o.flag
	case "$null":
		return !missing && (got == nil) == o.flag
	case "$not":
		sub := matcher{env: m.env}
		return !sub.match(o.arg, got)
	case "$in":
		for i := range o.args {
			if m.match(&o.args[i], got) {
				return true
			}
		}
		return false
	case "$exact":
		return !missing && m.exact(o.source, got)
	case "$capture":
		if missing {
			return false
		}
		m.captures = append(m.captures, capture{o.capture, got})
		return true
	case "$re":
		s, ok := got.(string)
		re := m.expression(o)
		return ok && re != nil && re.MatchString(s)
	case "$contains":
		return m.contains(o.arg, got)
	case "$len":
		n, ok := length(got)
		return ok && m.match(o.arg, n)
	default: // $gt, $lt
		return m.beyond(o, got)
	}
}

func (m *matcher) expression(o *op) *regexp.Regexp {
	if o.re != nil {
		return o.re
	}
	re, err := regexp.Compile(o.text.expression(m.lookup))
	if err != nil {
		return nil // a variable has no value
	}
	return re
}

func (m *matcher) contains(want *node, got any) bool {
	switch got := got.(type) {
	case string:
		v, ok := m.literal(want)
		s, isText := v.(string)
		return ok && isText && strings.Contains(got, s)
	case []any:
		for i := range got {
			if m.match(want, got[i]) {
				return true
			}
		}
	}
	return false
}

func (m *matcher) beyond(o *op, got any) bool {
	var bound any = o.source
	if o.text != nil {
		bound, _ = o.text.value(m.lookup)
	}
	a, ok := number(got)
	b, ok2 := number(bound)
	if s, isText := bound.(string); isText { // such as "${n}00"
		b, ok2 = decimalOf(s)
	}
	if !ok || !ok2 {
		return false
	}
	if o.name == "$gt" {
		return a.compare(b) > 0
	}
	return a.compare(b) < 0
}

// length is that of a string in characters, of a list or of a map.
func length(got any) (int, bool) {
	switch got := got.(type) {
	case string:
		return utf8.RuneCountInString(got), true
	case []any:
		return len(got), true
	case map[string]any:
		return len(got), true
	}
	return 0, false
}
