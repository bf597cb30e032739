package session_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway/internal/golden"
	"github.com/relaysim/relaysim/gateway/wire"
)

// storeExceptions are the cases that a rule replaces, or that are about what
// this store does not have. The second revision's gateways let resume pending
// give way to expiry, and keep a second copy of the index.
func storeExceptions(rev *wire.Revision, run runner) []golden.Exception {
	ends := func(cases, rule, why string, want map[string]any) golden.Exception {
		return golden.Exception{Cases: cases, Rule: rule, Why: why, Instead: func(c golden.Case) error { return checkLast(c, run, want) }}
	}
	activity := func(counter string) golden.Exception {
		return ends("had activity: only "+counter+" tokens", "SES-6", "a session with a turn had activity, whatever its model counted",
			map[string]any{"auto_reset_reason": "idle", "reset_had_activity": true})
	}
	table := []golden.Exception{
		{Cases: "force_new replaces", Why: "SES-5: only a user replaces a session, with /new or /reset; no message forces a new one"},
		{Cases: "manual reset with a name", Why: "SES-5: a reset does not rename the chat; its name is the event's (IN-3)"},
		{Cases: "session ended .*|session with a transcript ended .*|suspended session already ended as agent_close",
			Why: "SES-7: there is no database beside the sessions file that could say something else"},
	}
	if rev == wire.R6 {
		return append(table, activity("last prompt"))
	}
	same := map[string]any{"session": "S1", "resume_pending": true, "was_auto_reset": false}
	return append(table, activity("total"),
		ends("resume_pending against daily expiry", "SES-2", "resume pending goes before expiry", same),
		ends("freshness window .*", "SES-2", "resume pending goes before expiry, however old", same),
		ends("index lost, database kept", "SES-7", "the sessions file is all there is", map[string]any{"session": "S2"}),
		ends("slack dm gains a workspace scope", "SK-6", "another key is another session", map[string]any{"session": "S3"}),
	)
}

func TestStoreGolden(t *testing.T) { // SES-1 to SES-11
	t.Parallel()
	for _, rev := range wire.Revisions() {
		t.Run(rev.Name, func(t *testing.T) {
			folder := t.TempDir()
			run := func(c golden.Case) ([]map[string]any, error) {
				own, err := os.MkdirTemp(folder, "")
				if err != nil {
					return nil, err
				}
				return play(c, rev, own)
			}
			golden.Run(t, "testdata/session_store-"+rev.Name+".json", storeExceptions(rev, run),
				func(c golden.Case) error { return checkSteps(c, run) })
		})
	}
}

type runner func(golden.Case) ([]map[string]any, error)

func checkSteps(c golden.Case, run runner) error {
	steps, err := run(c)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(map[string]any{"steps": steps})
	if err != nil {
		return err
	}
	var want, got any
	if err := errors.Join(json.Unmarshal(c.Out, &want), json.Unmarshal(raw, &got)); err != nil {
		return err
	}
	if d := cmp.Diff(want, got); d != "" {
		return errors.New("(-want +got)\n" + d)
	}
	return nil
}

// checkLast checks some fields of the entry that the last get returned.
func checkLast(c golden.Case, run runner, want map[string]any) error {
	steps, err := run(c)
	if err != nil {
		return err
	}
	for _, step := range slices.Backward(steps) {
		get, ok := step["result"].(map[string]any)
		if !ok || step["op"] != "get" {
			continue
		}
		got := get["entry"].(map[string]any)
		for field, value := range want {
			if got[field] != value {
				return fmt.Errorf("%s is %v, want %v", field, got[field], value)
			}
		}
		return nil
	}
	return errors.New("nothing was asked for")
}
