package contract_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/sim/contract"
)

// A test that was renamed or removed must not go on covering a rule.
func TestEveryClaimedTestExists(t *testing.T) {
	known := contract.Known()
	found := map[string]map[string]bool{} // by folder
	for _, c := range contract.Tests() {
		if !known(c.Rule) {
			t.Errorf("tests.txt: %s: no such rule", c.Rule)
		}
		folder, name, ok := strings.Cut(c.By, ".")
		if !ok {
			t.Errorf("tests.txt: %s: got %q, want folder.TestName", c.Rule, c.By)
			continue
		}
		if found[folder] == nil {
			found[folder] = testsIn(t, filepath.Join("..", "..", filepath.FromSlash(folder)))
		}
		if !found[folder][name] {
			t.Errorf("tests.txt: %s: %s has no %s", c.Rule, folder, name)
		}
	}
}

// A line that is no claim would be dropped without a word.
func TestEveryLineOfTestsIsAClaimOrAComment(t *testing.T) {
	text, err := os.ReadFile("tests.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for line := range strings.Lines(string(text)) {
		if line, _, _ = strings.Cut(line, "#"); strings.TrimSpace(line) != "" {
			lines++
		}
	}
	if got := len(contract.Tests()); got != lines {
		t.Errorf("got %d claims from %d lines", got, lines)
	}
}

func testsIn(t *testing.T, folder string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil {
				names[fn.Name.Name] = true
			}
		}
	}
	return names
}
