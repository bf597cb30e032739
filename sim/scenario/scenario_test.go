package scenario_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/relaysim/relaysim/sim/scenario"
)

// glob fails where nothing is found: a loop over no files proves nothing.
func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files match %s: %v", pattern, err)
	}
	return files
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// goodFiles are the examples here, and the repository's scenarios.
func goodFiles(t *testing.T) []string {
	return append(glob(t, "testdata/good/*.yaml"), glob(t, "../../scenarios/*/*.yaml")...)
}

func TestGoodFilesLoad(t *testing.T) {
	for _, file := range goodFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			if _, err := scenario.LoadFile(nil, file); err != nil {
				t.Errorf("want it to load, got\n%v", err)
			}
		})
	}
}
