package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/sim/spell"
	"gopkg.in/yaml.v3"
)

// Text is one field of an entry of a List that is all text. Need says that it
// must be given.
type Text struct {
	Name string
	To   *string
	Need bool
}

// Texts reads an entry of a List into its fields. what is the entry in a message,
// such as "a known failure", and path where it is. It returns everything that is
// wrong.
func Texts(file string, n *yaml.Node, path, what string, fields []Text) (wrong Errors) {
	fault := func(at *yaml.Node, path, format string, args ...any) {
		pos := place(at)
		pos.File = file
		wrong = append(wrong, Problem{Pos: pos, Path: path, Text: fmt.Sprintf(format, args...)})
	}
	var names []string
	for _, f := range fields {
		names = append(names, f.Name)
	}
	if n.Kind != yaml.MappingNode {
		fault(n, path, "want %s, whose fields are %s", what, strings.Join(names, ", "))
		return wrong
	}
	given := map[string]int{} // lines
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := path + "." + key.Value
		switch f := slices.IndexFunc(fields, func(f Text) bool { return f.Name == key.Value }); {
		case f < 0:
			fault(key, at, "unknown field%s", spell.DidYouMean(key.Value, names))
		case given[key.Value] != 0:
			fault(key, at, "given twice, first at line %d", given[key.Value])
		case value.Kind != yaml.ScalarNode || value.ShortTag() == "!!null" || strings.TrimSpace(value.Value) == "":
			fault(value, at, "want text")
		default:
			*fields[f].To = strings.TrimSpace(value.Value)
		}
		given[key.Value] = key.Line
	}
	for _, f := range fields {
		if f.Need && given[f.Name] == 0 {
			fault(n, path, "no %s", f.Name)
		}
	}
	return wrong
}
