package example

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/relaysim/relaysim/sim/verdict"
)

// findPython finds one that has the websockets library; empty where none is here.
func findPython() string {
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(name, "-c", "import websockets").Run() == nil {
			return name
		}
	}
	return ""
}

// TestThePythonDriverPasses plays every scenario. What it does not claim to keep
// is skipped; nothing else may be, and nothing may fail.
func TestThePythonDriverPasses(t *testing.T) {
	t.Parallel()
	python := findPython()
	if python == "" {
		t.Skip("no Python with the websockets library is here: apt-get install python3-websockets")
	}
	results := playAll(t, python+" "+filepath.Join("python", "gateway.py"), scenarios(t))
	counts := judge(t, results)
	if counts[verdict.Passed] < 80 {
		t.Errorf("only %d passed", counts[verdict.Passed])
	}
	compared := 0
	for _, r := range results {
		if r.Outcome == verdict.Skipped && r.Reason == "" {
			t.Errorf("%s [%s]: skipped without a reason", r.File, r.Revision)
		}
		if r.Outcome != verdict.Passed {
			continue
		}
		if r.Compared == nil {
			t.Errorf("%s [%s]: does not say how much was compared", r.File, r.Revision)
			continue
		}
		compared += r.Compared.Fields
	}
	if compared < 700 {
		t.Errorf("only %d fields were compared", compared)
	}
}

// TestThePythonDriverIsShort keeps it an example: whoever wants more of the
// contract has a gateway of their own.
func TestThePythonDriverIsShort(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("python", "gateway.py"))
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("\n")); n > 150 {
		t.Errorf("it has %d lines, want 150 at most", n)
	}
}
