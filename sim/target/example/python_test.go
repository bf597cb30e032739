package example

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/verdict"
)

// python finds one that has the websockets library, or skips the test.
func python(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(name, "-c", "import websockets").Run() == nil {
			return name
		}
	}
	t.Skip("no Python with the websockets library is here: apt-get install python3-websockets")
	return ""
}

// TestThePythonDriverAnswersThroughFollowUp plays what the example is copied for
// first.
func TestThePythonDriverAnswersThroughFollowUp(t *testing.T) {
	program := python(t) + " " + filepath.Join("python", "gateway.py")
	var list []*scenario.Scenario
	for _, sc := range scenarios(t) {
		if strings.Contains(sc.Pos.File, "/follow-up/") {
			list = append(list, sc)
		}
	}
	if counts := judge(t, playAll(t, program, list)); counts[verdict.Passed] == 0 {
		t.Error("nothing was played")
	}
}
