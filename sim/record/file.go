package record

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// ExistsError is the path of a file that is not overwritten. It is fs.ErrExist.
type ExistsError string

func (e ExistsError) Error() string {
	return fmt.Sprintf("%s is there already, and is not overwritten", string(e))
}

func (ExistsError) Is(target error) bool { return target == fs.ErrExist }

// Create makes the file of a recording, for its owner to read only: what people
// wrote is in it. A file that is there already is an error, unless force says
// to replace it.
func Create(path string, force bool) (*os.File, error) {
	flags := os.O_WRONLY | os.O_CREATE | os.O_APPEND | os.O_EXCL
	if force {
		flags = os.O_WRONLY | os.O_CREATE | os.O_APPEND | os.O_TRUNC
	}
	f, err := os.OpenFile(path, flags, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, ExistsError(path)
	}
	return f, err
}
