package redact_test

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/relaysim/relaysim/sim/redact"
)

func TestUsersAreReplaced(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"a message",
			`{"type":"inbound","event":{"text":"Hi Bob, it is 9:30","source":{"platform":"discord","chat_id":"C1","chat_name":"general","user_id":"U7","user_name":"ann"}}}`,
			`{"type":"inbound","event":{"text":"Xx Xxx, xx xx 0:00","source":{"platform":"discord","chat_id":"C1","chat_name":"aaaaaaa","user_id":"U7","user_name":"aaa"}}}`},
		{"a name that is known, in a text before it", `{"text":"hello ann, hello annie","user_name":"ann"}`, `{"text":"xxxxx aaa, xxxxx xxxxx","user_name":"aaa"}`},
		{"two names", `{"user_name":"ann","author":"bob","user_display_name":"ann"}`, `{"user_name":"aaa","author":"aab","user_display_name":"aaa"}`},
		{"a command", `{"text":"/model gpt-5 please"}`, `{"text":"/model xxx-0 xxxxxx"}`},
		{"a path is none", `{"text":"/etc/passwd is"}`, `{"text":"/xxx/xxxxxx xx"}`},
		{"a part of a reply", `{"content":"the end (2/2)"}`, `{"content":"xxx xxx (2/2)"}`},
		{"the context", `{"channel_context":"[Recent channel messages]\nann: hi","user_name":"ann"}`, `{"channel_context":"[Recent channel messages]\naaa: xx","user_name":"aaa"}`},
		{"other letters", `{"text":"Grüße, 世界 😀 𝒳"}`, `{"text":"Xxééx, 字字 😀 𠀀"}`},
		{"escapes", `{"text":"\u00e9\n\ud83d\ude00 a\"b"}`, `{"text":"\u00e9\n\ud83d\ude00 x\"x"}`},
		{"a command's name is none", `{"command_manifest":[{"name":"new","description":"Start"}]}`, `{"command_manifest":[{"name":"new","description":"Start"}]}`},
		{"an interaction", `{"bodyB64":"` + b64(`{"type":2,"member":{"user":{"id":"U7","username":"ann"}},"data":{"name":"ask","options":[{"name":"q","type":3,"value":"why"}]}}`) + `"}`,
			`{"bodyB64":"` + b64(`{"type":2,"member":{"user":{"id":"U7","username":"aaa"}},"data":{"name":"ask","options":[{"name":"q","type":3,"value":"xxx"}]}}`) + `"}`},
		{"a chat", `{"chat_info":{"name":"general","type":"group"}}`, `{"chat_info":{"name":"aaaaaaa","type":"group"}}`},
		{"Slack's command, behind which any text may stand", `{"text":"/hermes what is up"}`, `{"text":"/hermes xxxx xx xx"}`},
		{"a chat without a name", `{"chat_id":"C3","result":{"name":"C3","type":"dm"}}`, `{"chat_id":"C3","result":{"name":"C3","type":"dm"}}`},
		{"a button", `[{"data":{"custom_id":"confirm:yes"}},{"text":"confirm:yes"}]`, `[{"data":{"custom_id":"confirm:yes"}},{"text":"confirm:yes"}]`},
		{"an interaction's command", `[{"data":{"name":"model"}},{"text":"model"},{"text":"a model"}]`, `[{"data":{"name":"model"}},{"text":"model"},{"text":"x xxxxx"}]`},
		{"a secret in a text", `{"text":"use Bearer Ab3dEf6h now"}`, `{"text":"xxx Xxxxxx redacted-token-1 xxx"}`},
		{"what is no text", `{"type":"outbound","requestId":"r1","action":{"op":"typing","chat_id":"C1"}}`, `{"type":"outbound","requestId":"r1","action":{"op":"typing","chat_id":"C1"}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := redactor(t, redact.Options{Users: true}).Text(c.in)
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if again := redactor(t, redact.Options{Users: true}).Text(got); again != got {
				t.Errorf("again %s\nwant  %s", again, got)
			}
		})
	}
}

// A replacement has as many bytes, characters and UTF-16 units, and its lines
// and words are where they were.
func TestReplacementsKeepLengths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-zA-Z0-9 é世😀𝒳\n.,!-]{0,60}`)).Draw(t, "text")
		member := rapid.SampledFrom([]string{"text", "user_name"}).Draw(t, "member")
		r, _ := redact.New(redact.Options{Users: true})
		in := quote(text)
		got := unquote(t, strings.TrimSuffix(strings.TrimPrefix(r.Text(`{"`+member+`":`+in+`}`), `{"`+member+`":`), "}"))
		if strings.Contains(got, "redacted-") {
			t.Skip("it held a secret by chance")
		}
		text = unquote(t, in) // what is no UTF-8 has become U+FFFD
		if len(got) != len(text) || utf8.RuneCountInString(got) != utf8.RuneCountInString(text) || len(utf16.Encode([]rune(got))) != len(utf16.Encode([]rune(text))) {
			t.Fatalf("%q became %q", text, got)
		}
		for i, r := range text {
			if r == '\n' && got[i] != '\n' || r == ' ' && got[i] != ' ' {
				t.Fatalf("%q became %q", text, got)
			}
		}
	})
}

// Different names stay different as long as their shape allows it.
func TestNamesStayDifferent(t *testing.T) {
	r := redactor(t, redact.Options{Users: true})
	seen := map[string]string{}
	for range 500 {
		name := random(t)
		got := r.Text(`{"user_name":"` + name + `"}`)
		if other, ok := seen[got]; ok && other != name {
			t.Fatalf("%s and %s are both %s", name, other, got)
		}
		seen[got] = name
		if again := r.Text(`{"user_name":"` + name + `"}`); again != got {
			t.Fatalf("%s is %s and %s", name, got, again)
		}
	}
}
