package scenario_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/relaysim/relaysim/sim/scenario"
)

// compiled is the schema as an editor's language server would use it.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(scenario.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	if err := c.AddResource("scenario.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("scenario.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSchemaTakesGoodFiles(t *testing.T) {
	s := compiled(t)
	for _, file := range goodFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			if err := s.Validate(tree(t, file)); err != nil {
				t.Errorf("%#v", err)
			}
		})
	}
}

func tree(t *testing.T, file string) any {
	t.Helper()
	v, err := scenario.Tree(read(t, file))
	if err != nil {
		t.Fatal(err)
	}
	return v
}
