package replay_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/recordings"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/verdict"
)

// forgery changes the lines of a recording between its header and its end.
type forgery func(t *testing.T, lines []string) []string

// nth finds the nth line, from 1, that has all of these in it.
func nth(t *testing.T, lines []string, n int, words ...string) int {
	t.Helper()
	for i, line := range lines {
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) }) {
			if n--; n == 0 {
				return i
			}
		}
	}
	t.Fatalf("no such line: %q", words)
	return 0
}

// instead replaces a text wherever it is.
func instead(old, text string) forgery {
	return func(t *testing.T, lines []string) []string {
		forged := strings.Split(strings.ReplaceAll(strings.Join(lines, "\n"), old, text), "\n")
		if slices.Equal(forged, lines) {
			t.Fatal("nothing to change")
		}
		return forged
	}
}

// without takes the lines away that have all of these in them.
func without(words ...string) forgery {
	return func(t *testing.T, lines []string) []string {
		nth(t, lines, 1, words...)
		return slices.DeleteFunc(lines, func(line string) bool {
			return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) })
		})
	}
}

// swapped lets the first two lines that have this in them change places.
func swapped(words ...string) forgery {
	return func(t *testing.T, lines []string) []string {
		i, j := nth(t, lines, 1, words...), nth(t, lines, 2, words...)
		lines[i], lines[j] = lines[j], lines[i]
		return lines
	}
}

// exchanged lets two texts change places, each of which is there.
func exchanged(a, b string) forgery {
	return func(t *testing.T, lines []string) []string {
		nth(t, lines, 1, a)
		nth(t, lines, 1, b)
		change := strings.NewReplacer(a, b, b, a)
		for i := range lines {
			lines[i] = change.Replace(lines[i])
		}
		return lines
	}
}

// before puts the first line with this in it in front of the first with that.
func before(this, that string) forgery {
	return func(t *testing.T, lines []string) []string {
		i, j := nth(t, lines, 1, this), nth(t, lines, 1, that)
		line := lines[i]
		return slices.Insert(slices.Delete(lines, i, i+1), j, line)
	}
}

// again repeats the nth line with these in it at the end.
func again(n int, words ...string) forgery {
	return func(t *testing.T, lines []string) []string {
		return append(lines, lines[nth(t, lines, n, words...)])
	}
}

var (
	seqOf   = regexp.MustCompile(`"seq": ?(\d+)`)
	afterOf = regexp.MustCompile(`"after": ?(\d+)`)
)

// forge is a recording with its lines forged and numbered again.
func forge(t *testing.T, text string, forged forgery) string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(text), "\n")
	last := len(lines) - 1
	body := forged(t, slices.Clone(lines[1:last]))
	now := map[string]int{} // seqs, by what they were
	for i, line := range body {
		now[seqOf.FindStringSubmatch(line)[1]] = i + 1
	}
	for i, line := range body {
		line = afterOf.ReplaceAllStringFunc(line, func(after string) string {
			return fmt.Sprintf(`"after":%d`, now[afterOf.FindStringSubmatch(after)[1]])
		})
		body[i] = seqOf.ReplaceAllString(line, fmt.Sprintf(`"seq":%d`, i+1))
	}
	return lines[0] + "\n" + strings.Join(body, "\n") + fmt.Sprintf("\n"+`{"kind":"end","events":%d}`+"\n", len(body))
}

