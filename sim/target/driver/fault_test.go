package driver_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target/driver"
	"github.com/relaysim/relaysim/sim/verdict"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	hello = `echo '{"type":"hello","protocol":1,"name":"bad","revision":"2026-08","can":["sync","send"]}'; `
	// mute cannot be asked whether it has handled everything.
	mute = `echo '{"type":"hello","protocol":1,"name":"bad","revision":"2026-08"}'; `
)

// A driver that does wrong is ended in time, and the run says what it did.
func TestFaultsEndARun(t *testing.T) {
	for name, c := range map[string]struct {
		script, want string
	}{
		"dies":             {hello + `read l; echo boom >&2; exit 3`, "it ended by itself (exit status 3)"},
		"dies unasked":     {mute + `read l; echo boom >&2; exit 3`, "it ended by itself (exit status 3)"},
		"dies deaf":        {hello + `exec <&-; echo boom >&2; exit 3`, "it ended by itself (exit status 3)"},
		"dies mute":        {hello + `read l; exec >&-; echo boom >&2; exit 3`, "it ended by itself (exit status 3)"},
		"dies with a heir": {hello + `read l; sleep 60 & echo boom >&2; exit 3`, "it ended by itself (exit status 3)"},
		"is mute":          {hello + `read l; exec >&-; sleep 60`, "it closed its stdout"},
		"stalls":           {hello + `sleep 60`, "it did not answer sync within"},
		"floods":           {hello + `read l; yes '{"type":"log","text":"x"}'`, "it floods"},
		"speaks nonsense":  {hello + `read l; echo Traceback; sleep 60`, "not a JSON object"},
		"greets twice":     {hello + hello + `sleep 60`, "it said hello twice"},
		"answers no call":  {hello + `read l; echo '{"type":"result","id":99,"result":{}}'; sleep 60`, "call 99, which was never made"},
		"answers no sync":  {hello + `read l; echo '{"type":"synced","id":99}'; sleep 60`, "synced with the id 99"},
		"misspells":        {hello + `read l; echo '{"type":"trun"}'; sleep 60`, "did you mean turn?"},
		"writes no end":    {hello + `read l; yes | tr -d '\n' | head -c 5000000; sleep 60`, "a line of more than"},
		"ignores the stop": {`trap '' TERM; ` + hello + `while :; do sleep 1; done`, "it did not answer sync within"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage, err := play.NewStage()
			if err != nil {
				t.Fatal(err)
			}
			defer stage.Close()
			d, err := driver.New(t.Context(), driver.Options{Command: c.script, Answer: patience(name), Stop: 200 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			sc, err := scenario.Load("x.yaml", []byte("name: x\nsteps:\n  - expect: {nothing: true}\n"))
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			r := stage.Run(t.Context(), sc, wire.R8, play.Options{Target: d, Settle: time.Second})
			if r.Outcome != verdict.Failed || len(r.Problems) != 1 || !strings.Contains(r.Problems[0].Text, c.want) {
				t.Errorf("got %v %v, want a failure with %q and no other", r.Outcome, r.Problems, c.want)
			}
			if strings.Contains(c.script, "exit 3") && !slices.Contains(r.Said, "boom") {
				t.Errorf("got %q, want the last that it printed", r.Said)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// patience is short where a driver is to be found out for answering nothing.
func patience(name string) time.Duration {
	if name == "stalls" || name == "ignores the stop" {
		return 500 * time.Millisecond
	}
	return 10 * time.Second
}

// What is wrong before anything can be played says so at once.
func TestABadHelloIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ script, want string }{
		"silence":   {`sleep 60`, "it did not say hello within"},
		"no start":  {`/no/such/program`, "did not find the command (exit status 127)"},
		"old":       {`echo '{"type":"hello","protocol":9,"name":"x","revision":"2026-08"}'; sleep 60`, "protocol 9"},
		"misspells": {`echo '{"type":"hello","protocol":1,"name":"x","revision":"2026-08","can":["synch"]}'; sleep 60`, "did you mean sync?"},
		"lies":      {`echo '{"type":"hello","protocol":1,"name":"x","revision":"2026-08","lacks":["XX-1"]}'; sleep 60`, "no rule of the contract"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := driver.New(t.Context(), driver.Options{Command: c.script, Hello: 500 * time.Millisecond, Stop: 200 * time.Millisecond})
			if err == nil {
				d.Close()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
