package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/relaysim/relaysim/sim/recording"
)

// eachLine reads a recording to its end and then says what was wrong with it.
func eachLine(p program, path string, visit func(*recording.Line)) error {
	f, err := openRecording(path)
	if err != nil {
		return err
	}
	defer f.Close()
	rec := recording.NewReader(f, path)
	for {
		l, err := rec.Next()
		switch {
		case errors.Is(err, io.EOF):
			for _, w := range rec.Warnings() {
				fmt.Fprintf(p.stderr, "%s (warning)\n", w)
			}
			return nil
		case err != nil:
			return err
		}
		visit(l)
	}
}
