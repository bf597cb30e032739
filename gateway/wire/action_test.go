package wire_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway/internal/golden"
	"github.com/relaysim/relaysim/gateway/wire"
)

// TestActionShapesGolden writes every action that the reference wrote and
// wants the same frame, but for the request id that the vectors leave out.
func TestActionShapesGolden(t *testing.T) { // OUT-1, OUT-2, OUT-3, FU-1, MP-2
	eachRevision(t, func(t *testing.T, rev *wire.Revision) {
		written := 0
		for _, c := range golden.Read(t, "testdata/outbound_frames-"+rev.Name+".json") {
			var out struct {
				Frames []struct {
					Type, Platform, BotID string
					Action                map[string]any
				}
			}
			if err := json.Unmarshal(c.Out, &out); err != nil {
				t.Fatal(err)
			}
			var raw struct{ Frames []map[string]any }
			if err := json.Unmarshal(c.Out, &raw); err != nil {
				t.Fatal(err)
			}
			for i, f := range out.Frames {
				if f.Type != wire.TypeOutbound {
					continue
				}
				if _, ok := f.Action["chat_id"].(float64); ok {
					// A chat id is text (OUT-2): the caller gave the reference a number.
					f.Action["chat_id"] = "100"
					raw.Frames[i]["action"].(map[string]any)["chat_id"] = "100"
				}
				raw.Frames[i]["requestId"] = "r1"
				line := wire.AppendOutbound(nil, "r1", actionOf(f.Action), f.Platform, f.BotID)
				if diff := cmp.Diff(raw.Frames[i], decodedLine(t, line)); diff != "" {
					t.Errorf("%s: (-want +got)\n%s", c.Name, diff)
				}
				written++
			}
		}
		if written == 0 {
			t.Error("no frame was compared")
		}
	})
}

// actionOf reads an action off the wire into the fields that Action names, and
// the others into Extra.
func actionOf(m map[string]any) *wire.Action {
	a := &wire.Action{Extra: map[string]any{}}
	for k, v := range m {
		switch k {
		case "op":
			a.Op = v.(string)
		case "chat_id":
			a.ChatID = v.(string)
		case "content":
			text := v.(string)
			a.Content = &text
		case "message_id":
			a.MessageID = v.(string)
		case "reply_to":
			a.ReplyTo, _ = v.(string)
		case "session_key":
			a.SessionKey = v.(string)
		case "kind":
			a.Kind = v.(string)
		case "emoji":
			a.Emoji = v.(string)
		case "thread_name":
			a.ThreadName = v.(string)
		case "remove":
			a.Remove = v.(bool)
		case "metadata":
			a.Metadata = v.(map[string]any)
		default:
			a.Extra[k] = v
		}
	}
	return a
}

// decodedLine wants one frame on one line.
func decodedLine(t *testing.T, line []byte) map[string]any {
	t.Helper()
	if n := strings.Count(string(line), "\n"); n != 1 || line[len(line)-1] != '\n' {
		t.Fatalf("not one line: %q", line)
	}
	var m map[string]any
	if err := json.Unmarshal(line, &m); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	return m
}

