package law_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/law"
	"github.com/relaysim/relaysim/sim/trace"
)

// captureLine is a line of a capture, as far as the laws look at it.
type captureLine struct {
	Kind            string
	About           string
	Seq             int
	At              float64
	Conn            int
	From            string
	Text            string
	Path            string
	Auth            string
	AuthenticatedAs json.RawMessage `json:"authenticated_as"`
	Code            int
	Reason          string
	SessionKey      string `json:"session_key"`
	ChatID          string `json:"chat_id"`
	ActiveTurn      bool   `json:"active_turn"`
	Event           json.RawMessage
	Call            string
	Args            json.RawMessage
	Result          json.RawMessage
	CalledAt        float64 `json:"called_at"`
}

// readCapture reads a session of the reference gateway and what is known of it.
func readCapture(t testing.TB, file string) (about string, observations []*trace.Observation, k law.Known) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	name := strings.TrimSuffix(filepath.Base(file), ".jsonl")
	k = law.Known{
		Revision: name[len(name)-len("2026-06"):], Secrets: []string{"s3cret"},
		ScriptedConnector: true, ScriptedBuffer: true, ResultsWithheld: true, TurnsShown: true,
	}
	var framer trace.Framer
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c captureLine
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		switch c.Kind {
		case "header":
			about = c.About
			continue
		case "end":
			k.Whole = true
			continue
		}
		o := c.observation()
		k.TokensChecked = k.TokensChecked || c.AuthenticatedAs != nil
		framer.Frame(o)
		observations = append(observations, o)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return about, observations, k
}

func (c *captureLine) observation() *trace.Observation {
	seconds := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	as, _ := trace.Text(c.AuthenticatedAs)
	return &trace.Observation{
		Seq: c.Seq, At: seconds(c.At), Kind: trace.Kind(c.Kind), Conn: c.Conn, From: trace.Side(c.From),
		Path: c.Path, Auth: c.Auth, AuthenticatedAs: as, Data: []byte(c.Text), Code: c.Code, Reason: c.Reason,
		SessionKey: c.SessionKey, ChatID: c.ChatID, ActiveTurn: c.ActiveTurn, Event: trace.Value{Raw: c.Event},
		Call: c.Call, Args: trace.Value{Raw: c.Args}, Result: trace.Value{Raw: c.Result}, CalledAt: seconds(c.CalledAt),
	}
}

// deviations are the captures in which the reference does what the contract
// forbids, with what the laws see of it: rule and observation.
var deviations = map[string][]string{
	"array-frame-kills-reader-2026-06":              {"FR-6 6", "FR-6 9"},
	"array-frame-kills-reader-2026-08":              {"FR-6 6"},
	"exec-approval-press-2026-08":                   {"FR-7 22"},
	"forward-null-kills-reader-2026-06":             {"FR-6 6", "FR-6 9"},
	"forward-null-kills-reader-2026-08":             {"FR-6 6", "FR-6 9"},
	"group-per-user-isolation-2026-08":              {"SC-6 15"},
	"long-reply-is-one-send-2026-06":                {"OUT-7 8"},
	"long-reply-is-one-send-2026-08":                {"OUT-7 10"},
	"number-chat-id-kills-reader-2026-06":           {"FR-6 6"},
	"poison-buffered-event-2026-08":                 {"IDLE-5 9", "IDLE-5 13", "IDLE-5 17", "IDLE-5 18", "IDLE-1 24"},
	"result-not-an-object-2026-06":                  {"OUT-4 7"},
	"result-not-an-object-2026-08":                  {"OUT-4 7"},
	"send-while-reconnecting-2026-08":               {"OUT-4 6"},
	"server-close-with-pending-send-2026-06":        {"OUT-5 7", "OUT-4 8"},
	"server-close-with-pending-send-2026-08":        {"OUT-5 7", "OUT-4 8"},
	"slash-stop-misses-the-message-session-2026-06": {"TURN-3 8"},
	"slash-stop-misses-the-message-session-2026-08": {"TURN-3 10"},
	"stop-command-while-busy-2026-06":               {"FR-7 13"},
	"stop-command-while-busy-2026-08":               {"FR-7 15"},
	"two-guilds-same-channel-id-2026-06":            {"SC-6 9"},
	"two-guilds-same-channel-id-2026-08":            {"SC-6 11"},
	"unauthorized-4401-before-handshake-2026-06":    {"HS-8 4"},
	"unauthorized-4401-before-handshake-2026-08":    {"HS-8 4"},
	"unauthorized-4401-then-accepted-2026-08":       {"HS-8 14"},

	// Their headers do not say FINDING, but the replies to one user carry
	// another's user_id, as in group-per-user-isolation-2026-08 (SC-6) …
	"going-idle-drain-replay-2026-08": {"SC-6 38", "SC-6 42"},
	"interrupt-during-turn-2026-08":   {"SC-6 16"},
	"split-frames-2026-08":            {"SC-6 24"},
	// … the acknowledgement of a press holds up the reader, as in exec-approval-press (FR-7) …
	"clarify-press-2026-08":                 {"FR-7 21"},
	"exec-approval-component-token-2026-08": {"FR-7 22"},
	// … and a send without a socket throws, as in send-while-reconnecting (OUT-4).
	"reconnect-after-close-2026-06": {"OUT-4 11"},
	"revoked-4401-2026-06":          {"OUT-4 6"},
	"revoked-4401-2026-08":          {"OUT-4 7"},
}

// unseen are the captures whose header says FINDING and in which no law can
// see it, with the reason.
var unseen = map[string]string{
	"group-per-user-isolation-2026-06": "the finding is of 2026-08: 2026-06 sends no author",
}

func TestCaptures(t *testing.T) {
	files, err := filepath.Glob("testdata/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	found := map[string]bool{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".jsonl")
		found[name] = true
		t.Run(name, func(t *testing.T) {
			about, observations, known := readCapture(t, file)
			if strings.Contains(about, "FINDING") && deviations[name] == nil && unseen[name] == "" {
				t.Error("a finding that is listed nowhere")
			}
			violations := law.Check(observations, known)
			var got []string
			for _, v := range violations {
				got = append(got, fmt.Sprint(v.Rule, " ", v.Seq))
			}
			if d := cmp.Diff(deviations[name], got); d != "" {
				t.Errorf("%s%v", d, violations)
			}
		})
	}
	for name := range deviations {
		if !found[name] {
			t.Errorf("%s is not there", name)
		}
	}
}
