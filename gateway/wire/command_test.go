package wire_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/relaysim/relaysim/gateway/internal/golden"
	"github.com/relaysim/relaysim/gateway/wire"
)

// commandOutcome is how a text is read as a command, under the golden names.
type commandOutcome struct {
	Text      string `json:"text_after_plaintext_coercion"`
	IsCommand bool   `json:"is_command"`
	Command   string `json:"command"` // null and "" both mean no name
	Args      string `json:"args"`
	Bypasses  bool   `json:"bypasses_a_busy_session"`
	Cancels   bool   `json:"cancels_the_running_turn"`
}

func readsCommand(rev *wire.Revision) decoding {
	return decoding{got: func(raw json.RawMessage) (json.RawMessage, error) {
		var in struct {
			Text     string
			ChatType string `json:"chat_type"`
		}
		if err := json.Unmarshal(raw, &in); err != nil {
			return nil, err
		}
		text := wire.CoercePlainCommand(in.Text, in.ChatType)
		c, ok := wire.ParseCommand(text, rev)
		return json.Marshal(commandOutcome{
			Text: text, IsCommand: ok, Command: c.Name, Args: c.Args,
			Bypasses: wire.KnownCommand(c.Name, rev), Cancels: wire.CancelsTurn(c.Name),
		})
	}}
}

func TestCommandGolden(t *testing.T) { // IN-9, IN-10, TURN-3
	replaced := []replacement{
		{cases: `None \(group\)`, rule: "IN-1", why: threw + "; a text is never null", revision: "2026-06",
			want: `{"is_command":false,"bypasses_a_busy_session":false,"cancels_the_running_turn":false}`},
	}
	eachRevision(t, func(t *testing.T, rev *wire.Revision) {
		readsCommand(rev).run(t, "testdata/commands-"+rev.Name+".json", rev.Name, replaced)
	})
}

func TestPlainRestart(t *testing.T) { // IN-9
	for text, coerced := range map[string]bool{
		"restart gateway":                      true,
		"  RESTART   Gateway ?! ":              true,
		"please restart the hermes gateway...": true,
		"restart the gateway":                  true,
		"restart hermes":                       false,
		"gateway":                              false,
		"restart the gateway now":              false,
		"do not restart gateway":               false,
		"the please restart gateway":           false,
		"restart":                              false,
		"":                                     false,
	} {
		want := text
		if coerced {
			want = "/restart"
		}
		if got := wire.CoercePlainCommand(text, "dm"); got != want {
			t.Errorf("%q in a DM: got %q, want %q", text, got, want)
		}
		if got := wire.CoercePlainCommand(text, "group"); got != text {
			t.Errorf("%q in a group: got %q", text, got)
		}
	}
}

func TestPlatformGolden(t *testing.T) { // IN-3
	eachRevision(t, func(t *testing.T, rev *wire.Revision) {
		golden.Run(t, "testdata/platforms-"+rev.Name+".json", nil, func(c golden.Case) error {
			// Through the decoder, since names of odd types go there too.
			event := `{"source":{"platform":` + string(c.In) + `}}`
			e, err := wire.DecodeEvent([]byte(event), rev)
			if err != nil {
				return err
			}
			return equal(e.Source.Platform, c.Out)
		})
	})
}

func TestSlackSubcommandGolden(t *testing.T) { // SL-5
	golden.Run(t, "testdata/slack_subcommands-2026-08.json", nil, func(c golden.Case) error {
		var sub string
		if err := json.Unmarshal(c.In, &sub); err != nil {
			return err
		}
		e, err := wire.DecodeEvent([]byte(`{"text":"/hermes `+sub+`","source":{"platform":"slack"}}`), wire.R8)
		if err != nil {
			return err
		}
		return equal(e.Text, c.Out)
	})
}

// TestSlackSubcommandKnown: r6 has the table, though its relay does not use it.
func TestSlackSubcommandKnown(t *testing.T) { // TURN-3
	for _, c := range golden.Read(t, "testdata/slack_subcommands-2026-06.json") {
		var sub string
		if err := json.Unmarshal(c.In, &sub); err != nil {
			t.Fatal(err)
		}
		if !wire.KnownCommand(sub, wire.R6) {
			t.Errorf("%s is not known", sub)
		}
	}
}

func TestPromptTokenGolden(t *testing.T) { // PRM-3
	replaced := []golden.Exception{{
		Cases: `'hp1:a\\n:b'`, Rule: "PRM-3", Why: "a prompt id has no newline",
		Instead: func(golden.Case) error {
			if _, _, ok := wire.ParsePromptToken("hp1:a\n:b"); ok {
				return errors.New("a newline is taken")
			}
			return nil
		},
	}}
	golden.Run(t, "testdata/prompt_tokens-2026-08.json", replaced, func(c golden.Case) error {
		var token any
		if err := json.Unmarshal(c.In, &token); err != nil {
			return err
		}
		text, _ := token.(string) // what is no text is no token
		var got any
		if prompt, option, ok := wire.ParsePromptToken(text); ok {
			got = []any{prompt, option}
		}
		return equal(got, c.Out)
	})
}
