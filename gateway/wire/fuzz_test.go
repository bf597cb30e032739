package wire_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway/internal/golden"
	"github.com/relaysim/relaysim/gateway/wire"
)

// checkEvent states what holds of every event, whatever it was decoded from.
func checkEvent(t *testing.T, e *wire.Event, rev *wire.Revision) {
	t.Helper()
	raw := e.JSON(rev)
	if !json.Valid(raw) || !utf8.Valid(raw) {
		t.Fatalf("shown as no JSON: %q", raw)
	}
	if known := wire.KnownPlatform(e.Source.Platform, rev); known != e.Source.Platform {
		t.Errorf("platform %q is not one that the gateway knows", e.Source.Platform) // IN-3
	}
	if e.MessageType == "" || e.Source.ChatType == "" {
		t.Errorf("no message type or no chat type in %s", raw) // IN-2, IN-3
	}
	if !rev.Context && e.ContextText != "" || !rev.QuotedReply && e.ReplyToText != "" ||
		!rev.Prompts && e.PromptResponse != nil || !rev.Profiles && e.Source.Profile != "" {
		t.Errorf("%s shows what it cannot know: %s", rev, raw)
	}
}

func FuzzDecodeEvent(f *testing.F) {
	for _, c := range golden.Read(f, "testdata/event_from_wire-2026-08.json") {
		f.Add([]byte(c.In))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		isObject := json.Valid(raw) && strings.HasPrefix(strings.TrimSpace(string(raw)), "{")
		for _, rev := range wire.Revisions() {
			e, err := wire.DecodeEvent(raw, rev)
			if isObject != (err == nil) {
				t.Fatalf("an object: %v, but %v", isObject, err) // IN-5
			}
			if err != nil {
				continue
			}
			checkEvent(t, e, rev)
			// What is shown reads as itself: decoding again changes no name and no id.
			again, err := wire.DecodeEvent(e.JSON(rev), rev)
			if err != nil {
				t.Fatal(err)
			}
			if utf8.Valid(raw) {
				if diff := cmp.Diff(e.Source, again.Source); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			}
		}
	})
}

func FuzzInteraction(f *testing.F) {
	for _, c := range golden.Read(f, "testdata/interactions-2026-08.json") {
		var in struct {
			Text string `json:"body_text"`
		}
		if err := json.Unmarshal(c.In, &in); err == nil {
			f.Add([]byte(in.Text))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, rev := range wire.Revisions() {
			e, err := wire.EventFromInteraction(body, rev)
			if err != nil {
				if e != nil {
					t.Fatalf("an event beside the error %v", err)
				}
				continue
			}
			checkEvent(t, e, rev)
			if e.Source.Platform != wire.PlatformRelay {
				t.Errorf("platform is %q", e.Source.Platform) // DI-1
			}
			if inGuild := e.Source.Scope != ""; inGuild != (e.Source.ChatType == "channel") {
				t.Errorf("scope %q, chat type %q", e.Source.Scope, e.Source.ChatType) // DI-1
			}
			if e.MessageType == "command" && !strings.HasPrefix(e.Text, "/") {
				t.Errorf("the command %q has no slash", e.Text) // DI-2
			}
		}
	})
}

// FuzzDecode: the other decoders take anything.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"bodyB64":"e30=","headers":[["a","b"],[1,2,3]]}`))
	f.Add([]byte(`{"chat_info":{"name":[]},"success":true}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if fw, err := wire.DecodeForward(raw); (fw == nil) == (err == nil) {
			t.Errorf("forward %v, error %v", fw, err)
		}
		for _, rev := range wire.Revisions() {
			if d, err := wire.DecodeDescriptor(raw, rev); (d == nil) == (err == nil) {
				t.Errorf("descriptor %v, error %v", d, err)
			}
		}
		if res := wire.DecodeResult(raw); res.Success && res.Error == "relay result is not an object" {
			t.Errorf("success of no object: %+v", res)
		}
	})
}
