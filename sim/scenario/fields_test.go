package scenario

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func TestEveryFieldIsDescribed(t *testing.T) {
	for typ, tab := range tables() {
		for _, f := range tab.fields {
			if f.doc == "" {
				t.Errorf("%s.%s has no doc", typ.Name(), f.name)
			}
		}
	}
}

func TestTagsNameFields(t *testing.T) {
	for typ, tab := range tables() {
		for _, name := range tab.one {
			if tab.byName[name] == nil {
				t.Errorf("%s: one names %s, which is no field", typ.Name(), name)
			}
		}
		for _, f := range tab.fields {
			for _, name := range f.with {
				if name != "*" && tab.byName[name] == nil {
					t.Errorf("%s.%s: with names %s, which is no field", typ.Name(), f.name, name)
				}
			}
		}
	}
}

// The examples are what a reader learns the language from, and what the tests
// of the schema stand on: each field occurs in one.
func TestExamplesUseEveryField(t *testing.T) {
	used := map[*field]bool{}
	files, _ := filepath.Glob("testdata/good/*.yaml")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		l := &loader{}
		mark(used, l.parse(data), reflect.TypeFor[Scenario]())
	}
	for typ, tab := range tables() {
		for _, f := range tab.fields {
			if !used[f] {
				t.Errorf("no example uses %s.%s", typ.Name(), f.name)
			}
		}
	}
}

// mark notes the fields that a tree of type typ uses.
func mark(used map[*field]bool, n *yaml.Node, typ reflect.Type) {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch {
	case typ.Kind() == reflect.Slice && n.Kind == yaml.SequenceNode:
		for _, item := range n.Content {
			mark(used, item, typ.Elem())
		}
	case typ.Kind() == reflect.Slice:
		mark(used, n, typ.Elem())
	case typ.Kind() == reflect.Map && n.Kind == yaml.MappingNode:
		for i := 1; i < len(n.Content); i += 2 {
			mark(used, n.Content[i], typ.Elem())
		}
	case tables()[typ] != nil:
		tab := tables()[typ]
		if n.Kind != yaml.MappingNode {
			used[tab.short] = true
			return
		}
		for i := 0; i < len(n.Content); i += 2 {
			if f := tab.byName[n.Content[i].Value]; f != nil {
				used[f] = true
				mark(used, n.Content[i+1], f.typ)
			}
		}
	}
}

func TestTablesAreWhole(t *testing.T) {
	for _, typ := range []reflect.Type{reflect.TypeFor[Scenario](), reflect.TypeFor[Act](), reflect.TypeFor[Chat]()} {
		if tables()[typ] == nil {
			t.Errorf("no table of %v", typ)
		}
	}
	act := tables()[reflect.TypeFor[Act]()]
	for _, want := range []string{"reply", "send", "prompt"} {
		if !slices.Contains(act.one, want) {
			t.Errorf("an act may not be %s: %s", want, strings.Join(act.one, " "))
		}
	}
	if slices.Contains(act.one, "on_interrupt") {
		t.Error("on_interrupt is not an act of its own")
	}
}
