//go:build unix

package program_test

import (
	"errors"
	"os"
	"strconv"
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
	const heir = "sleep 600 & echo $!; "
	for name, c := range map[string]struct {
		script string
		kill   bool
		why    string
	}{
		"killed":            {heir + "sleep 600", true, "signal: killed"},
		"ends by itself":    {heir + "exit 3", false, "exit status 3"},
		"ends well":         {heir + "exit 0", false, "exit status 0"},
		"is refused":        {heir + "echo bad; sleep 600", false, "refused"},
		"prints too much":   {heir + "yes | tr -d '\n' | head -c 5000000; sleep 600", false, "a line of more than"},
		"closes its stdout": {"sleep 600 >&2 & echo $!; exec >&-; sleep 600", false, "it closed its stdout"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pids, over := make(chan string, 1), make(chan error, 10)
			p, err := program.Start(program.Options{
				Command: c.script, Mute: 100 * time.Millisecond,
				Printed: func(line []byte) error {
					if string(line) == "bad" {
						return errors.New("refused")
					}
					pids <- string(line)
					return nil
				},
				Said: func([]byte) {},
				Over: func(why error) { over <- why },
			})
			if err != nil {
				t.Fatal(err)
			}
			pid := <-pids
			if c.kill {
				p.Kill()
			}
			<-p.Gone()
			if why := <-over; !strings.Contains(why.Error(), c.why) || len(over) > 0 {
				t.Errorf("got %v and %d more, want %s", why, len(over), c.why)
			}
			gone(t, pid)
		})
	}
}

// gone waits until a process has ended: it was killed, and somebody must still
// have seen that.
func gone(t *testing.T, pid string) {
	t.Helper()
	n, err := strconv.Atoi(pid)
	if err != nil {
		t.Fatal(err)
	}
	for range 500 {
		if stat, err := os.ReadFile("/proc/" + pid + "/stat"); err == nil && strings.Contains(string(stat), ") Z ") {
			return // it is dead; its parent, who is not ours, has not looked
		}
		if errors.Is(syscall.Kill(n, 0), syscall.ESRCH) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %s is left behind", pid)
}
