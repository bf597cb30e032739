package driver_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/sim/target/driver"
)

// What a driver prints is under the name that it gave itself, once, and until it
// has under that of the program.
func TestWhatADriverPrintsIsUnderItsName(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ script, want string }{
		"greeted":   {`X=1 sh -c '` + strings.ReplaceAll(hello, `'`, `'\''`) + `read l; echo late >&2'`, "bad: late\n"},
		"ungreeted": {`X=1 '/bin/sh' -c 'echo early >&2; exit 3' other.py`, "sh: early\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var to bytes.Buffer // read after the program is gone
			d, err := driver.New(t.Context(), driver.Options{Command: c.script, Stderr: &to})
			if err == nil {
				err = d.Close()
			}
			if to.String() != c.want {
				t.Errorf("got %q, want %q (%v)", to.String(), c.want, err)
			}
		})
	}
}
