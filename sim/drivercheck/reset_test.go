package drivercheck

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target"
	"github.com/relaysim/relaysim/sim/target/driver"
)

type object = map[string]any

// leak is what a driver keeps beyond a reset: the good one, behind a filter that
// changes what it is told, and what it says.
type leak struct {
	tell  func(m object)      // nil: nothing is changed
	hear  func(m object) bool // whether it is passed on; nil: everything is
	wrong []string            // parts of the items
	saw   string
}

var leaks = map[string]leak{
	"nothing":             {},
	"its life":            {tell: renamed("reset", "sync"), wrong: []string{resets}, saw: "was still open when reset was answered"},
	"its sessions":        {tell: renamed("reset", "kill"), wrong: []string{"the sessions"}, saw: "was there before the reset"},
	"its turns":           stuck,
	"its chats":           {tell: scoped, wrong: []string{"the chats"}, saw: "scope_id"},
	"its first start":     {tell: first("gateway_id", "secret", "identities"), wrong: []string{"who start says", "the credentials"}, saw: "auth"},
	"its identities":      {tell: first("identities"), wrong: []string{"who start says"}, saw: "botId"},
	"its secret":          {tell: merged("gateway_id", "secret"), wrong: []string{"the credentials"}, saw: "auth: want \"absent\""},
	"its options":         {tell: merged("options"), wrong: []string{"forgotten the options", "typing was off"}, saw: "command_manifest"},
	"that typing was off": {tell: untyped(), wrong: []string{"typing was off"}, saw: "no gateway frame"},
}

func renamed(from, to string) func(object) {
	return func(m object) {
		if m["type"] == from {
			m["type"] = to
		}
	}
}

// scoped gives a chat the scope that it had.
func scoped(m object) {
	if args, ok := m["args"].(object); ok && args["chat_id"] == "C77" {
		args["metadata"] = object{"scope_id": "G1"}
	}
}

// first keeps members of the first start.
func first(names ...string) func(object) {
	var start object
	return func(m object) {
		if m["type"] != "start" {
			return
		}
		if start == nil {
			start = maps.Clone(m)
		}
		for _, name := range names {
			m[name] = start[name]
		}
	}
}

// merged keeps what a start does not say of members that the starts before said.
func merged(names ...string) func(object) {
	before := object{}
	return func(m object) {
		if m["type"] != "start" {
			return
		}
		for _, name := range names {
			switch of := m[name].(type) {
			case nil:
				m[name] = before[name]
			case object:
				all := object{}
				if old, ok := before[name].(object); ok {
					maps.Copy(all, old)
				}
				maps.Copy(all, of)
				m[name] = all
			}
			before[name] = m[name]
		}
	}
}

// untyped never types again once it was told not to.
func untyped() func(object) {
	off := false
	return func(m object) {
		if options, ok := m["options"].(object); ok {
			off = off || options["typing"] == false
			if off {
				options["typing"] = false
			}
		}
	}
}

// stuck begins no turn of a session in which one was open.
var stuck = func() leak {
	var mu sync.Mutex
	open := map[any]any{} // turns by their sessions
	return leak{
		tell: func(m object) {
			mu.Lock()
			defer mu.Unlock()
			if m["type"] == "reply" {
				maps.DeleteFunc(open, func(_, turn any) bool { return turn == m["turn"] })
			}
		},
		hear: func(m object) bool {
			if m["type"] != "turn" {
				return true
			}
			mu.Lock()
			defer mu.Unlock()
			_, waits := open[m["session_key"]]
			if !waits {
				open[m["session_key"]] = m["turn"]
			}
			return !waits
		},
		wrong: []string{"the sessions"}, saw: "no event happened",
	}
}()

// TestWhatIsKeptIsNamed wants driver-check to find what a driver keeps.
func TestWhatIsKeptIsNamed(t *testing.T) {
	t.Parallel()
	program := build(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	probes, err := loadProbes()
	if err != nil {
		t.Fatal(err)
	}
	probes = append(probes[:1:1], about(probes, target.Reset)...)
	for name, l := range leaks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			command := fmt.Sprintf("%s %s='%s' exec '%s' %s", atOnce, leakVariable, name, self, program)
			wants(t, probed(t, driver.Options{Command: command}, probes), l.wrong, []string{l.saw})
		})
	}
}

// A driver that does not answer reset is told so once, and then started for each
// probe. It cannot be asked for anything else, so nothing else can be late.
func TestAResetThatIsNotAnswered(t *testing.T) {
	t.Parallel()
	probes, err := loadProbes()
	if err != nil {
		t.Fatal(err)
	}
	command := fmt.Sprintf(`sed -u '/"type":"reset"/d' | %s | sed -u 's/"sync","clock","kill",//'`, build(t))
	o := driver.Options{Command: command, Answer: 300 * time.Millisecond}
	wants(t, probed(t, o, probes[:3]), []string{resets}, []string{"it did not answer reset"})
}

// A driver that never comes to a reset is not said to answer it.
func TestAResetThatNeverCame(t *testing.T) {
	t.Parallel()
	probes, err := loadProbes()
	if err != nil {
		t.Fatal(err)
	}
	o := driver.Options{Command: fmt.Sprintf(`sed -u '/"type":"start"/Q' | %s`, build(t)), Stop: 500 * time.Millisecond}
	r := probed(t, o, probes)
	last := r.Items[slices.IndexFunc(r.Items, func(i Item) bool { return i.What == resets })]
	if last.Outcome != NotTried || r.Count(NotTried) < len(probes)-10 {
		t.Errorf("%s: %s, and %d of %d probes were not tried", resets, last.Outcome, r.Count(NotTried), len(probes))
	}
}

// probed is the report on some probes alone.
func probed(t *testing.T, o driver.Options, probes []*scenario.Scenario) *Report {
	t.Helper()
	r := &Report{About: target.Description{Revisions: []string{wire.R8.Name}, Can: target.Abilities()}, sessions: map[string]bool{}}
	r.About.Can = append(r.About.Can, target.Calls()...)
	if err := r.probe(t.Context(), o, probes, func(string) string { return "" }); err != nil {
		t.Fatal(err)
	}
	return r
}

// atOnce keeps a program that is built to find races from sleeping for a second
// before it ends.
const atOnce = "GORACE=atexit_sleep_ms=0"

// leakVariable says which filter the test's own program is.
const leakVariable = "RELAYSIM_TEST_LEAK"

// filter runs a driver that keeps something.
func filter(l leak, command []string) error {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() {
		defer in.Close()
		pass(in, os.Stdin, func(m object) bool {
			if l.tell != nil {
				l.tell(m)
			}
			return true
		})
	}()
	pass(os.Stdout, out, func(m object) bool { return l.hear == nil || l.hear(m) })
	return cmd.Wait()
}

// pass hands lines on that are to be.
func pass(to io.Writer, from io.Reader, keep func(object) bool) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var m object
		if json.Unmarshal(lines.Bytes(), &m) != nil || !keep(m) {
			continue
		}
		line, err := json.Marshal(m)
		if err == nil {
			_, err = to.Write(append(line, '\n'))
		}
		if err != nil {
			return
		}
	}
}
