// Package dirlock lets one process at a time have a folder. What a process holds
// is free when it ends, however it ends.
package dirlock

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Name is the file of a folder that is locked. It is never removed: whoever
// waits for it must find the same one.
const Name = "lock"

// ErrHeld is wrapped by what Take returns for a folder that somebody else has.
var ErrHeld = errors.New("in use by another process")

// Lock is a folder that is held.
type Lock struct{ file *os.File }

// Take takes a folder, which must be there. It does not wait.
func Take(folder string) (*Lock, error) {
	f, err := os.OpenFile(filepath.Join(folder, Name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", folder, err), f.Close())
	}
	return &Lock{f}, nil
}

// Release lets somebody else take the folder.
func (l *Lock) Release() error { return l.file.Close() }
