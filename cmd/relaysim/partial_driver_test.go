package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAPartialDriverIsSkipped plays against the Go driver behind a filter that
// takes the name of who wrote out of what it reports. A scenario whose agent asks
// for it is skipped, and every report says why.
func TestAPartialDriverIsSkipped(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("sed"); err != nil {
		t.Skip("the filter is sed")
	}
	dir, driver := t.TempDir(), goDriver(t)
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	command := driver + ` | sed -u 's/"user_name":/"nick":/'`
	scenario := write("names.yaml", `name: it knows ann
agent:
  - when: {user_name: ann}
    do: [{reply: hello ann}]
steps:
  - inbound: {text: hi, user: {id: U1, name: ann}}
  - expect: {event: {text: hi}}
  - expect: {send: {content: hello ann}}
`)
	other := write("other.yaml", "name: it answers\nagent: [{do: [{reply: hello}]}]\nsteps:\n  - inbound: {text: hi}\n"+
		"  - expect: [{event: {text: hi}}, {send: {content: hello}}]\n")
	targets := write("m.yaml", "- {name: all, gateway: built-in}\n- name: part\n  gateway: |\n    "+command+"\n")
	junit := filepath.Join(dir, "out.xml")

	const reason = "it does not report event.source.user_name, which a rule of the agent's asks for"
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"--gateway", command}, []string{"    2  " + reason + "\n", "\n2 passed, 0 failed, 2 skipped;"}},
		{[]string{"--gateway", command, "-v"}, []string{"skip  it knows ann [2026-08]", "      " + reason + " (line 3)\n"}},
		{[]string{"--matrix", targets}, []string{"skipped on some: 2\n", "  ok    skip  it knows ann [2026-08]", "      part: " + reason + " (line 3)\n"}},
		{[]string{"--gateway", command, "--json"}, []string{`"outcome":"skipped","reason":"` + reason}},
	} {
		var stdout, stderr bytes.Buffer
		args := append([]string{"simulate", scenario, other, "--junit", junit}, c.args...)
		if status := Main(args, strings.NewReader(""), &stdout, &stderr); status != 0 {
			t.Errorf("%q: exit status %d\n%s", c.args, status, &stderr)
		}
		for _, want := range c.want {
			if !strings.Contains(stdout.String(), want) {
				t.Errorf("%q: want %q in\n%s", c.args, want, &stdout)
			}
		}
		if xml, err := os.ReadFile(junit); err != nil || !strings.Contains(string(xml), `<skipped message="it does not report event.source.user_name`) {
			t.Errorf("%q: JUnit has %v\n%s", c.args, err, xml)
		}
	}
}

// TestADriverThatCannotSyncMayDialLate plays against the Go driver, which does not
// claim sync and hears of each start after the time in which nothing must happen.
func TestADriverThatCannotSyncMayDialLate(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("sed"); err != nil {
		t.Skip("the filter is sed")
	}
	path := filepath.Join(t.TempDir(), "x.yaml")
	if err := os.WriteFile(path, []byte("name: x\nsteps:\n  - expect: {open: {status: 101}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	late := `while read -r line; do case $line in *'"start"'*) sleep 0.6 ;; esac; echo "$line"; done`
	command := late + " | " + goDriver(t) + ` | sed -u 's/"sync","clock",//'`
	var stdout, stderr bytes.Buffer
	args := []string{"simulate", "--revision", "2026-08", "--gateway", command, path}
	if status := Main(args, strings.NewReader(""), &stdout, &stderr); status != 0 {
		t.Errorf("exit status %d\n%s%s", status, &stdout, &stderr)
	}
}

// goDriver compiles the Go driver.
func goDriver(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "driver")
	if out, err := exec.Command("go", "build", "-o", program, "../../sim/target/example/go").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}
