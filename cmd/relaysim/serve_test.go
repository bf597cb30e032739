package main

import (
	"os"
	"path/filepath"
	"testing"
)

// A file that others could read is no longer theirs when a secret is in it.
func TestWriteSecret(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "relay.env")
	if err := os.WriteFile(path, []byte("something that was longer"), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := writeSecret(path, "SECRET=x\n"); err != nil {
			t.Fatal(err)
		}
		text, _ := os.ReadFile(path)
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 || string(text) != "SECRET=x\n" {
			t.Errorf("got %q, mode %v, %v", text, info.Mode(), err)
		}
	}
}
