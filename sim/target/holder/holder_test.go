//go:build unix

package holder_test

import (
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/relaysim/relaysim/sim/target/holder"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A program that does not keep the protocol, or does not end, is gone in time, and
// the error is the reason. That what it has started is gone with it is asked of
// package program.
func TestAProgramEnds(t *testing.T) {
	t.Parallel()
	const heir = `sleep 600 & read l; `
	for name, c := range map[string]struct{ script, start, end string }{
		"ignores stop":      {heir + `echo '{"id":1,"url":"http://x"}'; sleep 600`, "", "was killed"},
		"dies":              {heir + `exit 3`, "it ended by itself (exit status 3)", ""},
		"writes no end":     {heir + `yes | tr -d '\n' | head -c 5000000; sleep 600`, "a line of more than", ""},
		"speaks nonsense":   {heir + `echo Traceback; sleep 600`, "which is no message", ""},
		"ends when it must": {heir + `echo '{"id":1,"url":"http://x"}'; read l`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _, err := holder.Start(t.Context(), holder.Program{Command: c.script}, nil, func(string) {})
			if !says(err, c.start) {
				t.Errorf("start: got %v, want %q", err, c.start)
			}
			if h != nil {
				if err := h.Close(); !says(err, c.end) {
					t.Errorf("close: got %v, want %q", err, c.end)
				}
			}
		})
	}
}

func says(err error, text string) bool {
	if text == "" {
		return err == nil
	}
	return err != nil && strings.Contains(err.Error(), text)
}
