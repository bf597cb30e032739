package drivercheck

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
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

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

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

// build compiles the Go example.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "driver")
	out, err := exec.Command("go", "build", "-o", program, "../target/example/go").CombinedOutput()
	if err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// A driver that does one thing wrong is told so first, and then only of what
// follows from it. The good one stands behind a filter that makes it wrong.
func TestEachWrongIsNamed(t *testing.T) {
	t.Parallel()
	program := build(t)
	in := func(sed string) string { return fmt.Sprintf("sed -u '%s' | %s", sed, program) }
	out := func(sed string) string { return fmt.Sprintf("%s | sed -u '%s'", program, sed) }
	for name, c := range map[string]struct {
		command string
		wrong   []string // parts of the items
		saw     string
	}{
		"good":               {program, nil, ""},
		"has other keys":     {out(`s/"session_key":"agent:main/"session_key":"agent:other/`), []string{"reported as a turn", "follow_up", "an interrupt is reported"}, "agent:other"},
		"ignores replies":    {in(`/"type":"reply"/d`), []string{"reply ends", "fail ends", "sync is answered", "an interrupt is", "kill cuts", "option typing", "option group_sessions"}, "nothing matches"},
		"swallows failures":  {in(`/"type":"fail"/d`), []string{"fail ends"}, "nothing matches"},
		"edits with typing":  {in(`s/"call":"edit"/"call":"typing"/`), []string{"call edit"}, "nothing matches"},
		"has no result":      {out(`/"name":.*"type":"result"/d`), []string{"get_chat_info"}, "no result"},
		"has no interrupts":  {out(`/"type":"interrupted"/d`), []string{"an interrupt is reported"}, "no interrupted"},
		"keeps the clock":    {in(`s/"type":"advance"/"type":"sync"/`), []string{"advance moves", "a dormant gateway", "option request_timeout", "option back_off", "option handshake_timeout"}, "no result"},
		"claims to live":     {out(`s/"state":"disconnected"/"state":"connected"/`), []string{"a lost connection"}, "disconnected"},
		"types all the same": {in(`s/"typing":false/"x":1/`), []string{"option typing"}, "typing"},
		"shares no group":    {in(`s/"group_sessions_per_user":false/"x":1/`), []string{"option group_sessions"}, "nothing matches"},
		"heeds nothing": {
			in(`s/"\(typing\|commands\|reconnect\|max_message\|whatsapp_aliases\|[a-z_]*_timeout_ms\|back_off_ms\|[a-z]*_sessions_per_user\)":/"x":/g`),
			[]string{
				"option typing", "option group_sessions", "option request_timeout", "option thread_sessions", "option whatsapp_aliases",
				"option commands", "option reconnect", "option back_off", "option handshake_timeout", "option max_message",
			}, "nothing matches",
		},
		"answers no reset":  {in(`/"type":"reset"/d`), []string{"start dials", "reported as a turn", "reply ends"}, "it did not answer reset"},
		"prints its secret": {"tee /dev/stderr | " + program, []string{"no secret"}, "the gateway's secret"},
		"dies of a type":    {in(`/"type":"of_a_newer/Q`), []string{"unknown type"}, "ended by itself"},
		"dies of a field":   {in(`/of_a_newer_relaysim":/Q`), []string{"unknown field"}, "ended by itself"},
		"ends badly":        {program + "; exit 3", []string{"with exit status 0", "stdin has ended"}, "exit status 3"},
		"never ends":        {program + "; sleep 60", []string{"ends soon after stop", "stdin has ended", "ends after its last run"}, "did not end within"},
		"says no hello":     {out(`/"type":"hello"/s/"name"/"nmae"/`), []string{"says hello"}, "its hello has no name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := Run(t.Context(), driver.Options{Command: c.command, Stop: time.Second, Answer: 3 * time.Second}, nil)
			if err != nil {
				t.Fatal(err)
			}
			var wrong []string
			saw := ""
			for _, i := range r.Items {
				if i.Outcome == Wrong {
					wrong = append(wrong, i.What)
					saw += i.Saw + "\n"
					if i.Do == "" || i.Saw == "" {
						t.Errorf("%s says nothing to do, or nothing that was seen", i.What)
					}
				}
			}
			ok := len(wrong) == len(c.wrong)
			for i := range min(len(wrong), len(c.wrong)) {
				ok = ok && strings.Contains(wrong[i], c.wrong[i])
			}
			if !ok || !strings.Contains(saw, c.saw) {
				t.Errorf("got %q, want %q\nseen: %s", wrong, c.wrong, saw)
			}
		})
	}
}