// TestForgedRecordingsFail changes one thing the gateway was recorded to do.
// The gateway still does the other, so the replay must say so, with the line.
func TestForgedRecordingsFail(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	for _, tt := range []struct {
		name, file string
		forged     forgery
		at, want   string // how the place of the first problem ends, what its text has in it
	}{
		// What it says.
		{"another scope", "discord-guild-reply-2026-06", instead(`\"notify\": true, \"guild_id\": \"G1\"`, `\"notify\": true, \"guild_id\": \"G2\"`), ":9", "nothing matches"},
		{"no scope", "discord-guild-reply-2026-06", instead(`\"notify\": true, \"guild_id\": \"G1\"`, `\"notify\": true`), ":9", "nothing matches"},
		{"no author", "discord-dm-reply-2026-08", instead(`\"notify\": true, \"user_id\": \"U7\"`, `\"notify\": true`), ":11", "nothing matches"},
		{"no tag", "discord-dm-reply-2026-08", instead(`\"user_id\": \"U7\"}}, \"platform\": \"discord\", \"botId\": \"bot-d\"}`, `\"user_id\": \"U7\"}}}`), ":8", "nothing matches"},
		{"another session", "slash-command-follow-up-2026-06", instead(`"session_key": "agent:main:relay:channel:C100:U7", "event"`, `"session_key": "agent:main:relay:channel:C100", "event"`), ":7", "expect.event"},
		{"another text", "slash-command-follow-up-2026-08", instead(`"event": {"text": "/model gpt-5"`, `"event": {"text": "model"`), ":7", "expect.event"},
		{"an event of another scope", "slash-command-follow-up-2026-08", instead(`"is_bot": false, "scope_id": "G1"`, `"is_bot": false, "scope_id": "G2"`), ":7", "expect.event"},
		{"another outcome", "get-chat-info-2026-08", instead(`"result": {"name": "general"`, `"result": {"name": "random"`), ":8", "expect.result"},
		{"another close", "interrupt-outbound-2026-06", instead(`"code": 1000`, `"code": 1001`), ":11", "expect.close"},
		{"a reason", "interrupt-outbound-2026-06", instead(`\"reason\": null`, `\"reason\": \"\"`), ":9", "expect.frame"},
		{"an ack of another entry", "buffered-ack-before-the-turn-ends-2026-08", instead(`\"inbound_ack\", \"bufferId\": \"buf-1\"`, `\"inbound_ack\", \"bufferId\": \"buf-2\"`), ":8", "expect.frame"},
		{"a follow_up of another conversation", "slash-command-follow-up-2026-08", instead(`\"op\": \"follow_up\", \"session_key\": \"agent:main:relay:channel:C100:U7\"`, `\"op\": \"follow_up\", \"session_key\": \"agent:main:relay:channel:C100:U8\"`), "", ""},

		// In which order.
		{"hellos in another order", "multi-platform-2026-08", swapped(`"from": "gateway"`, `\"hello\"`), ":5", "it happened before"},
		{"interrupts in another order", "interrupt-outbound-2026-08", swapped(`"from": "gateway"`, `\"interrupt\"`), ":9", "it happened before"},
		{"replies of one session in another order", "busy-session-queues-2026-06", func(t *testing.T, lines []string) []string {
			const first = `"content\": \"done: one`
			for _, line := range []string{`"event": {"text": "two`, `"text": "done: two`, `"content\": \"done: two`} {
				lines = before(line, first)(t, lines)
			}
			return lines
		}, "", "expect.event"},
		{"an event before it is sent", "discord-guild-reply-2026-08", before(`"kind": "routed"`, `\"inbound\"`), ":6", "expect.event"},
		{"an answer before the question", "get-chat-info-2026-08", before(`"call": "get_chat_info"`, `outbound_result`), ":7", "expect.result"},
		{"an ack before the delivery", "buffered-ack-before-the-turn-ends-2026-08", before(`inbound_ack`, `\"inbound\"`), "", "expect.frame"},
		{"a reply before the turn has ended", "discord-guild-reply-2026-06", before(`\"op\": \"send\"`, `"return"`), "", "a send at #"},
		{"a goodbye before the last answer", "discord-guild-reply-2026-08", before(`going_idle\"`, `\"op\": \"send\"`), "", "expect.frame"},

		// Whose it is.
		{"events of each other's turns", "interrupt-during-turn-2026-06", func(t *testing.T, lines []string) []string {
			i, j := nth(t, lines, 1, `"kind": "routed"`), nth(t, lines, 2, `"kind": "routed"`)
			event := regexp.MustCompile(`"event": .*`)
			a, b := event.FindString(lines[i]), event.FindString(lines[j])
			lines[i], lines[j] = strings.Replace(lines[i], a, b, 1), strings.Replace(lines[j], b, a, 1)
			return lines
		}, ":8", "expect.event"},
		{"replies of each other's turns", "interrupt-during-turn-2026-06", exchanged(`"stopped (A)"}`, `"finished (B)"}`), "", "expect.frame"},
		{"an interrupt of the other turn", "interrupt-during-turn-2026-06", instead(`"kind": "interrupted", "session_key": "agent:main:discord:group:C100:U7"`, `"kind": "interrupted", "session_key": "agent:main:discord:group:C100:U8"`), "", "expect.interrupted"},
		{"a frame on the socket before", "reconnect-after-close-2026-08", func(t *testing.T, lines []string) []string {
			i := nth(t, lines, 1, `"conn": 2`, `"from": "gateway"`)
			lines[i] = strings.Replace(lines[i], `"conn": 2`, `"conn": 1`, 1)
			return lines
		}, "", "expect.frame"},

		// What the recording does not have.
		{"an event nobody wrote down", "modal-submit-2026-06", instead(`"kind": "routed"`, `"kind": "unheard-of"`), ":6", "that the recording does not have"},
		{"an answer too many", "auto-thread-continuity-2026-08", without(`\"reply_to\": \"m2\"`), "", "a send at #"},
		{"a hello too many", "multi-platform-2026-08", without(`"gateway"`, `\"hello\"`, `telegram`), "", "a hello at #"},
		{"a goodbye too many", "discord-guild-reply-2026-08", without(`"gateway"`, `going_idle`), "", "a going_idle at #"},
		{"an ack too many", "buffered-ack-before-the-turn-ends-2026-08", without(`inbound_ack`), "", "an inbound_ack at #"},
		{"an end too many", "reconnect-after-close-2026-08", without(`"kind": "close"`, `"conn": 2`), "", "a close at #"},
		{"an interrupt too many", "interrupt-during-turn-2026-06", without(`"kind": "interrupted"`), "", "an interrupt of a turn at #"},

		// What is missing, at the very end.
		{"no second end", "discord-guild-reply-2026-06", again(1, `"kind": "close"`), "", "expect.close"},
		{"no second event", "discord-guild-reply-2026-06", again(1, `"kind": "routed"`), "", "expect.event"},
		{"no second reply", "discord-guild-reply-2026-06", again(1, `\"op\": \"send\"`), "", "expect.frame"},
		{"no second ack", "buffered-ack-before-the-turn-ends-2026-08", again(1, `inbound_ack`), "", "expect.frame"},
		{"no second interrupt", "interrupt-during-turn-2026-06", again(1, `"kind": "interrupted"`), "", "expect.interrupted"},
		{"no second goodbye", "discord-guild-reply-2026-08", again(1, `"gateway"`, `going_idle`), "", "expect.frame"},
		{"no further reconnect", "reconnect-after-close-2026-08", func(t *testing.T, lines []string) []string {
			open := lines[nth(t, lines, 1, `"kind": "open"`, `"conn": 2`)]
			return append(lines, strings.Replace(open, `"conn": 2`, `"conn": 3`, 1))
		}, "", "expect.open"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text, err := recordings.FS.ReadFile(tt.file + ".jsonl")
			if err != nil {
				t.Fatal(err)
			}
			forged := forge(t, string(text), tt.forged)
			failsAt(t, stage, forged, tt.file, tt.at, tt.want)
		})
	}
}

// failsAt plays a forged recording, whose first problem ends its place with at
// and has want in its text.
func failsAt(t *testing.T, stage *play.Stage, forged, name, at, want string) {
	t.Helper()
	s, _, err := replay.Compile(opener([]byte(forged)), name+".jsonl", nil)
	if err != nil {
		t.Fatal(err)
	}
	r := playOn(t, stage, s)
	if r.Outcome != verdict.Failed || len(r.Problems) == 0 {
		t.Fatalf("%v %v\n%s", r.Outcome, r.Problems, forged)
	}
	if p := r.Problems[0]; !strings.HasSuffix(p.At, at) || !strings.Contains(p.Text, want) {
		t.Errorf("got %s: %s, want %s: %s", p.At, p.Text, at, want)
	}
}
