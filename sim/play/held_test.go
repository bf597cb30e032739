package play_test

import (
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/scenarios"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target/holder"
	"github.com/relaysim/relaysim/sim/verdict"
)

// driver builds the example of a connector driver.
func driver(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "driver")
	if out, err := exec.Command("go", "build", "-o", path, "../target/holder/example").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

func heldBy(t *testing.T, command string, answer time.Duration) play.Options {
	transport := &http.Transport{DisableKeepAlives: true}
	t.Cleanup(transport.CloseIdleConnections)
	return play.Options{
		Settle: 30 * time.Millisecond, Patience: 2 * time.Second,
		Connector: &play.Live{
			Client:  &http.Client{Transport: transport},
			Program: &holder.Program{Command: command, Stderr: os.Stderr, Answer: answer},
		},
	}
}

// One in thirty of all scenarios, played against a connector that a driver
// holds: it passes whatever is not skipped.
func TestHeldConnector(t *testing.T) {
	t.Parallel()
	o, st, n := heldBy(t, driver(t), 0), stageFor(t), 0
	err := fs.WalkDir(scenarios.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if n++; n%30 != 0 {
			return nil
		}
		sc, err := scenario.LoadFile(scenarios.FS, path)
		if err != nil {
			return err
		}
		t.Run(path, func(t *testing.T) {
			rev := wire.R8
			if len(sc.Revisions) > 0 {
				rev, _ = wire.ParseRevision(sc.Revisions[0])
			}
			r := st.Run(t.Context(), sc, rev, o)
			if r.Outcome != verdict.Passed && r.Outcome != verdict.Skipped {
				t.Errorf("%s %v", r.Outcome, r.Problems)
			}
		})
		return nil
	})
	if err != nil || n < 30 {
		t.Errorf("%d, %v", n, err)
	}
}

// A held connector with a fault fails the scenario that is about it, for the
// right reason.
func TestHeldConnectorWithAFault(t *testing.T) {
	t.Parallel()
	path, st := driver(t), stageFor(t)
	for fault, c := range map[string]struct{ scenario, want string }{
		"":                          {"trust/a-tenant-edits-only-its-own-messages.yaml", ""},
		"the scope is lost":         {"scope/a-reply-carries-its-guild.yaml", "scope"},
		"all users are one":         {"session-keys/a-group-is-per-user.yaml", "session_key"},
		"texts are trimmed":         {"scope/a-reply-carries-its-guild.yaml", "text"},
		"events are lost":           {"scope/a-reply-carries-its-guild.yaml", "no event happened"},
		"the token is not stripped": {"follow-up/a-guild-slash-command.yaml", "FU-4"},
		"tenants are one":           {"trust/a-tenant-edits-only-its-own-messages.yaml", "success"},
		"no results":                {"conformance/refusals-say-why.yaml", "no connector frame happened"},
		"nobody is revoked":         {"auth/bad-tokens-are-closed-4401.yaml", "no close happened"},
		"everybody is let in":       {"auth/bad-tokens-are-closed-4401.yaml", "no close happened"},
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			sc, err := scenario.LoadFile(scenarios.FS, c.scenario)
			if err != nil {
				t.Fatal(err)
			}
			o := heldBy(t, "env RELAYSIM_FAULT='"+fault+"' "+path, 0)
			o.Patience = 500 * time.Millisecond
			r := st.Run(t.Context(), sc, wire.R8, o)
			said := ""
			for _, p := range r.Problems {
				said += p.Rule + " " + p.Text + " "
				for _, d := range p.Diffs {
					said += d.Path + " "
				}
			}
			switch {
			case c.want == "" && r.Outcome != verdict.Passed:
				t.Errorf("%s %s", r.Outcome, said)
			case c.want != "" && (r.Outcome != verdict.Failed || !strings.Contains(said, c.want)):
				t.Errorf("%s: %s, want a failure that says %q", r.Outcome, said, c.want)
			}
		})
	}
}

// A driver that does not keep the protocol fails the run soon, with what to do.
func TestHeldByABadDriver(t *testing.T) {
	t.Parallel()
	st := stageFor(t)
	sc, err := scenario.Load("x.yaml", []byte("name: x\nsteps: [{expect: {state: connected}}]"))
	if err != nil {
		t.Fatal(err)
	}
	for command, want := range map[string]string{
		"no-such-program-anywhere": "did not find the command (exit status 127)",
		"true":                     "it must run until it is told to stop",
		"sleep 60":                 "it did not answer start within 300ms",
		"echo hello":               "its stdout is for the protocol",
		"yes":                      "its stdout is for the protocol",
		"sh -c 'read l; echo \"{\\\"id\\\":7}\"; cat'":          "it answered 7, but 1 (start) was asked",
		"sh -c 'read l; echo \"{\\\"id\\\":1}\"; cat >&2'":      "its answer to start has no url",
		"sh -c 'head -c 5000000 /dev/zero | tr \"\\0\" x; cat'": "a line of more than 4194304 bytes",
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			answer := 5 * time.Second
			if command == "sleep 60" {
				answer = 300 * time.Millisecond
			}
			o := heldBy(t, command, answer)
			o.Connector.Program.Stderr = nil
			r := st.Run(t.Context(), sc, wire.R8, o)
			if r.Outcome != verdict.Failed || r.Elapsed > 15*time.Second || !strings.Contains(r.Problems[0].Text, want) {
				t.Errorf("%s in %s: %v, want %q", r.Outcome, r.Elapsed, r.Problems, want)
			}
		})
	}
}
