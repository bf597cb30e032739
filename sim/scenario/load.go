package scenario

import (
	"errors"
	"io/fs"
)

// MaxSize bounds a scenario file, in bytes.
const MaxSize = 1 << 20

// Load turns the text of one file into its scenario. The error is an Errors:
// every problem of the file at once, in file order.
func Load(file string, data []byte) (*Scenario, error) {
	return nil, errors.New("not yet")
}

// LoadFile loads the file at path in fsys; the empty fsys, nil, is the file
// system of the machine, with its kind of paths.
func LoadFile(fsys fs.FS, path string) (*Scenario, error) {
	return nil, errors.New("not yet")
}
