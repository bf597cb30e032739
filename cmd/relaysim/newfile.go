package main

import (
	"os"
	"path/filepath"
)

// newFile is a file that appears under its name once it is complete.
type newFile struct {
	*os.File
	path string
}

func createFile(path string) (*newFile, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, err
	}
	return &newFile{File: f, path: path}, nil
}

// commit gives the file its name.
func (f *newFile) commit() error {
	if err := f.Chmod(0o644); err != nil {
		f.discard()
		return err
	}
	if err := f.Close(); err != nil {
		os.Remove(f.Name())
		return err
	}
	return os.Rename(f.Name(), f.path)
}

// discard removes what was written.
func (f *newFile) discard() {
	f.Close()
	os.Remove(f.Name())
}
