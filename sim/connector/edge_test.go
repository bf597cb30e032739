package connector_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/trace"
)

const theToken = "aW50ZXJhY3Rpb246OmEgc2VjcmV0"

// command is a slash command in guild GA by UA.
const command = `{"id":"I1","type":2,"token":"` + theToken + `","guild_id":"GA","channel_id":"C1","member":{"user":{"id":"UA"}},"data":{"name":"ping"}}`

// post posts to the edge and returns status and body.
func (r *rig) post(path, body string, h http.Header) (int, string) {
	r.t.Helper()
	req, err := http.NewRequest(http.MethodPost, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header = h
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// interact posts a signed interaction to bot.
func (r *rig) interact(bot, body string) (int, string) {
	timestamp := strconv.FormatInt(r.clock.Now().Unix(), 10)
	return r.post("/interactions/"+bot, body, http.Header{
		"Content-Type":          {"application/json"},
		"X-Signature-Timestamp": {timestamp},
		"X-Signature-Ed25519":   {r.SignInteraction(bot, timestamp, []byte(body))},
	})
}

// gotForward returns a forward and its decoded body.
func (p *peer) gotForward() (map[string]any, string) {
	p.t.Helper()
	f := p.frame()
	if f["type"] != "passthrough_forward" {
		p.t.Fatalf("got %v, want a forward", f)
	}
	forward := f["forward"].(map[string]any)
	body, err := base64.StdEncoding.DecodeString(forward["bodyB64"].(string))
	if err != nil {
		p.t.Fatal(err)
	}
	delete(forward, "bodyB64")
	return forward, string(body)
}

func TestInteractionAnsweredStrippedForwarded(t *testing.T) { // SEC-1, PT-1
	t.Parallel()
	r := newRig(t, twoTenants())
	a, b := r.gateway("gw-a", "secret-a"), r.gateway("gw-b", "secret-b")
	status, answer := r.interact("discord-bot", command)
	if status != 200 || answer != `{"type":5}` {
		t.Errorf("got %d %s", status, answer)
	}
	forward, body := a.gotForward()
	want := map[string]any{
		"platform": "discord", "botId": "discord-bot", "method": "POST", "path": "/interactions/discord-bot",
		"headers": []any{[]any{"content-type", "application/json"}},
	}
	if diff := cmp.Diff(want, forward); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if want := strings.Replace(command, `"token":"`+theToken+`",`, "", 1); body != want {
		t.Errorf("got body %s, want %s", body, want)
	}
	b.sync() // SEC-3: nothing for the other tenant
	if len(r.Chat("C1").Messages) != 0 {
		t.Error("a slash command shows as a message")
	}
	o := r.only(trace.Answer)
	if o.Code != 200 || string(o.Data) != answer || o.Path != "/interactions/discord-bot" {
		t.Errorf("the trace has %d %s at %s", o.Code, o.Data, o.Path)
	}
	for _, f := range r.observed(trace.Frame) {
		if strings.Contains(string(f.Data), "passthrough_forward") && f.Seq < o.Seq {
			t.Error("forwarded before the answer")
		}
	}
}

func TestInteractionSignatures(t *testing.T) { // SEC-1, SEC-2
	t.Parallel()
	o := twoTenants()
	o.Platforms = []connector.Platform{{Name: "discord", BotID: "B1"}, {Name: "telegram", BotID: "B2"}}
	signer := newRig(t, o)
	at := func(d time.Duration) string { return strconv.FormatInt(signer.clock.Now().Add(d).Unix(), 10) }
	sign := func(bot, timestamp, body string) string { return signer.SignInteraction(bot, timestamp, []byte(body)) }
	for name, c := range map[string]struct {
		timestamp, signature string
		status               int
	}{
		"good":                      {at(0), sign("B1", at(0), command), 200},
		"five minutes old":          {at(-5 * time.Minute), sign("B1", at(-5*time.Minute), command), 200},
		"stale":                     {at(-301 * time.Second), sign("B1", at(-301*time.Second), command), 401},
		"from the future":           {at(301 * time.Second), sign("B1", at(301*time.Second), command), 401},
		"other timestamp":           {at(0), sign("B1", at(-time.Second), command), 401},
		"other body":                {at(0), sign("B1", at(0), command+" "), 401},
		"other bot's key":           {at(0), sign("B2", at(0), command), 401},
		"no signature":              {at(0), "", 401},
		"no timestamp":              {"", sign("B1", "", command), 401},
		"timestamp is not a number": {"now", sign("B1", "now", command), 401},
		"signature is not hex":      {at(0), "zz", 401},
		"signature cut short":       {at(0), sign("B1", at(0), command)[:126], 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, o)
			p := r.dial("gw-a", "secret-a")
			p.hello("discord", "B1")
			h := http.Header{}
			if c.timestamp != "" {
				h.Set("X-Signature-Timestamp", c.timestamp)
			}
			if c.signature != "" {
				h.Set("X-Signature-Ed25519", c.signature)
			}
			if status, _ := r.post("/interactions/B1", command, h); status != c.status {
				t.Errorf("got %d, want %d", status, c.status)
			}
			if c.status == 200 {
				p.gotForward()
			}
			p.sync() // SEC-2: nothing is forwarded
			follow := p.request(`{"op":"follow_up","session_key":"agent:main:relay:channel:C1:UA","kind":"discord.interaction_token","content":"x"}`)
			if (follow["success"] == true) != (c.status == 200) {
				t.Errorf("the vault has a capability it should not, or lacks one: %v", follow)
			}
			if o := r.only(trace.Answer); o.Code != c.status {
				t.Errorf("the trace has %d", o.Code)
			}
		})
	}
}

