package match

import (
	"regexp"
	"strings"
)

// template is a string with variables in it; nil for one without.
type template []segment

// segment is a piece of a template: words as they are, or the name of a value.
type segment struct{ words, name string }

// lookup returns the value of a variable.
type lookup func(name string) (any, bool)

var refName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$`)

// isName says whether a capture may be called s: it has no dots.
func isName(s string) bool { return refName.MatchString(s) && !strings.Contains(s, ".") }

// plain is a string without variables, $${ undone.
func plain(s string) string { return strings.ReplaceAll(s, "$${", "${") }

// template splits a string at its variables. It is nil if there are none.
func (c *compiler) template(s, path string) template {
	var t template
	words := ""
	refs := false
	for {
		i := strings.Index(s, "${")
		if i < 0 {
			break
		}
		if i > 0 && s[i-1] == '$' {
			words += s[:i-1] + "${"
			s = s[i+2:]
			continue
		}
		end := strings.IndexByte(s[i:], '}')
		if end < 0 || !refName.MatchString(s[i+2:i+end]) {
			c.fault(path, "%s: want a name such as ${x}; $${ is a plain ${", asJSON(s[i:]))
			return nil
		}
		t = append(t, segment{words: words + s[:i]}, segment{name: s[i+2 : i+end]})
		words, s, refs = "", s[i+end+1:], true
	}
	if !refs {
		return nil
	}
	return append(t, segment{words: words + s})
}

// value is what the template stands for: the variable's own value when it is
// alone, else text. ok is false if a variable has no value.
func (t template) value(find lookup) (v any, ok bool) {
	if len(t) == 3 && t[0].words == "" && t[2].words == "" {
		return find(t[1].name)
	}
	return t.join(find, func(s string) string { return s })
}

// expression is the template as a regular expression, its variables quoted. It
// is no valid one if a variable has no value.
func (t template) expression(find lookup) string {
	s, ok := t.join(find, regexp.QuoteMeta)
	if !ok {
		return "("
	}
	return s
}

func (t template) join(find lookup, quote func(string) string) (string, bool) {
	var b strings.Builder
	for _, s := range t {
		if s.name == "" {
			b.WriteString(s.words)
			continue
		}
		v, ok := find(s.name)
		if !ok {
			return "", false
		}
		if words, isText := v.(string); isText {
			b.WriteString(quote(words))
		} else {
			b.WriteString(quote(asJSON(v)))
		}
	}
	return b.String(), true
}

// missing is the first variable without a value.
func (t template) missing(find lookup) string {
	for _, s := range t {
		if _, ok := find(s.name); s.name != "" && !ok {
			return s.name
		}
	}
	return ""
}
