package main

import (
	"fmt"
	"os"

	"github.com/spf13/pflag"
)

// driverLines is the file that what relaysim and a driver write to each other goes
// to, for the driver's author.
type driverLines struct{ path string }

func (l *driverLines) add(f *pflag.FlagSet) {
	f.StringVar(&l.path, "driver-lines", "", "write every line between relaysim and the driver to this `file`, > to it and < from it")
}

// open begins the file anew; nil where none is wanted. The caller closes it. It is
// written line by line, so that it can be read while a driver hangs.
func (l *driverLines) open() (*os.File, error) {
	if l.path == "" {
		return nil, nil
	}
	err := creatable(l.path)
	if err != nil {
		return nil, fmt.Errorf("--driver-lines: %w", err)
	}
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("--driver-lines: %s: %w", l.path, reason(err))
	}
	return f, nil
}
