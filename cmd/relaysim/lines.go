package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/relaysim/relaysim/sim/recording"
)

// mostHeld is how long a recording may be, in bytes, that is held whole.
const mostHeld = 64 << 20

// eachLineHeld reads a recording to its end, for a visit that keeps the lines, and
// then says what was wrong with it.
func eachLineHeld(p program, path string, visit func(*recording.Line)) error {
	f, err := openRecording(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() > mostHeld {
		return fmt.Errorf("%s: longer than %d bytes, and it would be held whole: cut it to what matters", path, mostHeld)
	}
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
