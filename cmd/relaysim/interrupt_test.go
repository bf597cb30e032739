//go:build unix

package main

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const hanging = `name: it hangs
tags: [hangs]
steps:
  - inbound: {text: hi}
  - expect: {event: {text: hi}}
`

// Ctrl-C ends a run that hangs at once and says what was played.
func TestInterruptStopsAtOnceAndSaysWhatRan(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, text := range map[string]string{
		"a.yaml": strings.ReplaceAll(hanging, "hangs", "passes"),
		"b.yaml": hanging,
		"c.yaml": strings.ReplaceAll(hanging, "hangs", "comes-too-late"),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var stdout bytes.Buffer
	cmd := exec.Command(self)
	cmd.Args = []string{"pretend", "simulate", "-j", "1", "--timeout", "5m", "--revision", "2026-08", folder}
	cmd.Stdout = &stdout
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() && !strings.Contains(lines.Text(), "began it hangs") {
	}
	sent := time.Now()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	var last string
	for lines.Scan() {
		last = lines.Text()
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != statusFailed {
		t.Errorf("got %v, want exit status %d", err, statusFailed)
	}
	if took := time.Since(sent); took > 10*time.Second {
		t.Errorf("it took %s to stop", took)
	}
	if want := "relaysim: interrupted: 1 of 3 runs played"; last != want {
		t.Errorf("got %q, want %q", last, want)
	}
	for _, want := range []string{"????  it hangs [2026-08]  " + filepath.Join(folder, "b.yaml") + ":1  stopped before it ended\n", "1 not judged\n1 not run\n1 passed, 0 failed\n"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("stdout lacks %q:\n%s", want, stdout.String())
		}
	}
}
