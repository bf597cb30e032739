package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file that cannot have its name leaves nothing behind, and the error is
// about the name that was wanted.
func TestAFileThatCannotHaveItsNameIsRemoved(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "x.xml")
	f, err := createFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o777); err != nil { // in the meantime
		t.Fatal(err)
	}
	err = f.commit()
	if err == nil || !strings.HasPrefix(err.Error(), path+": ") || strings.Contains(err.Error(), f.Name()) {
		t.Errorf("got %v, want an error that names %s alone", err, path)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("got %v, %v, want nothing but the folder that came in between", entries, err)
	}
}
