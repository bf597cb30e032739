package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/pflag"

	"github.com/relaysim/relaysim/sim/record"
)

// destination is where a command writes its one result: -o, and --force beside it.
type destination struct {
	path  string // "" for stdout, where the command has that
	force bool
}

func (d *destination) add(f *pflag.FlagSet, usage string) {
	f.StringVarP(&d.path, "output", "o", "", usage)
	f.BoolVar(&d.force, "force", false, "replace the file of -o if it is there")
}

// check refuses a file that cannot be written, or that is there already and is not
// to be replaced, before anything is done for it.
func (d *destination) check() error {
	if d.path == "" {
		return nil
	}
	err := creatable(d.path)
	if _, there := os.Stat(d.path); err == nil && there == nil && !d.force {
		err = withForce(record.ExistsError(d.path))
	}
	if err != nil {
		return fmt.Errorf("-o: %w", err)
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
