package connector_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/trace"
)

func TestSendEditTyping(t *testing.T) { // OUT-2
	t.Parallel()
	r := newRig(t, connector.Options{})
	p := r.gateway("gw-1", "secret-1")
	send := p.request(`{"op":"send","chat_id":"C1","content":"one \"two\"\n\u0001","reply_to":"m1","metadata":{"thread_id":"T1"}}`)
	if diff := cmp.Diff(map[string]any{"success": true, "message_id": "out-1"}, send); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	wantSuccess(t, p.request(`{"op":"edit","chat_id":"C1","message_id":"out-1","content":"two","metadata":{}}`))
	if diff := cmp.Diff(map[string]any{"success": true}, p.request(`{"op":"typing","chat_id":"C1","metadata":{}}`)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	want := connector.ChatView{Channel: "C1", Typing: true, Messages: []connector.MessageView{
		{ID: "out-1", From: "bot", Text: "two", Edited: true, ReplyTo: "m1", ThreadID: "T1"},
	}}
	if diff := cmp.Diff(want, r.Chat("C1")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestTypingEnds(t *testing.T) {
	t.Parallel()
	r := newRig(t, connector.Options{})
	p := r.gateway("gw-1", "secret-1")
	typing := func() { wantSuccess(t, p.request(`{"op":"typing","chat_id":"C1"}`)) }
	for name, end := range map[string]func(){
		"with a message":     func() { p.request(`{"op":"send","chat_id":"C1","content":"x"}`) },
		"with empty content": func() { p.request(`{"op":"typing","chat_id":"C1","content":""}`) }, // SL-4
		"with time":          func() { r.clock.Advance(10 * time.Second) },
	} {
		typing()
		if !r.Chat("C1").Typing {
			t.Fatal("typing does not show")
		}
		end()
		if r.Chat("C1").Typing {
			t.Errorf("typing did not end %s", name)
		}
	}
}

func TestEditOfUnknownMessageRefused(t *testing.T) { // OUT-8
	t.Parallel()
	r := newRig(t, twoTenants())
	a, b := r.gateway("gw-a", "secret-a"), r.gateway("gw-b", "secret-b")
	r.deliver(event(map[string]any{"guild_id": "GA", "user_id": "UA"}))
	a.gotEvent()
	wantSuccess(t, a.request(`{"op":"send","chat_id":"C1","content":"x","metadata":{"scope_id":"GA"}}`))
	for name, edit := range map[string]struct {
		p      *peer
		action string
	}{
		"no such id":       {a, `"chat_id":"C1","message_id":"out-9","metadata":{"scope_id":"GA"}`},
		"no id":            {a, `"chat_id":"C1","metadata":{"scope_id":"GA"}`},
		"another chat":     {a, `"chat_id":"C2","message_id":"out-1","metadata":{"scope_id":"GA"}`},
		"a user's":         {a, `"chat_id":"C1","message_id":"m1","metadata":{"scope_id":"GA"}`},
		"another tenant's": {b, `"chat_id":"C1","message_id":"out-1","metadata":{"scope_id":"GB"}`},
	} {
		wantError(t, edit.p.request(`{"op":"edit","content":"y",`+edit.action+`}`), "unknown message")
		if m := r.Chat("C1").Messages; m[0].Text != "hi" || m[1].Text != "x" {
			t.Errorf("%s: the chat has %v", name, m)
		}
	}
}

func TestRefusals(t *testing.T) { // OUT-8
	t.Parallel()
	r := newRig(t, connector.Options{Fail: map[string]string{"typing": "rate limited"}})
	p := r.gateway("gw-1", "secret-1")
	for action, want := range map[string]string{
		`{"op":"dance"}`:               `unknown op "dance"`,
		`{}`:                           `unknown op ""`,
		`{"op":7}`:                     `unknown op`,
		`null`:                         `unknown op`,
		`[]`:                           `unknown op`,
		`"send"`:                       `unknown op`,
		`{"op":"send","content":"x"}`:  "chat_id",
		`{"op":"send","chat_id":"C1"}`: "content",
		`{"op":"send","chat_id":"C1","content":5}`:          "content",
		`{"op":"edit","chat_id":"C1","message_id":"out-1"}`: "content",
		`{"op":"typing"}`: "rate limited",
		`{"op":"react","chat_id":"C1","emoji":"x"}`:       "supported_ops",
		`{"op":"prompt","chat_id":"C1","content":"x"}`:    "supported_ops",
		`{"op":"follow_up","session_key":"s","kind":"k"}`: "content",
	} {
		wantError(t, p.request(action), want)
	}
	p.sync() // the connection lives on
}

func TestContentTooLong(t *testing.T) { // OUT-8, MP-4
	t.Parallel()
	r := newRig(t, connector.Options{Platforms: []connector.Platform{
		{Name: "discord", Descriptor: map[string]any{"max_message_length": 4}},
		{Name: "telegram", Descriptor: map[string]any{"max_message_length": 4}},
		{Name: "signal", Descriptor: map[string]any{"max_message_length": 0}},
	}})
	p := r.dial("gw-1", "secret-1")
	for _, n := range []string{"discord", "telegram", "signal"} {
		p.hello(n, n+"-bot")
	}
	r.deliver(event(map[string]any{"chat_id": "TG", "platform": "telegram"}))
	p.gotEvent()
	for _, c := range []struct {
		fields, chat, content string
		ok                    bool
	}{
		{"", "C1", "abcd", true},
		{"", "C1", "abcde", false},
		{"", "C1", "😀😀😀😀", true}, // characters
		{`"platform":"telegram",`, "C1", "😀😀", true},
		{`"platform":"telegram",`, "C1", "😀😀x", false}, // UTF-16 units
		{"", "TG", "😀😀x", false},                       // the chat's platform, untagged
		{`"botId":"signal-bot",`, "C1", strings.Repeat("x", 4096), true},
		{`"botId":"signal-bot",`, "C1", strings.Repeat("x", 4097), false}, // 0 is no limit to keep
	} {
		res := p.requestFor(c.fields, `{"op":"send","chat_id":"`+c.chat+`","content":"`+c.content+`"}`)
		if c.ok {
			wantSuccess(t, res)
		} else {
			wantError(t, res, "too long")
		}
	}
	wantError(t, p.request(`{"op":"edit","chat_id":"C1","message_id":"out-1","content":"abcde"}`), "too long")
}

func TestEgressGuard(t *testing.T) { // SC-4
	t.Parallel()
	for name, c := range map[string]struct {
		metadata string
		ok       bool
	}{
		"own scope, seed's key":        {`{"guild_id":"GA"}`, true},
		"own scope":                    {`{"scope_id":"GA"}`, true},
		"own author":                   {`{"user_id":"UA"}`, true},
		"own author in nobody's scope": {`{"scope_id":"G9","user_id":"UA"}`, true},
		"scope before author":          {`{"scope_id":"GB","user_id":"UA"}`, false},
		"another tenant's scope":       {`{"scope_id":"GB"}`, false},
		"another tenant's author":      {`{"user_id":"UB"}`, false},
		"nobody's":                     {`{"scope_id":"G9","user_id":"U9"}`, false},
		"empty":                        {`{"scope_id":"","user_id":""}`, false},
		"odd types":                    {`{"scope_id":["GA"],"user_id":{"id":"UA"}}`, false},
		"nothing":                      {`{}`, false},
		"no metadata":                  {`null`, false},
	} {
		r := newRig(t, twoTenants())
		p := r.gateway("gw-a", "secret-a")
		for _, op := range []string{"send", "edit", "typing"} {
			res := p.request(`{"op":"` + op + `","chat_id":"C1","message_id":"out-1","content":"x","metadata":` + c.metadata + `}`)
			if c.ok {
				wantSuccess(t, res)
				continue
			}
			if diff := cmp.Diff(map[string]any{"success": false, "error": "target not routed to an onboarded tenant"}, res); diff != "" {
				t.Errorf("%s, %s: (-want +got)\n%s", name, op, diff)
			}
		}
		if got := len(r.Chat("C1").Messages); (got > 0) != c.ok {
			t.Errorf("%s: the chat has %d messages", name, got)
		}
	}
}

func TestPlatformOutsideTheAdvertisedSet(t *testing.T) { // MP-3
	t.Parallel()
	r := newRig(t, connector.Options{Platforms: []connector.Platform{{Name: "discord"}, {Name: "telegram"}, {Name: "slack"}}})
	p := r.dial("gw-1", "secret-1")
	wantError(t, p.request(`{"op":"send","chat_id":"C1","content":"x"}`), "no hello")
	p.hello("discord", "discord-bot")
	p.hello("telegram", "telegram-bot")
	for fields, ok := range map[string]bool{
		``:                       true,
		`"platform":"telegram",`: true,
		`"botId":"discord-bot",`: true,
		`"platform":"telegram","botId":"telegram-bot",`: true,
		`"platform":"telegram","botId":"discord-bot",`:  false,
		`"platform":"slack",`:                           false,
		`"botId":"slack-bot",`:                          false,
		`"platform":"slack","botId":"slack-bot",`:       false,
	} {
		res := p.requestFor(fields, `{"op":"send","chat_id":"C1","content":"x"}`)
		if ok {
			wantSuccess(t, res)
		} else {
			wantError(t, res, "not advertised")
		}
	}
}

func TestChatInfo(t *testing.T) { // OUT-3
	t.Parallel()
	r := newRig(t, connector.Options{Chats: map[string]connector.ChatInfo{"C1": {Name: "general", Type: "channel"}, "C2": {Name: "half"}}})
	p := r.gateway("gw-1", "secret-1")
	for id, want := range map[string][2]string{"C1": {"general", "channel"}, "C2": {"half", "dm"}, "C9": {"C9", "dm"}} {
		got := p.request(`{"op":"get_chat_info","chat_id":"` + id + `"}`)
		if diff := cmp.Diff(map[string]any{"success": true, "chat_info": map[string]any{"name": want[0], "type": want[1]}}, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

func TestNewerOps(t *testing.T) { // RX-1, TH-1, TH-2, MED-1, PRM-1
	t.Parallel()
	r := newRig(t, connector.Options{Platforms: []connector.Platform{{Name: "discord", Descriptor: map[string]any{
		"supported_ops": []any{"send", "react", "thread_create", "thread_rename", "send_media", "prompt"},
	}}}})
	p := r.gateway("gw-1", "secret-1")
	r.deliver(event(nil))
	p.gotEvent()
	react := func(more string) map[string]any {
		return p.request(`{"op":"react","chat_id":"C1","message_id":"m1",` + more + `}`)
	}
	wantSuccess(t, react(`"emoji":"👀"`))
	wantSuccess(t, react(`"emoji":"✅"`))
	wantSuccess(t, react(`"emoji":"👀","remove":true`))
	wantError(t, react(`"emoji":""`), "emoji")
	wantError(t, p.request(`{"op":"react","chat_id":"C1","message_id":"m9","emoji":"x"}`), "unknown message")
	wantSuccess(t, p.request(`{"op":"send_media","chat_id":"C1","media_kind":"image","source_url":"https://x.example/a.png","content":"look"}`))
	for _, u := range []string{"file:///etc/passwd", "ftp://x.example/a", "/a.png", ""} {
		wantError(t, p.request(`{"op":"send_media","chat_id":"C1","source_url":"`+u+`","content":""}`), "source_url")
	}
	wantSuccess(t, p.request(`{"op":"prompt","chat_id":"C1","prompt_kind":"choice","prompt_id":"p1","content":"sure?","options":[]}`))
	want := []connector.MessageView{
		{ID: "m1", From: "U1", Text: "hi", Reactions: []string{"✅"}},
		{ID: "out-1", From: "bot", Text: "look", MediaURL: "https://x.example/a.png"},
		{ID: "out-2", From: "bot", Text: "sure?"},
	}
	if diff := cmp.Diff(want, r.Chat("C1").Messages); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}

	create := p.request(`{"op":"thread_create","chat_id":"C1","thread_name":"Plan"}`)
	if create["thread_id"] != "out-3" {
		t.Errorf("got %v", create)
	}
	wantError(t, p.request(`{"op":"thread_create","chat_id":"C1","thread_name":"`+strings.Repeat("x", 101)+`"}`), "too long")
	rename := func(more string) map[string]any {
		return p.request(`{"op":"thread_rename","chat_id":"out-3","message_id":"out-3",` + more + `}`)
	}
	wantSuccess(t, rename(`"thread_name":"B","only_if_current_name":"Plan"`))
	wantError(t, rename(`"thread_name":"C","only_if_current_name":"Plan"`), "has been renamed")
	wantError(t, rename(`"thread_name":""`), "thread_name")
	wantError(t, p.request(`{"op":"thread_rename","message_id":"T9","thread_name":"x"}`), "unknown thread")
}

func TestOneResultForEachRequest(t *testing.T) { // OUT-1
	t.Parallel()
	r := newRig(t, connector.Options{})
	p := r.gateway("gw-1", "secret-1")
	p.send(`{"type":"outbound","requestId":"a\"\u00e9","action":{"op":"typing","chat_id":"C1"}}` + "\n" +
		`{"type":"outbound","requestId":"","action":{"op":"typing","chat_id":"C1"}}` + "\n" +
		`{"type":"outbound","requestId":7,"action":{"op":"typing","chat_id":"C1"}}` + "\n" +
		`{"type":"outbound","action":{"op":"typing","chat_id":"C1"}}` + "\n")
	if id := p.frame()["requestId"]; id != "a\"é" {
		t.Errorf("got id %q", id)
	}
	p.sync() // what has no id gets no answer
	if n := r.observed(trace.Note); len(n) != 3 {
		t.Errorf("got %d notes, want 3", len(n))
	}
}

func TestManualResults(t *testing.T) {
	t.Parallel()
	r := newRig(t, connector.Options{ManualResults: true})
	p := r.gateway("gw-1", "secret-1")
	p.send(`{"type":"outbound","requestId":"r0","action":{"op":"send","chat_id":"C1","content":"x"}}` + "\n")
	p.hello("discord", "discord-bot") // handled: no result came before the descriptor
	if m := r.Chat("C1").Messages; len(m) != 0 {
		t.Errorf("the chat has %v", m)
	}
	r.SetManualResults(false)
	p.sync()
}
