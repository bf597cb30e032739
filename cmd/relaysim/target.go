package main

import "io"

// target is where the result of a command goes: a file that appears once it is
// whole, or stdout.
type target struct {
	io.Writer
	file *newFile // nil for stdout
}

// target opens the file at path, or stdout where path is empty.
func (p program) target(path string) (*target, error) {
	if path == "" {
		return &target{Writer: p.stdout}, nil
	}
	f, err := createFile(path)
	if err != nil {
		return nil, err
	}
	return &target{Writer: f, file: f}, nil
}

// close ends the file: it gets its name if err is nil, else it is removed. It
// returns the first error.
func (t *target) close(err error) error {
	switch {
	case t.file == nil:
		return err
	case err != nil:
		t.file.discard()
		return err
	}
	return t.file.commit()
}
