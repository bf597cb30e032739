package drivercheck

import (
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target"
	"github.com/relaysim/relaysim/sim/target/driver"
	"github.com/relaysim/relaysim/sim/verdict"
)

// TestMain is also a filter before a driver; see leaks.
func TestMain(m *testing.M) {
	if name := os.Getenv(leakVariable); name != "" {
		if err := filter(leaks[name], os.Args[1:]); err != nil {
			log.Fatal(err)
		}
		return
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(exampleDir)
		os.Exit(code)
	}))
}

// What a probe wants is what the built-in gateway does, in every revision; and
// what it needs is something that a hello can name.
func TestProbesHold(t *testing.T) {
	t.Parallel()
	probes, err := loadProbes()
	if err != nil {
		t.Fatal(err)
	}
	stage, err := play.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	defer stage.Close()
	names := append(append(target.Abilities(), target.Calls()...), eventTag)
	for _, o := range target.Options() {
		names = append(names, play.OptionPrefix+o)
	}
	for _, p := range probes {
		for _, tag := range p.Tags {
			if !slices.Contains(names, tag) {
				t.Errorf("%s: the tag %s is nothing that a driver claims", p.Pos.File, tag)
			}
		}
		if !strings.Contains(p.About, "See ") {
			t.Errorf("%s: about names no section of PROTOCOL.md", p.Pos.File)
		}
		for _, rev := range wire.Revisions() {
			if len(p.Revisions) > 0 && !slices.Contains(p.Revisions, rev.Name) {
				continue
			}
			if r := stage.Run(t.Context(), p, rev, play.Options{}); r.Outcome != verdict.Passed {
				t.Errorf("%s [%s]: %v %v", p.Pos.File, rev.Name, r.Outcome, r.Problems)
			}
		}
	}
	for _, what := range names {
		if !slices.ContainsFunc(probes, func(p *scenario.Scenario) bool { return slices.Contains(p.Tags, what) }) {
			t.Errorf("no probe is about %s", what)
		}
	}
}

// exampleDir is where the Go example is while the tests run.
var exampleDir = filepath.Join(os.TempDir(), fmt.Sprintf("relaysim-drivercheck-%d", os.Getpid()))

// example compiles it, once for all tests.
var example = sync.OnceValues(func() (program string, err error) {
	program = filepath.Join(exampleDir, "driver")
	if out, err := exec.Command("go", "build", "-o", program, "../target/example/go").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return program, nil
})

func build(t *testing.T) string {
	t.Helper()
	program, err := example()
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// A driver that does something wrong is told so first, and then only of what
// follows from it. The good one stands behind a filter that makes it wrong.
func TestEachWrongIsNamed(t *testing.T) {
	t.Parallel()
	program := build(t)
	probes, err := loadProbes()
	if err != nil {
		t.Fatal(err)
	}
	in := func(sed string) string { return fmt.Sprintf("sed -u '%s' | %s", sed, program) }
	out := func(sed string) string { return fmt.Sprintf("%s | sed -u '%s'", program, sed) }
	for name, c := range map[string]struct {
		command string
		probes  []*scenario.Scenario // nil: what is wrong shows without any
		wrong   []string             // parts of the items
		saw     []string
	}{
		"good": {program, probes, nil, nil},
		"has many faults": {
			fmt.Sprintf("sed -u '%s' | tee /dev/stderr | %s | sed -u '%s'",
				`/"type":"fail"/d; s/"call":"edit"/"call":"typing"/; s/"typing":false/"x":1/; s/"group_sessions_per_user":false/"x":1/`, program,
				`/"name":.*"type":"result"/d; /"type":"interrupted"/d; s/"state":"disconnected"/"state":"connected"/`),
			probes,
			[]string{
				"fail ends", "call edit", "get_chat_info", "an interrupt is reported", "a lost connection", "option typing",
				"option group_sessions", "no secret",
			},
			[]string{"nothing matches", "no result", "no interrupted", "disconnected", "the gateway's secret"},
		},
		"has other keys": {
			out(`s/"session_key":"agent:main/"session_key":"agent:other/`), probes,
			[]string{"reported as a turn", "follow_up", "an interrupt is reported"}, []string{"agent:other"},
		},
		"ignores replies": {
			in(`/"type":"reply"/d`), probes,
			[]string{
				"reply ends", "fail ends", "sync is answered", "an interrupt is", "kill cuts", "forgotten the sessions", "typing was off",
				"option typing", "option group_sessions",
			}, []string{"nothing matches"},
		},
		"keeps the clock": {
			in(`s/"type":"advance"/"type":"sync"/`), probes,
			[]string{"advance moves", "a dormant gateway", "option request_timeout", "option back_off", "option handshake_timeout"},
			[]string{"no result"},
		},
		"heeds nothing": {
			in(`s/"\(typing\|commands\|reconnect\|max_message\|whatsapp_aliases\|[a-z_]*_timeout_ms\|back_off_ms\|[a-z]*_sessions_per_user\)":/"x":/g`),
			about(probes, "option."),
			[]string{
				"option typing", "option group_sessions", "option request_timeout", "option thread_sessions", "option whatsapp_aliases",
				"option commands", "option reconnect", "option back_off", "option handshake_timeout", "option max_message",
			}, []string{"nothing matches"},
		},
		"dies of a type":  {in(`/"type":"of_a_newer/Q`), nil, []string{"unknown type"}, []string{"ended by itself"}},
		"dies of a field": {in(`/of_a_newer_relaysim":/Q`), nil, []string{"unknown field"}, []string{"ended by itself"}},
		"ends badly":      {program + "; exit 3", nil, []string{"with exit status 0", "stdin has ended"}, []string{"exit status 3"}},
		"never ends": {
			program + "; sleep 60", nil, []string{"ends soon after stop", "stdin has ended", "ends after its last run"},
			[]string{"did not end within"},
		},
		"says no hello": {out(`/"type":"hello"/s/"name"/"nmae"/`), probes, []string{"says hello"}, []string{"its hello has no name"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := check(t.Context(), driver.Options{Command: c.command, Stop: 500 * time.Millisecond}, c.probes, nil)
			if err != nil {
				t.Fatal(err)
			}
			wants(t, r, c.wrong, c.saw)
		})
	}
}

// about are the probes that are about something that begins so.
func about(probes []*scenario.Scenario, what string) (some []*scenario.Scenario) {
	for _, p := range probes {
		if len(p.Tags) > 0 && strings.HasPrefix(p.Tags[0], what) {
			some = append(some, p)
		}
	}
	return some
}

// wants wants these items of a report to be wrong and no other.
func wants(t *testing.T, r *Report, want, saw []string) {
	t.Helper()
	var wrong []string
	seen := ""
	for _, i := range r.Items {
		if i.Outcome == Wrong {
			wrong = append(wrong, i.What)
			seen += i.Saw + "\n"
			if i.Do == "" || i.Saw == "" {
				t.Errorf("%s says nothing to do, or nothing that was seen", i.What)
			}
		}
	}
	ok := len(wrong) == len(want)
	for i := range min(len(wrong), len(want)) {
		ok = ok && strings.Contains(wrong[i], want[i])
	}
	for _, text := range saw {
		ok = ok && strings.Contains(seen, text)
	}
	if !ok {
		t.Errorf("got %q, want %q\nseen: %s\nwant: %q", wrong, want, seen, saw)
	}
}
