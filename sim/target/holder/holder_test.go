//go:build unix

package holder_test

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/relaysim/relaysim/sim/target/holder"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A program that does not keep the protocol, or does not end, is gone in time,
// with what it has started, and the error is the reason.
func TestNothingIsLeftBehind(t *testing.T) {
	t.Parallel()
	const heir = `sleep 600 & echo "{\"note\":\"$!\"}"; read l; `
	for name, c := range map[string]struct{ script, start, end string }{
		"ignores stop":      {heir + `echo '{"id":1,"url":"http://x"}'; sleep 600`, "", "was killed"},
		"dies":              {heir + `exit 3`, "it ended by itself (exit status 3)", ""},
		"writes no end":     {heir + `yes | tr -d '\n' | head -c 5000000; sleep 600`, "a line of more than", ""},
		"speaks nonsense":   {heir + `echo Traceback; sleep 600`, "which is no message", ""},
		"ends when it must": {heir + `echo '{"id":1,"url":"http://x"}'; read l`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pid := 0
			h, _, err := holder.Start(t.Context(), holder.Program{Command: c.script}, nil, func(reason string) { pid, _ = strconv.Atoi(reason) })
			if !says(err, c.start) {
				t.Errorf("start: got %v, want %q", err, c.start)
			}
			if h != nil {
				if err := h.Close(); !says(err, c.end) {
					t.Errorf("close: got %v, want %q", err, c.end)
				}
			}
			for range 500 {
				stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
				if strings.Contains(string(stat), ") Z ") || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
					return // dead, whether or not its new parent has looked
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Errorf("process %d is left behind", pid)
		})
	}
}

func says(err error, text string) bool {
	if text == "" {
		return err == nil
	}
	return err != nil && strings.Contains(err.Error(), text)
}
