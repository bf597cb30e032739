package connector_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/trace"
)

func TestDescriptorPresets(t *testing.T) { // HS-2, HS-3
	t.Parallel()
	names := []string{"discord", "telegram", "slack", "whatsapp", "signal", "matrix", "own"}
	var list []connector.Platform
	for _, n := range names {
		list = append(list, connector.Platform{Name: n})
	}
	r := newRig(t, connector.Options{Platforms: list})
	p := r.dial("gw-1", "secret-1")
	limits := map[string]any{"discord": 2000.0, "telegram": 4096.0, "slack": 39000.0, "whatsapp": 4096.0, "signal": 8000.0, "matrix": 4000.0, "own": 4096.0}
	for _, n := range names {
		d := p.hello(n, n+"-bot")
		unit := "chars"
		if n == "telegram" {
			unit = "utf16"
		}
		if d["platform"] != n || d["max_message_length"] != limits[n] || d["len_unit"] != unit || d["contract_version"] != 1.0 {
			t.Errorf("%s: got %v", n, d)
		}
		for _, field := range []string{"label", "markdown_dialect"} {
			if s, _ := d[field].(string); s == "" {
				t.Errorf("%s: %s is %v", n, field, d[field])
			}
		}
		for _, field := range []string{"supports_draft_streaming", "supports_edit", "supports_threads"} {
			if _, ok := d[field].(bool); !ok {
				t.Errorf("%s: %s is %v", n, field, d[field])
			}
		}
		if ops, _ := d["supported_ops"].([]any); len(ops) != 5 {
			t.Errorf("%s: supported_ops is %v", n, d["supported_ops"])
		}
	}
}

func TestDescriptorOverrides(t *testing.T) {
	t.Parallel()
	r := newRig(t, connector.Options{Platforms: []connector.Platform{{Name: "discord", BotID: "B1", Descriptor: map[string]any{
		"max_message_length": json.Number("7"), "label": nil, "emoji": "x", "supported_ops": []any{"send", 5},
	}}}})
	p := r.dial("gw-1", "secret-1")
	d := p.hello("discord", "B1")
	want := map[string]any{
		"contract_version": 1.0, "platform": "discord", "max_message_length": 7.0, "emoji": "x",
		"supports_draft_streaming": false, "supports_edit": true, "supports_threads": true,
		"markdown_dialect": "discord", "len_unit": "chars", "supports_context": true, "supported_ops": []any{"send", 5.0},
	}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if err := r.SetDescriptor("", map[string]any{"emoji": nil, "len_unit": "utf16"}); err != nil {
		t.Fatal(err)
	}
	delete(want, "emoji")
	want["len_unit"] = "utf16"
	if diff := cmp.Diff(want, p.hello("discord", "B1")); diff != "" {
		t.Errorf("after the change (-want +got)\n%s", diff)
	}
	if r.SetDescriptor("irc", nil) == nil {
		t.Error("an unknown platform is no error")
	}
}

func TestOneDescriptorForEachHello(t *testing.T) { // MP-1
	t.Parallel()
	r := newRig(t, connector.Options{Platforms: []connector.Platform{{Name: "discord"}, {Name: "telegram"}}})
	p := r.dial("gw-1", "secret-1")
	p.send(`{"type":"hello","platform":"telegram","botId":"telegram-bot"}` + "\n" + `{"type":"hello","platform":"discord","botId":"discord-bot"}` + "\n" + `{"type":"hello","platform":"telegram","botId":"telegram-bot"}` + "\n")
	for _, want := range []string{"telegram", "discord", "telegram"} {
		if got := p.frame()["descriptor"].(map[string]any)["platform"]; got != want {
			t.Errorf("got %v, want %s", got, want)
		}
	}
	p.sync()
}

func TestHelloOfAnIdentityNotFronted(t *testing.T) { // MP-3
	t.Parallel()
	r := newRig(t, connector.Options{})
	p := r.dial("gw-1", "secret-1")
	p.hello("discord", "impostor")
	p.hello("telegram", "telegram-bot")
	for _, fields := range []string{`"botId":"impostor",`, `"platform":"telegram",`, `"platform":"discord","botId":"discord-bot",`} {
		wantError(t, p.requestFor(fields, `{"op":"send","chat_id":"C1","content":"x"}`), "not advertised")
	}
	if n := r.observed(trace.Note); len(n) != 2 || !strings.Contains(n[0].Reason, "impostor") {
		t.Errorf("got notes %v", n)
	}
}

func TestManualHandshake(t *testing.T) {
	t.Parallel()
	r := newRig(t, connector.Options{ManualHandshake: true})
	p := r.dial("gw-1", "secret-1")
	p.send(`{"type":"hello","platform":"discord","botId":"discord-bot"}` + "\n")
	p.sync() // no descriptor came before the result
	r.SetManualHandshake(false)
	p.hello("discord", "discord-bot")
}

func TestCommandManifest(t *testing.T) { // MP-5
	t.Parallel()
	for name, c := range map[string]struct {
		platform, manifest string
		want               []string
	}{
		"valid ones": {"discord", `[{"name":"ping","description":"p"},{"name":"a_b-9","description":"","options":[{"type":3}]}]`, []string{"ping ", "a_b-9 [{\"type\":3}]"}},
		"invalid ones dropped one by one": {
			"discord",
			`[{"name":"Ping","description":"p"},5,null,{"description":"p"},{"name":"no-description"},{"name":"","description":"p"},` +
				`{"name":"` + strings.Repeat("x", 33) + `","description":"p"},{"name":"a b","description":"p"},{"name":"ok","description":"p","options":7}]`,
			[]string{"ok "},
		},
		"not a list":          {"discord", `{"name":"ping"}`, nil},
		"null":                {"discord", `null`, nil},
		"of another platform": {"telegram", `[{"name":"ping","description":"p"}]`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, connector.Options{Platforms: []connector.Platform{{Name: "discord", BotID: "B"}, {Name: "telegram", BotID: "B"}}})
			p := r.dial("gw-1", "secret-1")
			p.send(`{"type":"hello","platform":"` + c.platform + `","botId":"B","command_manifest":` + c.manifest + "}\n")
			if f := p.frame(); f["type"] != "descriptor" {
				t.Errorf("the handshake failed: %v", f)
			}
			var got []string
			for _, cmd := range r.Commands("B") {
				got = append(got, cmd.Name+" "+string(cmd.Options))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
