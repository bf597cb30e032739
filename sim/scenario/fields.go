package scenario

import (
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// field is one name of the language, read from a struct tag.
type field struct {
	name  string
	doc   string
	index []int // as reflect.Value.FieldByIndex takes it
	typ   reflect.Type
	need  bool
	enum  []string
	keys  []string
	with  []string
	as    string
	key   string
	of    string

	least, most int      // of a whole number
	args        []string // what the map of a call must give
	outside     []string // what it must give besides outside of a turn
	main        bool     // a text in place of the map was meant as it
	noTurn      bool     // the calls in it are outside of a turn
}

// table is the fields of one struct, in their order.
type table struct {
	typ    reflect.Type
	fields []*field
	names  []string
	byName map[string]*field
	one    []string // exactly one of these is given; nil: no such rule
	short  *field   // may be written alone in place of the map
	main   *field   // what a text in place of the map was meant as; nil: unknown
}

// tables has the table of every struct that a scenario is made of. It is made
// once, and never changes.
var tables = sync.OnceValue(func() map[reflect.Type]*table {
	all := map[reflect.Type]*table{}
	addTables(all, reflect.TypeFor[Scenario]())
	return all
})

// patternType is the type whose value is a tree of any shape.
var patternType = reflect.TypeFor[Pattern]()

// expectationType is the type whose captures are kept together.
var expectationType = reflect.TypeFor[Expectation]()

// repeatType is the type whose times multiply.
var repeatType = reflect.TypeFor[Repeat]()

// durationType is the integer that is written with a unit.
var durationType = reflect.TypeFor[Duration]()

// addTables adds the table of t and of all that t holds.
func addTables(all map[reflect.Type]*table, t reflect.Type) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == patternType || all[t] != nil {
		return
	}
	tab := &table{typ: t, byName: map[string]*field{}}
	all[t] = tab
	tab.read(t, nil)
	for _, f := range tab.fields {
		tab.names = append(tab.names, f.name)
		tab.byName[f.name] = f
		if f.key != "" && f.key != "lone" {
			tab.short = f
		}
		if f.main {
			tab.main = f
		}
	}
	tab.one = tab.group()
	for _, f := range tab.fields {
		addTables(all, f.typ)
	}
}

// read appends the fields of t, those of an inline struct among them.
func (tab *table) read(t reflect.Type, index []int) {
	for i := range t.NumField() {
		sf := t.Field(i)
		at := append(slices.Clip(index), i)
		name, option, _ := strings.Cut(sf.Tag.Get("yaml"), ",")
		switch {
		case option == "inline":
			tab.read(sf.Type, at)
		case name != "" && name != "-":
			tab.fields = append(tab.fields, newField(name, at, sf))
		}
	}
}

func newField(name string, index []int, sf reflect.StructField) *field {
	tag := sf.Tag.Get
	f := &field{
		name:    name,
		doc:     tag("doc"),
		index:   index,
		typ:     sf.Type,
		need:    tag("need") == "true",
		enum:    words(tag("enum")),
		keys:    words(tag("keys")),
		with:    words(tag("with")),
		as:      tag("as"),
		key:     tag("key"),
		of:      tag("of"),
		args:    words(tag("args")),
		outside: words(tag("outside")),
		main:    tag("main") == "true",
		noTurn:  tag("turn") == "no",
	}
	f.least, f.most = bounds(tag("range"))
	return f
}

// bounds reads a range such as 1..100; an end that is left out bounds nothing.
func bounds(tag string) (least, most int) {
	least, most = math.MinInt, math.MaxInt
	low, high, _ := strings.Cut(tag, "..")
	if n, err := strconv.Atoi(low); err == nil {
		least = n
	}
	if n, err := strconv.Atoi(high); err == nil {
		most = n
	}
	return least, most
}

// group is the names of which exactly one is given.
func (tab *table) group() []string {
	blank, ok := tab.typ.FieldByName("_")
	if !ok {
		return nil
	}
	if one := blank.Tag.Get("one"); one != "*" {
		return words(one)
	}
	var names []string
	for _, f := range tab.fields {
		if f.with == nil {
			names = append(names, f.name)
		}
	}
	return names
}

func words(tag string) []string {
	if tag == "" {
		return nil
	}
	return strings.Split(tag, "|")
}

// home says in which struct a name stands that some other struct does not have;
// "" where it is in none, or in several.
func home(name string) string {
	found := ""
	for t, tab := range tables() {
		if tab.byName[name] != nil {
			if found != "" {
				return ""
			}
			found = article(spoken(t.Name()))
		}
	}
	return found
}

func article(word string) string {
	if strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}

// spoken turns CloseCode into "close code".
func spoken(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}
