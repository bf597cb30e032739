//go:build unix

package program_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/relaysim/relaysim/sim/target/program"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// However a program ends, what it has started in the background ends with it, and
// why it ended is said once, by what came first.
func TestNothingIsLeftBehind(t *testing.T) {
	t.Parallel()
	const open = "exec 9>\"$HELD\"; "
	const heir = open + "sleep 600 & echo begun; "
	for name, c := range map[string]struct {
		script string
		kill   bool
		why    string
	}{
		"killed":            {heir + "sleep 600", true, "signal: killed"},
		"ends by itself":    {heir + "exit 3", false, "exit status 3"},
		"ends well":         {heir + "exit 0", false, "exit status 0"},
		"is not there":      {open + "echo begun; /no/such/program", false, "did not find the command (exit status 127)"},
		"is a folder":       {open + "echo begun; /", false, "may not run the command (exit status 126)"},
		"is refused":        {heir + "echo bad; sleep 600", false, "refused"},
		"prints too much":   {heir + "yes | tr -d '\n' | head -c 5000000; sleep 600", false, "a line of more than"},
		"closes its stdout": {open + "sleep 600 >&2 & echo begun; exec >&-; sleep 600", false, "it closed its stdout"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, ended := held(t)
			begun, over := make(chan struct{}), make(chan error, 10)
			p, err := program.Start(program.Options{
				Command: "HELD='" + path + "'; " + c.script, Mute: 100 * time.Millisecond,
				Printed: func(line []byte) error {
					if string(line) == "bad" {
						return errors.New("refused")
					}
					close(begun)
					return nil
				},
				Said: func([]byte) {},
				Over: func(why error) { over <- why },
			})
			if err != nil {
				t.Fatal(err)
			}
			<-begun
			if c.kill {
				p.Kill()
			}
			<-p.Gone()
			if why := <-over; !strings.Contains(why.Error(), c.why) || len(over) > 0 {
				t.Errorf("got %v and %d more, want %s", why, len(over), c.why)
			}
			ended()
		})
	}
}

// held is a pipe that a script opens for all that it starts, and what waits until
// all of that has ended.
func held(t *testing.T) (path string, ended func()) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "held")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	end := make(chan error, 1)
	go func() {
		f, err := os.Open(path) // waits for the script
		if err == nil {
			defer f.Close()
			_, err = io.Copy(io.Discard, f)
		}
		end <- err
	}()
	return path, func() {
		t.Helper()
		select {
		case err := <-end:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(patience):
			t.Error("what it has started is left behind")
		}
	}
}

// patience is far beyond what the end of a process takes.
const patience = 20 * time.Second
