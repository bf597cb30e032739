package replay_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/recordings"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/verdict"
)

func playOn(t *testing.T, stage *play.Stage, s *scenario.Scenario) *verdict.Result {
	t.Helper()
	rev, err := wire.ParseRevision(s.Revisions[0])
	if err != nil {
		t.Fatal(err)
	}
	return stage.Run(t.Context(), s, rev, play.Options{})
}

func newStage(t *testing.T) *play.Stage {
	t.Helper()
	stage, err := play.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
	})
	return stage
}

// TestRecordingsPlay plays the recordings to the gateway, which passes.
func TestRecordingsPlay(t *testing.T) {
	stage := newStage(t)
	for _, file := range recorded(t) {
		r := playOn(t, stage, compile(t, file))
		if r.Outcome != verdict.Passed {
			t.Errorf("%s: %v %s", file, r.Outcome, r.Reason)
			for _, p := range r.Problems {
				t.Errorf("%s: %s %v", p.At, p.Text, p.Diffs)
			}
		}
	}
}

// TestForgedRecordingsFail changes one thing the gateway was recorded to do.
// The gateway still does the other, so the replay must say so, with the line.
func TestForgedRecordingsFail(t *testing.T) {
	for _, tt := range []struct{ name, file, old, new, at string }{
		{"another scope", "discord-guild-reply-2026-06", `\"notify\": true, \"guild_id\": \"G1\"`, `\"notify\": true, \"guild_id\": \"G2\"`, "jsonl:9"},
		{"no scope", "discord-guild-reply-2026-06", `\"notify\": true, \"guild_id\": \"G1\"`, `\"notify\": true`, "jsonl:9"},
		{"no author", "discord-dm-reply-2026-08", `\"notify\": true, \"user_id\": \"U7\"`, `\"notify\": true`, "jsonl:11"},
		{"no tag", "discord-dm-reply-2026-08", `\"user_id\": \"U7\"}}, \"platform\": \"discord\", \"botId\": \"bot-d\"}`, `\"user_id\": \"U7\"}}}`, "jsonl:8"},
		{"another session", "slash-command-follow-up-2026-06", `"session_key": "agent:main:relay:channel:C100:U7", "event"`, `"session_key": "agent:main:relay:channel:C100", "event"`, "jsonl:7"},
		{"another text", "slash-command-follow-up-2026-08", `"event": {"text": "/model gpt-5"`, `"event": {"text": "model"`, "jsonl:7"},
		{"an event of another scope", "slash-command-follow-up-2026-08", `"is_bot": false, "scope_id": "G1"`, `"is_bot": false, "scope_id": "G2"`, "jsonl:7"},
		{"another outcome", "get-chat-info-2026-08", `"result": {"name": "general"`, `"result": {"name": "random"`, "jsonl:8"},
		{"another close", "interrupt-outbound-2026-06", `"code": 1000`, `"code": 1001`, "jsonl:11"},
		{"a reason", "interrupt-outbound-2026-06", `\"reason\": null`, `\"reason\": \"\"`, "jsonl:9"},
		{"an event nobody wrote down", "modal-submit-2026-06", `"kind": "routed"`, `"kind": "unheard-of"`, "jsonl:6"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stage := newStage(t)
			text, err := recordings.FS.ReadFile(tt.file + ".jsonl")
			if err != nil {
				t.Fatal(err)
			}
			forged := bytes.ReplaceAll(text, []byte(tt.old), []byte(tt.new))
			if bytes.Equal(text, forged) {
				t.Fatal("nothing to change")
			}
			s, _, err := replay.Compile(opener(forged), tt.file+".jsonl", nil)
			if err != nil {
				t.Fatal(err)
			}
			r := playOn(t, stage, s)
			if r.Outcome != verdict.Failed || len(r.Problems) == 0 {
				t.Fatalf("%v %v", r.Outcome, r.Problems)
			}
			if p := r.Problems[0]; !strings.HasSuffix(p.At, tt.at) {
				t.Errorf("got %s: %s, want %s", p.At, p.Text, tt.at)
			}
		})
	}
}