func TestInteractionTypes(t *testing.T) { // DI-5
	t.Parallel()
	r := newRig(t, connector.Options{})
	p := r.gateway("gw-1", "secret-1")
	for kind, answer := range map[int]string{
		2: `{"type":5}`, 3: `{"type":6}`, 4: `{"type":8,"data":{"choices":[]}}`, 5: `{"type":5}`, 9: `{"type":5}`,
	} {
		body := `{"type":` + strconv.Itoa(kind) + `,"token":"t","channel_id":"D1","user":{"id":"U1"}}`
		if status, got := r.interact("discord-bot", body); status != 200 || got != answer {
			t.Errorf("type %d: got %d %s, want %s", kind, status, got, answer)
		}
		p.gotForward()
	}
	if status, got := r.interact("discord-bot", `{"type":1}`); status != 200 || got != `{"type":1}` {
		t.Errorf("ping: got %d %s", status, got)
	}
	p.sync() // a ping is not forwarded
}

func TestInteractionRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t, connector.Options{MaxMessage: 1 << 10, Platforms: []connector.Platform{{Name: "discord"}, {Name: "slack"}}})
	p := r.gateway("gw-1", "secret-1")
	for name, c := range map[string]struct {
		bot, body string
		status    int
	}{
		"unknown bot":   {"other", command, 404},
		"slack's bot":   {"slack-bot", command, 404},
		"no bot":        {"", command, 400},
		"not JSON":      {"discord-bot", "{", 400},
		"a list":        {"discord-bot", "[]", 400},
		"empty":         {"discord-bot", "", 400},
		"invalid UTF-8": {"discord-bot", "{\"type\":2,\"x\":\"\xff\"}", 400},
		"too long":      {"discord-bot", `{"type":2,"x":"` + strings.Repeat("x", 1<<10) + `"}`, 413},
	} {
		if status, _ := r.interact(c.bot, c.body); status != c.status {
			t.Errorf("%s: got %d, want %d", name, status, c.status)
		}
	}
	resp, err := http.Get(r.url + "/interactions/discord-bot")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 400 {
		t.Errorf("GET: got %d, want 400", resp.StatusCode)
	}
	p.sync()
}

func TestInteractionNobodyOwnsDropped(t *testing.T) { // SEC-3
	t.Parallel()
	r := newRig(t, twoTenants())
	a, b := r.gateway("gw-a", "secret-a"), r.gateway("gw-b", "secret-b")
	body := strings.NewReplacer("GA", "G9", "UA", "U9").Replace(command)
	if status, _ := r.interact("discord-bot", body); status != 200 {
		t.Errorf("got %d: the provider is answered all the same", status)
	}
	a.sync()
	b.sync()
	if n := r.only(trace.Note); !strings.Contains(n.Reason, "interaction dropped: no tenant owns") {
		t.Errorf("the note says %q", n.Reason)
	}
	r.wantSecret(theToken)
}

func (r *rig) wantSecret(s string) {
	r.t.Helper()
	for _, known := range r.Secrets() {
		if known == s {
			return
		}
	}
	r.t.Errorf("%q is not among the secrets", s)
}

