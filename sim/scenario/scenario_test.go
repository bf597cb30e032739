package scenario_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/relaysim/relaysim/sim/scenario"
)

func TestGoodFilesLoad(t *testing.T) {
	files, err := filepath.Glob("testdata/good/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no good files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := scenario.Load(file, data); err != nil {
				t.Errorf("want it to load, got\n%v", err)
			}
		})
	}
}
