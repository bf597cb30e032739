package serve_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/relaysim/relaysim/sim/check"
	"github.com/relaysim/relaysim/sim/serve"
	"github.com/relaysim/relaysim/sim/verdict"
)

// screen is what a person sees.
type screen struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// sit returns a prompt, and the screens of the chat and of the log.
func (r *rig) sit(t *testing.T) (p *serve.Prompt, chat, log *screen) {
	t.Helper()
	chat, log = &screen{}, &screen{}
	console := serve.NewConsole(r.Server, serve.ConsoleOptions{Chat: chat, Log: log})
	ctx, stop := context.WithCancel(context.Background())
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		console.Run(ctx)
	}()
	t.Cleanup(func() {
		stop()
		<-gone
	})
	p = &serve.Prompt{Server: r.Server, Console: console, Out: chat}
	p.Start()
	return p, chat, log
}

func (r *rig) script(t *testing.T, p *serve.Prompt, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if err := p.Do(t.Context(), line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
}

func TestPromptPlaysTheUsers(t *testing.T) {
	t.Parallel()
	r := up(t, anyone, serve.Options{Loopback: true})
	r.gateway(t)
	p, chat, log := r.sit(t)
	r.script(t, p,
		":wait connected 10s", "hello", ":wait reply 10s", "/deploy env:prod now", ":wait reply 10s",
		"::colon first", ":wait reply 10s", "/etc/hosts is a path", ":wait reply 10s", ":press yes", ":wait reply 10s",
		":as U2 bob", ":in #D1", "psst", ":wait reply 10s", ":chats", ":connections", ":chat C1", ":wait 20ms",
	)
	if got, want := p.Label(), "bob in #D1> "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, want := range []string{
		"#C1  ann: hello  (m", "#C1  bot: heard hello  (out-1, to m", "the edge answers 200 {\"type\":5}",
		"#C1  bot: heard /deploy now prod", "#C1  bot: heard :colon first", "#C1  ann: /etc/hosts is a path", "#C1  bot: heard yes",
		"#D1  bob: psst", "#D1  bot: heard psst", "#C1  discord, messages: 8\n", "conn 1  gw-1  discord discord-bot\n",
	} {
		if !strings.Contains(chat.String(), want) {
			t.Errorf("no %q in\n%s", want, chat)
		}
	}
	if !strings.Contains(log.String(), `◀───────┼──────┤    bob in D1: "psst"`) {
		t.Errorf("got\n%s", log)
	}
}

// A cut, closed or revoked gateway comes back, or not.
func TestPromptEndsConnections(t *testing.T) {
	t.Parallel()
	r := up(t, anyone, serve.Options{Loopback: true})
	r.gateway(t)
	p, _, log := r.sit(t)
	r.script(t, p,
		":wait connected", ":drop", ":wait 20ms", ":wait connected 20s", ":close 1012 back soon", ":wait 20ms", ":wait connected 20s",
		":close 1012 bye now @gw-1", ":wait 20ms", ":wait connected 20s", ":close 1012 @gw-1 see ${you}", ":wait 20ms", ":wait connected 20s",
		":revoke", ":wait 50ms")
	for _, want := range []string{"cuts the socket, without a close frame\n", "closes 1012 \"back soon\"", "closes 1012 \"bye now\"", "closes 1012 \"see ${you}\"", "closes 4401 \"revoked\""} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("no %q in\n%s", want, log)
		}
	}
	if err := p.Do(t.Context(), ":drop"); err == nil || err.Error() != "no gateway is connected" {
		t.Errorf("got %v", err)
	}
}

// Of several gateways one is meant, by its name.
func TestPromptAsksWhichGateway(t *testing.T) {
	t.Parallel()
	r := up(t, anyone+"\ngateways: {a: {}, b: {}}", serve.Options{Loopback: true})
	for _, c := range r.Credentials() {
		r.attach(t, c)
	}
	p, _, _ := r.sit(t)
	for line, want := range map[string]string{
		":drop":        "several are connected, @gw-a and @gw-b: want :drop [@GATEWAY]",
		":close 1012":  "several are connected, @gw-a and @gw-b: want :close <CODE> [@GATEWAY] [REASON]",
		":revoke":      "there are the gateways gw-a, gw-b: say which",
		":drop @gw-ab": `no gateway "gw-ab"`,
	} {
		if err := p.Do(t.Context(), line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", line, err, want)
		}
	}
	r.script(t, p, ":close 4000 @gw-b bye")
}

func TestPromptSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	r := up(t, anyone+"\ngateways: {a: {}, b: {}}", serve.Options{Loopback: true})
	p, chat, _ := r.sit(t)
	for line, want := range map[string]string{
		":hlep":                        "unknown command :hlep, did you mean :help?",
		"/":                            "want the name of a command right behind the /, such as /ping",
		"/ ping":                       "want the name of a command",
		":xyzzy":                       ":help lists them",
		":in":                          "want :in <CHANNEL> [GUILD]",
		":in a b c":                    "want :in <CHANNEL> [GUILD]",
		":on telegram":                 `does not front "telegram": there is discord`,
		":close soon":                  `"soon" is no close code, such as 1012: want :close <CODE> [@GATEWAY] [REASON]`,
		":close 42":                    "connector.close.code: 42 cannot be sent: want 1000-1003",
		":close 1012 back @gw-a soon":  "@gw-a is in the middle of the reason: want :close <CODE> [@GATEWAY] [REASON]",
		":close 1012 @gw-a @gw-b":      "one gateway at a time: want :close",
		":chats now":                   "want :chats",
		":revoke":                      "there are the gateways gw-a, gw-b: say which",
		":revoke gw-c":                 `no gateway "gw-c"`,
		":drop @gw-c":                  `no gateway is connected`,
		":log maybe":                   "want :log <on|off>",
		":wait reply x":                `want a time such as 5s, got "x"`,
		":wait 1ms 5s":                 `or a time such as 2s, got "1ms 5s"`,
		":wait reply nonsense":         `want a time such as 5s, got "nonsense"`,
		":wait forit":                  "want :wait connected, reply or a time",
		":wait for it":                 `want a time such as 5s, got "it"`,
		":wait connected 1ms":          "not within 1ms: a gateway has said hello",
		":step {inbound: {txt: a}}":    "inbound.txt: unknown field, did you mean text?",
		":step {gateway: kill, to: a}": "not a step of the connector's side",
		"hello":                        "inbound dropped: no gateway of the tenant is connected",
		":record /no/such/folder/x":    "no such file or directory",
	} {
		if err := p.Do(t.Context(), line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", line, err, want)
		}
	}
	r.script(t, p, ":help")
	for _, want := range []string{":press <CUSTOM_ID>", ":wait <connected|reply|TIME> [TIME]", "slash command", ":close <CODE> [@GATEWAY] [REASON]", "First let a gateway dial"} {
		if !strings.Contains(chat.String(), want) {
			t.Errorf("no %q in\n%s", want, chat)
		}
	}
}

// A recording is made on request, without secrets, and completed.
func TestPromptRecords(t *testing.T) {
	t.Parallel()
	r := up(t, anyone, serve.Options{Loopback: true})
	r.gateway(t)
	p, chat, _ := r.sit(t)
	secret := r.Credentials()[0].Secret
	path := filepath.Join(t.TempDir(), "x.jsonl")
	if err := p.Do(t.Context(), ":record off"); err == nil || err.Error() != "nothing is recorded" {
		t.Errorf("got %v", err)
	}
	r.script(t, p, ":wait connected", ":record "+path, "my secret is "+secret, ":wait reply 10s")
	if err := p.Do(t.Context(), ":record "+path); err == nil || !strings.Contains(err.Error(), "recorded already") {
		t.Errorf("got %v", err)
	}
	r.script(t, p, ":record off", "not recorded", ":wait reply")
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{secret: false, "redacted-": true, `"kind":"end"`: true, `"cut":true`: true, "not recorded": false} {
		if strings.Contains(string(got), text) != want {
			t.Errorf("%q in it: %v, want %v:\n%s", text, !want, want, got)
		}
	}
	for _, want := range []string{"recording in " + path + "; :record off completes it\n", path + " is complete\n"} {
		if !strings.Contains(chat.String(), want) {
			t.Errorf("no %q in\n%s", want, chat)
		}
	}
	// It begins with how the socket did, so it can be judged.
	open := func() (io.ReadCloser, error) { return os.Open(path) }
	judged, err := check.File(open, path, check.Options{})
	if err != nil || judged.Outcome != verdict.Passed {
		t.Errorf("%v, %+v in\n%s", err, judged, got)
	}
}

// What a gateway writes cannot move the cursor, and its secrets are not shown.
func TestPromptShowsSafely(t *testing.T) {
	t.Parallel()
	r := up(t, anyone, serve.Options{Loopback: true})
	r.gateway(t)
	p, chat, log := r.sit(t)
	secret := r.Credentials()[0].Secret
	r.script(t, p, ":wait connected", "a\x1b[2Jb "+secret, ":wait reply 10s", ":chat", ":wait 50ms")
	for _, s := range []*screen{chat, log} {
		if strings.Contains(s.String(), "\x1b") || strings.Contains(s.String(), secret) {
			t.Errorf("got %q", s)
		}
	}
}
