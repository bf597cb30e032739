package scenario_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/relaysim/relaysim/sim/scenario"
)

// FuzzLoad: whatever the text, Load returns; each problem has its place; and
// what loads can be resolved, step by step, with the values that it names.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*.yaml", "testdata/bad/*.yaml"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	any := func(string) (any, bool) { return "value", true }
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := scenario.Load("x.yaml", data)
		if err != nil {
			everyProblemHasAPlace(t, err)
			return
		}
		if s.Name == "" && len(s.Steps) == 0 {
			t.Error("an empty scenario loads")
		}
		if err := resolveAll(s.Steps, any); err != nil {
			t.Error(err)
		}
		for _, rule := range s.Agent {
			for i := range rule.Do {
				if _, err := rule.Do[i].Resolve(any); err != nil {
					t.Error(err)
				}
			}
		}
	})
}

func resolveAll(steps []scenario.Step, lookup scenario.Lookup) error {
	for i := range steps {
		step, err := steps[i].Resolve(lookup)
		if err != nil {
			return err
		}
		if step.Pos.Line == 0 {
			return errors.New("a step without a place")
		}
		if step.Repeat != nil {
			if err := resolveAll(step.Repeat.Steps, lookup); err != nil {
				return err
			}
		}
	}
	return nil
}
