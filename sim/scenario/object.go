package scenario

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/relaysim/relaysim/sim/spell"
	"gopkg.in/yaml.v3"
)

// given is the values of a map by the names of their fields.
type given map[string]*yaml.Node

func (g given) any(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return g[name] != nil })
}

// first is the value of the first of these names that is given; else nil.
func (g given) first(names ...string) *yaml.Node {
	for _, name := range names {
		if g[name] != nil {
			return g[name]
		}
	}
	return nil
}

// object reads a map into the struct v, by its table; or the value of the one
// field that may stand for the map.
func (l *loader) object(n *yaml.Node, path string, v reflect.Value) {
	tab := tables()[v.Type()]
	switch tab.typ {
	case expectationType:
		l.units++
		l.unit = l.units
		defer func() { l.unit = 0 }()
	case repeatType:
		defer l.enterRepeat(n, path)()
	}
	switch {
	case tab.short != nil && tab.short.standsFor(n):
		expands := l.expands
		if n.Value != "true" || !strings.HasPrefix(tab.short.key, "true") {
			l.value(n, path, tab.short, v.FieldByIndex(tab.short.index))
		}
		l.judge(v.Addr().Interface(), n, path, given{tab.short.name: n}, l.expands > expands)
	case n.Kind == yaml.MappingNode:
		l.members(n, path, tab, v)
	default:
		l.fault(n, path, "want %s, got %s%s", tab.wanted(), described(n), tab.instead(n))
	}
}

// instead is what to write in place of a text that stands where a map is meant.
func (tab *table) instead(n *yaml.Node) string {
	if tab.main == nil || n.Kind != yaml.ScalarNode || n.Value == "" {
		return ""
	}
	value := clip(n.Value)
	if !isPlain(n) || otherNumber.MatchString(value) {
		value = strconv.Quote(value)
	}
	return ": write {" + tab.main.name + ": " + value + "}"
}

// standsFor says that n is a value of f, which may be written in place of the
// map that f is a field of.
func (f *field) standsFor(n *yaml.Node) bool {
	switch n.Kind {
	case yaml.ScalarNode:
		return f.key != "true|list" || isPlain(n) && n.Value == "true"
	case yaml.SequenceNode:
		return f.key != "scalar"
	case yaml.MappingNode:
		operators := len(n.Content) > 0 && strings.HasPrefix(n.Content[0].Value, "$")
		return operators && f.typ == reflect.PointerTo(patternType)
	}
	return false
}

// wanted is what a struct is called in a message.
func (tab *table) wanted() string {
	switch {
	case tab.short == nil:
		return "a map with fields such as " + either(tab.names[:min(3, len(tab.names))])
	case tab.short.key == "true|list":
		return "true or a list"
	case tab.short.key == "list":
		return "text or a list"
	}
	return "a map or the " + tab.short.name + " alone"
}

// members reads the fields of a map, then judges them together.
func (l *loader) members(n *yaml.Node, path string, tab *table, v reflect.Value) {
	have := make(given, len(n.Content)/2)
	meant := map[string]bool{} // names that a misspelt one probably means
	expands := l.expands
	args := l.args
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		f := tab.byName[key.Value]
		if f == nil {
			meant[spell.Nearest(key.Value, tab.names)] = true
			l.fault(key, member(path, key.Value), "unknown field%s", tab.hint(key.Value))
			continue
		}
		have[f.name] = value
		l.field(value, member(path, f.name), f, v.FieldByIndex(f.index))
	}
	l.need(n, path, tab, have, meant)
	l.needArgs(n, path, tab, args, have, meant)
	l.exactlyOne(n, path, tab, have, len(meant) > 0)
	l.judge(v.Addr().Interface(), n, path, have, l.expands > expands)
}

// field reads the value of a field. What it says of calls is for what is in it.
func (l *loader) field(n *yaml.Node, path string, f *field, v reflect.Value) {
	args, noTurn := l.args, l.noTurn
	defer func() { l.args, l.noTurn = args, noTurn }()
	l.args, l.noTurn = f.args, noTurn || f.noTurn
	if noTurn {
		l.args = slices.Concat(f.args, f.outside)
	}
	l.value(n, path, f, v)
}

// needArgs checks that a call has what it cannot do without. Further fields may
// have it too.
func (l *loader) needArgs(n *yaml.Node, path string, tab *table, args []string, have given, meant map[string]bool) {
	if have["extra"] != nil {
		return
	}
	for _, name := range args {
		if have[name] == nil && !meant[name] {
			l.fault(n, member(path, name), "missing: %s", inWords(tab.byName[name].doc))
		}
	}
}

// hint is what to write in place of an unknown name.
func (tab *table) hint(name string) string {
	if end := spell.DidYouMean(name, tab.names); end != "" {
		return end
	}
	if strings.HasPrefix(name, "$") {
		return ": operators stand inside a field"
	}
	if home := home(name); home != "" {
		return " here: it belongs to " + home
	}
	return ", known are " + both(tab.names)
}

// need checks that what must be given is, and that nothing stands without what
// it goes with.
func (l *loader) need(n *yaml.Node, path string, tab *table, have given, meant map[string]bool) {
	for _, f := range tab.fields {
		switch at := have[f.name]; {
		case at == nil && l.setup && path == "":
		case at == nil && f.need && !meant[f.name]:
			l.fault(n, member(path, f.name), "missing: %s", inWords(f.doc))
		case at != nil && f.with != nil && f.with[0] != "*" && !have.any(f.with) && len(meant) == 0:
			l.fault(at, member(path, f.name), "stands only beside %s", either(f.with))
		}
	}
}

// exactlyOne checks the group of a table; a misspelt name may be the one.
func (l *loader) exactlyOne(n *yaml.Node, path string, tab *table, have given, misspelt bool) {
	var got []string
	for _, name := range tab.one {
		if have[name] != nil {
			got = append(got, name)
		}
	}
	switch {
	case len(got) > 1:
		l.fault(n, path, "want exactly one, got %s", both(got))
	case len(got) == 0 && tab.one != nil && !misspelt:
		l.fault(n, path, "want exactly one of %s", either(tab.one))
	}
}

// inWords is a doc tag as the end of a message.
func inWords(doc string) string {
	return strings.ToLower(doc[:1]) + strings.TrimSuffix(doc[1:], ".")
}