func TestNoSecretInAnyFrame(t *testing.T) { // FU-4
	t.Parallel()
	escaped := `\u0061` + theToken[1:] // the same text
	for name, c := range map[string]struct{ body, want string }{
		"at the top":   {`{"type":2,"token":"` + theToken + `","a":1}`, `{"type":2,"a":1}`},
		"last":         {`{"a":1.50,"token":"` + theToken + `"}`, `{"a":1.50}`},
		"escaped":      {`{"tok\u0065n":"` + escaped + `","a":"` + escaped + `"}`, `{"a":"[redacted]"}`},
		"deeper":       {`{"token":"` + theToken + `","message":{"interaction":{"token":"older","id":"1"}},"l":[{"token":1},2]}`, `{"message":{"interaction":{"id":"1"}},"l":[{},2]}`},
		"inside texts": {`{"token":"` + theToken + `","url":"https://x/` + theToken + `/y","l":["` + theToken + `"]}`, `{"url":"https://x/[redacted]/y","l":["[redacted]"]}`},
		"as a name":    {`{"token":"` + theToken + `","` + theToken + `":1}`, `{"[redacted]":1}`},
		"none":         {` { "a" : [ ] , "b" : { } , "c" : null , "d" : "é\n" } `, `{"a":[],"b":{},"c":null,"d":"é\n"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, connector.Options{})
			p := r.gateway("gw-1", "secret-1")
			r.interact("discord-bot", c.body)
			if _, body := p.gotForward(); body != c.want {
				t.Errorf("got %s, want %s", body, c.want)
			}
			if name != "none" {
				r.wantSecret(theToken)
			}
			r.wantSecret("secret-1")
			r.SignTwilio("b", "u", nil)
			for _, f := range r.observed(trace.Frame) {
				for _, s := range r.Secrets() {
					if strings.Contains(string(f.Data), s) {
						t.Errorf("frame #%d has a secret: %s", f.Seq, f.Data)
					}
				}
			}
		})
	}
}

func TestTwilioWebhook(t *testing.T) { // SEC-1, SEC-2
	t.Parallel()
	params := url.Values{"From": {"+1555"}, "To": {"+1777"}, "Body": {"hi there"}}
	signer := newRig(t, connector.Options{})
	const path = "/webhooks/twilio/sms-bot?x=1"
	for name, c := range map[string]struct {
		sign   func(r *rig) string
		status int
	}{
		"good":       {func(r *rig) string { return r.SignTwilio("sms-bot", r.url+path, params) }, 200},
		"other bot":  {func(r *rig) string { return r.SignTwilio("sms-bot2", r.url+path, params) }, 401},
		"other URL":  {func(r *rig) string { return r.SignTwilio("sms-bot", r.url+"/webhooks/twilio/sms-bot", params) }, 401},
		"other body": {func(r *rig) string { return r.SignTwilio("sms-bot", r.url+path, url.Values{"From": {"+1555"}}) }, 401},
		"none":       {func(*rig) string { return "" }, 401},
		"garbage":    {func(*rig) string { return "AAAA" }, 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, connector.Options{})
			p := r.gateway("gw-1", "secret-1")
			status, answer := r.post(path, params.Encode(), http.Header{
				"Content-Type": {"application/x-www-form-urlencoded"}, "X-Twilio-Signature": {c.sign(r)}, "Authorization": {"Basic x"},
			})
			if status != c.status {
				t.Errorf("got %d %s, want %d", status, answer, c.status)
			}
			if status == 200 {
				forward, body := p.gotForward()
				want := map[string]any{
					"platform": "sms", "botId": "sms-bot", "method": "POST", "path": "/webhooks/twilio/sms-bot",
					"headers": []any{[]any{"content-type", "application/x-www-form-urlencoded"}},
				}
				if diff := cmp.Diff(want, forward); diff != "" || body != params.Encode() {
					t.Errorf("body %s, (-want +got)\n%s", body, diff)
				}
			}
			p.sync()
		})
	}
	// Twilio's own example of the algorithm, with this bot's key in place of theirs.
	if s := signer.SignTwilio("b", "https://x.example/a", url.Values{"B": {"2", "3"}, "A": {"1"}}); s != signer.SignTwilio("b", "https://x.example/aA1B2B3", nil) {
		t.Error("what is signed is not the URL and the sorted parameters")
	}
}

func TestTwilioWebhookOwner(t *testing.T) { // SEC-3
	t.Parallel()
	o := twoTenants()
	o.Tenants[1].Scopes = append(o.Tenants[1].Scopes, "+1777")
	o.Tenants[0].Users = append(o.Tenants[0].Users, "+1555")
	r := newRig(t, o)
	a, b := r.gateway("gw-a", "secret-a"), r.gateway("gw-b", "secret-b")
	for _, c := range []struct {
		from, to string
		want     *peer
	}{{"+1555", "+1777", b}, {"+1555", "+1000", a}, {"+1000", "+1001", nil}} {
		params := url.Values{"From": {c.from}, "To": {c.to}}
		r.post("/webhooks/twilio/t", params.Encode(), http.Header{"X-Twilio-Signature": {r.SignTwilio("t", r.url+"/webhooks/twilio/t", params)}})
		if c.want != nil {
			c.want.gotForward()
		}
		a.sync()
		b.sync()
	}
}