func TestAppend(t *testing.T) {
	text := func(s string) *string { return &s }
	action := func(a wire.Action) []byte { return wire.AppendOutbound(nil, "r", &a, "", "") }
	for _, tt := range []struct {
		name string
		got  []byte
		want string
	}{
		{"an empty send carries its fields", action(wire.Action{Op: "send"}),
			`{"type":"outbound","requestId":"r","action":{"op":"send","chat_id":"","content":"","reply_to":null,"metadata":{}}}`},
		{"typing without content", action(wire.Action{Op: "typing", ChatID: "c"}),
			`{"type":"outbound","requestId":"r","action":{"op":"typing","chat_id":"c","metadata":{}}}`},
		{"typing with empty content", action(wire.Action{Op: "typing", ChatID: "c", Content: text("")}), // SL-4
			`{"type":"outbound","requestId":"r","action":{"op":"typing","chat_id":"c","content":"","metadata":{}}}`},
		{"a field of another op is left out", action(wire.Action{Op: "get_chat_info", ChatID: "c", Emoji: "x", Metadata: map[string]any{"a": 1}}),
			`{"type":"outbound","requestId":"r","action":{"op":"get_chat_info","chat_id":"c"}}`},
		{"an unknown op carries what is set", action(wire.Action{Op: "dance", ChatID: "c", Remove: true, Extra: map[string]any{"style": "tango"}}),
			`{"type":"outbound","requestId":"r","action":{"op":"dance","chat_id":"c","remove":true,"style":"tango"}}`},
		{"extra never replaces", action(wire.Action{Op: "get_chat_info", ChatID: "c", Extra: map[string]any{"op": "x", "chat_id": "x"}}),
			`{"type":"outbound","requestId":"r","action":{"op":"get_chat_info","chat_id":"c"}}`},
		{"metadata of every kind, sorted", action(wire.Action{Op: "edit", Metadata: map[string]any{
			"s": "a\"\\\n\x01\u2028😀", "b": true, "n": nil, "i": -3, "f": 0.5, "num": json.Number("1e3"),
			"l": []any{1, "x"}, "m": map[string]any{}, "t": []string{"y"}, "bad": func() {}, "raw": json.RawMessage("{ \n}"),
		}}),
			`{"type":"outbound","requestId":"r","action":{"op":"edit","chat_id":"","message_id":"","content":"","metadata":` +
				`{"b":true,"bad":null,"f":0.5,"i":-3,"l":[1,"x"],"m":{},"n":null,"num":1e3,"raw":{},"s":"a\"\\\n\u0001` + "\u2028😀" + `","t":["y"]}}}`},
		{"text that is not UTF-8", action(wire.Action{Op: "send", Content: text("a\xffb\xed\xa0\x80")}),
			`{"type":"outbound","requestId":"r","action":{"op":"send","chat_id":"","content":"a` + "\ufffdb\ufffd\ufffd\ufffd" + `","reply_to":null,"metadata":{}}}`},
		{"platform and bot", wire.AppendOutbound(nil, "r", &wire.Action{Op: "get_chat_info"}, "slack", "b"), // MP-2
			`{"type":"outbound","requestId":"r","action":{"op":"get_chat_info","chat_id":""},"platform":"slack","botId":"b"}`},
		{"interrupt", wire.AppendInterrupt(nil, "k", "why"), `{"type":"interrupt","session_key":"k","reason":"why"}`},           // INT-1
		{"interrupt for no reason", wire.AppendInterrupt(nil, "k", ""), `{"type":"interrupt","session_key":"k","reason":null}`}, // INT-1
		{"ack", wire.AppendInboundAck(nil, "b\n"), `{"type":"inbound_ack","bufferId":"b\n"}`},
		{"going idle", wire.AppendGoingIdle(nil), `{"type":"going_idle"}`},
		{"hello", wire.AppendHello(nil, wire.Identity{Platform: "discord", BotID: "B"}, nil), // HS-1
			`{"type":"hello","platform":"discord","botId":"B"}`},
		{"hello with commands", wire.AppendHello(nil, wire.Identity{}, []wire.Command{ // MP-5
			{Name: "a", Description: `"x"`}, {Name: "b", Options: json.RawMessage("[\n]")},
		}),
			`{"type":"hello","platform":"","botId":"","command_manifest":[{"name":"a","description":"\"x\""},{"name":"b","description":"","options":[]}]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if string(tt.got) != tt.want+"\n" {
				t.Errorf("\n got %s\nwant %s", tt.got, tt.want)
			}
			decodedLine(t, tt.got)
		})
	}
}

func TestAppendKeepsWhatWasThere(t *testing.T) {
	dst := wire.AppendGoingIdle([]byte("before\n"))
	if got := string(wire.AppendInboundAck(dst, "b")); got != "before\n{\"type\":\"going_idle\"}\n{\"type\":\"inbound_ack\",\"bufferId\":\"b\"}\n" {
		t.Errorf("got %q", got)
	}
}

func TestValidCommands(t *testing.T) { // MP-5
	got := wire.ValidCommands([]wire.Command{
		{Name: "ok"}, {Name: ""}, {Name: "Caps"}, {Name: "sp ace"}, {Name: strings.Repeat("x", 32)},
		{Name: strings.Repeat("x", 33)}, {Name: "a_b-9"}, {Name: "日本"}, {Name: "bad", Options: json.RawMessage(`[`)},
	})
	want := []wire.Command{{Name: "ok"}, {Name: strings.Repeat("x", 32)}, {Name: "a_b-9"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
