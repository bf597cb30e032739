package scenario_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/relaysim/relaysim/sim/scenario"
)

func TestHostileTextsAreRefused(t *testing.T) {
	deep := strings.Repeat("[", 9000) + strings.Repeat("]", 9000)
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for _, i := range "123456789" {
		before, now := string(i-1), string(i)
		bomb += "a" + now + ": &a" + now + " [" + strings.Repeat("*a"+before+", ", 9) + "*a" + before + "]\n"
	}
	for _, tt := range []struct{ name, text, want string }{
		{"alias bomb", "vars:\n  " + strings.ReplaceAll(bomb, "\n", "\n  "), "aliases are not taken"},
		{"self alias", "vars: &a\n  b: *a\n", "aliases are not taken"},
		{"self alias in a pattern", "steps:\n  - expect: {frame: &a {b: *a}}\n", "aliases are not taken"},
		{"deep flow", "vars: {a: " + deep + "}", "nested too deep"},
		{"deeper than the library goes", "vars: " + strings.Repeat("[", 20000), "exceeded max depth"},
		{"deep blocks", "vars:\n" + steps(5000), "nested too deep"},
		{"deep repeats", "steps: [" + strings.Repeat("{repeat: {times: 1, steps: [", 500) + strings.Repeat("]}}", 500) + "]", "nested too deep"},
		{"a huge key", "? " + strings.Repeat("k", 500_000) + "\n: 1", "unknown field"},
		{"a huge number", "steps: [{advance: " + strings.Repeat("9", 500_000) + "}]", "want a duration"},
		{"a huge whole number", "gateway: {max_message: " + strings.Repeat("9", 500_000) + "}", "want a whole number"},
		{"many problems", strings.Repeat("- 1\n", 1) + strings.Repeat("- {}\n", 10_000), "want a map"},
		{"many unknown fields", "steps:\n" + strings.Repeat("  - {a: 1, b: 2, c: 3}\n", 20_000), "and more"},
		{"too large", strings.Repeat("#", scenario.MaxSize+1), "1048577 bytes"},
		{"zeros", strings.Repeat("\x00", 1000), "not text"},
		{"a program", "\x7fELF\x02\x01\x01\x00", "not text"},
		{"invalid UTF-8", "name: \xc3\x28", "not text"},
		{"only a mark", "\ufeff", "empty"},
		{"only spaces", "  \n\n", "empty"},
		{"only the end", "...\n", ""},
		{"directive", "%YAML 3.0\n---\na: b\n", "not YAML"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := scenario.Load("x.yaml", []byte(tt.text))
			if err == nil {
				t.Fatal("want an error")
			}
			everyProblemHasAPlace(t, err)
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("want %q in\n%.2000v", tt.want, err)
			}
			if len(err.Error()) > 100_000 {
				t.Errorf("want a message that can be read, got %d bytes", len(err.Error()))
			}
		})
	}
}

// steps is a map in a map in a map.
func steps(depth int) string {
	var b strings.Builder
	for i := range depth / 50 {
		b.WriteString(strings.Repeat(" ", i+1) + "a:\n")
	}
	return b.String()
}

func TestLoadFileRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "large.yaml")
	f, err := os.Create(large)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(100 << 20); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, path, want string }{
		{"a directory", dir, "a directory"},
		{"100 MB", large, "104857600 bytes"},
		{"a device", os.DevNull, "not an ordinary file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := scenario.LoadFile(nil, tt.path)
			var problems scenario.Errors
			if !errors.As(err, &problems) || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("want Errors with %q, got %v", tt.want, err)
			}
			if problems[0].Pos.File != tt.path {
				t.Errorf("want the file's name, got %v", problems[0].Pos)
			}
		})
	}
	if _, err := scenario.LoadFile(nil, filepath.Join(dir, "missing.yaml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("want fs.ErrNotExist, got %v", err)
	}
}

func TestLoadFileFromAFileSystem(t *testing.T) {
	fsys := fstest.MapFS{
		"a/good.yaml": {Data: []byte("name: a\nsteps: [{expect: {nothing: true}}]\n")},
		"a/bad.yaml":  {Data: []byte("name: a\n")},
	}
	s, err := scenario.LoadFile(fsys, "a/good.yaml")
	if err != nil || s.Pos.String() != "a/good.yaml:1:1" {
		t.Errorf("want it at a/good.yaml:1:1, got %v, %v", s, err)
	}
	if _, err := scenario.LoadFile(fsys, "a/bad.yaml"); err == nil || !strings.HasPrefix(err.Error(), "a/bad.yaml:1:1: steps: missing") {
		t.Errorf("want a place in a/bad.yaml, got %v", err)
	}
	if _, err := scenario.LoadFile(fsys, "a"); err == nil || !strings.Contains(err.Error(), "a directory") {
		t.Errorf("want a directory refused, got %v", err)
	}
	if _, err := scenario.LoadFile(fsys, "b"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("want fs.ErrNotExist, got %v", err)
	}
}
