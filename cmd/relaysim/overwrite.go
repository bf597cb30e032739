package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/relaysim/relaysim/sim/record"
)

// keep refuses to write a recording to a file that is there already. What else
// may be at path is left to createFile.
func keep(path string) error {
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		return withForce(record.ExistsError(path))
	}
	return nil
}

// withForce says of a file that is not overwritten what overwrites it.
func withForce(err error) error {
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w; --force does", err)
	}
	return err
}
