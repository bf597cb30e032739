package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// newFile is a file that appears under its name once it is complete.
type newFile struct {
	*os.File
	path string
}

// creatable says what stands in the way of a file that is to be called path, which
// may exist but must be an ordinary file then. Errors name path.
func creatable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("%s: a folder, want a file", path)
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("%s: not an ordinary file", path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: %w", path, reason(err))
	case !isFolder(filepath.Dir(path)):
		return fmt.Errorf("%s: there is no folder %s", path, filepath.Dir(path))
	}
	return nil
}

// createFile begins a file that is to be called path, if it is creatable.
func createFile(path string) (*newFile, error) {
	if err := creatable(path); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, reason(err))
	}
	return &newFile{File: f, path: path}, nil
}

// commit gives the file its name, or removes it.
func (f *newFile) commit() error {
	err := f.Chmod(0o644)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), f.path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("%s: %w", f.path, reason(err))
	}
	return nil
}

// discard removes what was written.
func (f *newFile) discard() {
	f.Close()
	os.Remove(f.Name())
}
