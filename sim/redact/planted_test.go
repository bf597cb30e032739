package redact_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/relaysim/relaysim/gateway/auth"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/redact"
	"github.com/relaysim/relaysim/sim/trace"
)

// The secrets that are planted. None is told to the Redactor unless a case says
// so.
var (
	opaque      = "Zx81-qPw.7aB_c3D4e5F6g7" // a token without a form of its own
	password    = "correct horse"
	upgrade     = auth.Mint("gw-1", "s3cr3t-of-gw-1", time.Unix(1e9, 0), auth.DefaultTTL)
	interaction = base64.StdEncoding.EncodeToString([]byte("interaction:1101:Qm9hVGxY3kq8-sdf7Hgt6sa5dGGhjkLLPoi"))
	jwt         = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
	code        = "K7Q4-ZMPD"
)

func b64(s string) string    { return base64.StdEncoding.EncodeToString([]byte(s)) }
func b64url(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
func quote(s string) string  { b, _ := json.Marshal(s); return string(b) }

func frame(s string) *trace.Observation {
	return &trace.Observation{Kind: trace.Frame, Conn: 1, From: trace.Connector, Data: []byte(s + "\n")}
}

func forward(headers, body string) *trace.Observation {
	return frame(`{"type":"passthrough_forward","forward":{"platform":"discord","botId":"B1","method":"POST","path":"/interactions/B1","headers":` +
		headers + `,"bodyB64":"` + body + `"},"bufferId":"b1"}`)
}

func inbound(text string) *trace.Observation {
	return frame(`{"type":"inbound","event":{"text":` + quote(text) + `,"source":{"platform":"discord","chat_id":"C1"}}}`)
}

// plant is one place with one secret.
type plant struct {
	name    string
	secret  string
	known   bool
	options redact.Options
	trace   []*trace.Observation
}

func one(o *trace.Observation) []*trace.Observation { return []*trace.Observation{o} }

// split sends one line in pieces that end at the marks.
func split(line string) []*trace.Observation {
	var list []*trace.Observation
	for _, piece := range strings.Split(line+"\n", "|") {
		list = append(list, &trace.Observation{Kind: trace.Frame, Conn: 1, From: trace.Gateway, Data: []byte(piece)})
	}
	return list
}

func plants() []plant {
	members := []string{"token", "secret", "deliveryKey", "delivery_key", "access_token", "refreshToken", "client_secret", "API-Key", "password",
		"interaction_token", "webhook_secret", "signature", "x-signature-ed25519", "PRIVATE_KEY", "botToken", "linkCode", "secrets", "token2"}
	var list []plant
	add := func(name, secret string, o *trace.Observation) {
		list = append(list, plant{name: name, secret: secret, trace: one(o)})
	}
	for _, m := range members {
		add("member "+m, opaque, frame(`{"type":"x","a":[{"`+m+`":"`+opaque+`"}]}`))
	}
	add("a member whose name is escaped", opaque, frame(`{"type":"x","t\u006fken":"`+opaque+`"}`))
	add("a member whose value is escaped", opaque, frame(`{"type":"x","token":"\u005a`+opaque[1:]+`"}`))
	add("a member that is a number", "918273645546372", frame(`{"type":"x","token":918273645546372}`))
	add("a list under a secret's name", opaque, frame(`{"type":"x","secrets":["a",["`+opaque+`"]]}`))
	add("an object under a secret's name", opaque, frame(`{"type":"x","token":{"value":"`+opaque+`"}}`))
	add("name and value", opaque, frame(`{"type":"x","headers":[{"name":"Authorization","value":"Bearer `+opaque+`"}]}`))
	add("value and name", password, frame(`{"type":"x","headers":[{"value":"`+password+`","name":"X-Api-Key"}]}`))
	add("a pair of a list", password, forward(`[["content-type","application/json"],["X-Twilio-Signature","`+password+`"]]`, ""))
	add("a pair with a cookie", opaque, forward(`[["cookie","a=b; sid=`+opaque+`"]]`, ""))
	add("a pair with basic auth", b64("ann:"+password), forward(`[["authorization","Basic `+b64("ann:"+password)+`"]]`, ""))
	add("Discord's signature", hex.EncodeToString([]byte(opaque+opaque)), forward(`[["X-Signature-Ed25519","`+hex.EncodeToString([]byte(opaque+opaque))+`"]]`, ""))
	add("headers as an object", opaque, frame(`{"type":"x","headers":{"Authorization":"`+opaque+`"}}`))
	add("headers as a flat list", password, frame(`{"type":"x","raw":["Host","h","Cookie","sid=`+password+`","Accept","*"]}`))
	add("a body in base64", opaque, forward(`[]`, b64(`{"id":"1","type":2,"token":"`+opaque+`","data":{"name":"ping"}}`)))
	add("a body in base64url", opaque, forward(`[]`, b64url(`{"id":"1","type":2,"token":"`+opaque+`","data":{"name":"pïng>>>???"}}`)))
	add("a form in base64", opaque, forward(`[]`, b64("Body=hi&AuthToken="+opaque+"&From=%2B49")))
	add("a form in base64, escaped", opaque+"/+", forward(`[]`, b64("Body=hi&AuthToken="+url.QueryEscape(opaque+"/+")+"&From=%2B49")))
	add("a body in base64 in base64", opaque, forward(`[]`, b64(`{"payload":"`+b64(`{"token":"`+opaque+`"}`)+`"}`)))
	add("JSON in a string in base64", opaque, forward(`[]`, b64(`{"payload":`+quote(`{"token":"`+opaque+`"}`)+`}`)))
	add("a body in hex", opaque, frame(`{"type":"x","body":"`+hex.EncodeToString([]byte(`{"token":"`+opaque+`"}`))+`"}`))
	add("a multipart body", opaque, forward(`[]`, b64("--x\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n\xff\xd8\xff\r\nAuthorization: Bearer "+opaque+"\r\n--x--")))
	add("a binary body with a token in it", opaque, forward(`[]`, b64("\xff\xd8\xff\x00\x01"+strings.Repeat("\x80", 50)+"\r\nAuthorization: Bearer "+opaque+"\r\n--x--")))
	add("base64 broken into lines", opaque, forward(`[]`, strings.Join([]string{b64(`{"id":"1","type":2,"tok`)[:28], b64(`{"id":"1","type":2,"token":"` + opaque + `","data":{}}`)[28:]}, `\r\n`)))
	add("a data URL", opaque, inbound("see data:application/json;base64,"+b64(`{"token":"`+opaque+`"}`)))
	add("base64 after a path", opaque, inbound("/x/"+b64(`{"token":"`+opaque+`"}`)))
	add("JSON in a string", opaque, frame(`{"type":"x","payload":`+quote(`{"a":{"token":"`+opaque+`"}}`)+`}`))
	add("JSON in a string in a string", opaque, frame(`{"type":"x","payload":`+quote(`{"a":`+quote(`{"token":"`+opaque+`"}`)+`}`)+`}`))
	add("JSON cut off in a string", opaque, frame(`{"type":"x","payload":`+quote(`{"a":{"token":"`+opaque)+`}`))
	add("JSON behind words", password, inbound(`got {"headers":[["cookie","sid=`+password+`"]]} today`))
	add("a bearer in a text", opaque, inbound("use Bearer "+opaque+" please"))
	add("a bearer that is a word", "letmeinplease", inbound("Authorization: Bearer letmeinplease"))
	add("token= in a text", opaque, inbound("token="+opaque))
	add("password: in a text", "hunter", inbound("the password: hunter, ok?"))
	add("a query", opaque, inbound("https://h.example/x?a=1&access_token="+opaque+"#f"))
	add("a query, escaped twice", opaque, inbound("https://h.example/x?next="+url.QueryEscape("https://i.example/?u="+url.QueryEscape("/y?token="+opaque))))
	add("a signed URL", opaque, inbound("https://cdn.example/a.png?ex=1&is=2&hm="+opaque+"&"))
	add("Amazon's signed URL", opaque, inbound("https://s3.example/a.png?X-Amz-Signature="+opaque))
	add("a name with a space", opaque, frame(`{"type":"x","token ":"`+opaque+`"}`))
	add("a sentence", opaque, inbound("my token is `"+opaque+"`."))
	add("a bearer in quotes", opaque, inbound(`Bearer "`+opaque+`"`))
	add("the line after the name", opaque, inbound("token:\n"+opaque))
	add("a header in a text", password, inbound("Host: x\r\nCookie: sid="+password+"\r\n"))
	add("a link command's next line", code, inbound("/link\n"+code))
	add("a link interaction with a number", "482913", forward(`[]`, b64(`{"type":2,"data":{"name":"link","options":[{"name":"code","value":482913}]}}`)))
	add("a URL's name and password", opaque, inbound("https://"+opaque+":x@h.example/"))
	add("XML", opaque, inbound("<Auth><Token>"+opaque+"</Token></Auth>"))
	add("a command line", opaque, inbound("run it --api-key "+opaque+" now"))
	add("Python's way", opaque, inbound("{'token': '"+opaque+"', 'n': None}"))
	add("an environment", opaque, inbound("GATEWAY_RELAY_SECRET="+opaque))
	add("a URL's password", "hunter2", inbound("wss://ann:hunter2@h.example/relay"))
	add("a URL's user alone", opaque, inbound("https://"+opaque+"@h.example/x"))
	add("an interaction's callback", opaque, inbound("POST https://discord.com/api/v10/interactions/1101/"+opaque+"/callback"))
	add("a webhook", opaque, frame(`{"type":"x","path":"/api/webhooks/1101/`+opaque+`/messages/@original"}`))
	add("a webhook with escaped slashes", opaque, frame(`{"type":"x","path":"https:\/\/discord.com\/api\/webhooks\/1101\/`+opaque+`"}`))
	add("Slack's webhook", opaque[:4]+"B7x9", inbound("https://hooks.slack.com/services/T01/B02/"+opaque[:4]+"B7x9"))
	add("Telegram's URL", "AAH-9f8s7d6f5g4h3j2k1l0qwertyuiopas", inbound("https://api.telegram.org/bot110201543:AAH-9f8s7d6f5g4h3j2k1l0qwertyuiopas/getMe"))
	add("Slack's token", "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy", inbound("my xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy"))
	add("Discord's bot token", "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs", inbound("it is MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs!"))
	add("a JWT", jwt, inbound("it is "+jwt))
	add("an upgrade token anywhere", upgrade, inbound("it is "+upgrade))
	add("an interaction token anywhere", interaction, inbound("it is "+interaction))
	add("a private key", "MC4CAQAwBQYDK2VwBCIEIJ", inbound("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ\n-----END PRIVATE KEY-----\n"))
	add("a link command", code, inbound("/link "+code))
	add("a link command to a bot", "4711", inbound("/link@relay_bot 4711"))
	add("a link interaction", code, forward(`[]`, b64(`{"type":2,"data":{"name":"link","options":[{"name":"code","type":3,"value":"`+code+`"}]}}`)))
	add("a link interaction, options first", code, forward(`[]`, b64(`{"type":2,"data":{"options":[{"value":"`+code+`"}],"name":"link"}}`)))
	add("a malformed frame", opaque, frame(`{"type":"x","token":"`+opaque+`",}`))
	add("a malformed frame with escapes", opaque, frame(`{"type":"x","t\u006fken":"`+opaque+`",}`))
	add("a frame that is not UTF-8", opaque, frame("{\"type\":\"\xff\",\"token\":\""+opaque+"\"}"))
	add("no JSON at all", opaque, frame("\xfe token="+opaque+" \xff"))
	add("several lines", opaque, frame("{\"type\":\"x\"}\n\n{\"a\":[[\"authorization\",\""+opaque+"\"]]}\n{"))
	add("JSON over several lines", password, frame("{\n \"a\": [\n  \"cookie\",\n  \"x="+password+"\"\n ]\n}"))
	binary := frame(`{"type":"x","token":"` + opaque + `"}`)
	binary.Binary = true
	add("a binary message", opaque, binary)
	add("binary rubbish", opaque, &trace.Observation{Kind: trace.Frame, Conn: 1, From: trace.Gateway, Binary: true, Data: []byte("\x00\x01Bearer " + opaque + "\x00")})
	add("an upgrade's path", opaque, &trace.Observation{Kind: trace.Open, Conn: 1, Path: "/relay?token=" + opaque, Auth: "present"})
	add("what should be present", opaque, &trace.Observation{Kind: trace.Open, Conn: 1, Path: "/relay", Auth: "Bearer " + opaque})
	add("a close reason", opaque, &trace.Observation{Kind: trace.Close, Conn: 1, From: trace.Connector, Code: 4401, Reason: "bad token: " + opaque})
	add("a note", opaque, &trace.Observation{Kind: trace.Note, Reason: "dropped Bearer " + opaque})
	add("a state's reason", opaque, &trace.Observation{Kind: trace.State, State: "disabled", Reason: `{"secret":"` + opaque + `"}`})
	add("an answer of the edge", opaque, &trace.Observation{Kind: trace.Answer, Path: "/relay/provision", Code: 200, Data: []byte(`{"secret":"` + opaque + `"}`)})
	add("an answer of /manage/link", "12ab", &trace.Observation{Kind: trace.Answer, Path: "/manage/link", Code: 200, Data: []byte(`{"code":"12ab","expires_in":600}`)})
	add("a routed event", opaque, &trace.Observation{Kind: trace.Routed, SessionKey: "k", Event: trace.Value{Raw: []byte(`{"text":"Bearer ` + opaque + `"}`)}})
	add("an agent's arguments", opaque, &trace.Observation{Kind: trace.Agent, Call: "send", Args: trace.Value{Of: map[string]any{"metadata": map[string]any{"token": opaque}}}})
	add("an agent's result", opaque, &trace.Observation{Kind: trace.Agent, Call: "send", Result: trace.Value{Raw: []byte(`{"error":"401 for token=` + opaque + `"}`)}})
	for name, line := range map[string]string{
		"in the secret":        `{"type":"x","token":"` + opaque[:8] + "|" + opaque[8:] + `"}`,
		"in the name":          `{"type":"x","tok|en":"` + opaque + `"}`,
		"everywhere":           strings.Join(strings.Split(`{"type":"x","token":"`+opaque+`"}`, ""), "|"),
		"in base64":            `{"type":"x","bodyB64":"` + b64(`{"token":"` + opaque + `"}`)[:30] + "|" + b64(`{"token":"` + opaque + `"}`)[30:] + `"}`,
		"in Bearer":            `{"type":"x","text":"Bea|rer ` + opaque + `"}`,
		"in text":              `Bea|rer ` + opaque[:5] + "|" + opaque[5:],
		"before what says so":  `{"type":"x","h":{"value":"` + opaque + `"|,"name":"Authorization"}}`,
		"after a whole line":   "{\"type\":\"x\"}\n{\"token\":\"" + opaque[:3] + "|" + opaque[3:] + "\"}\n{\"a\":1}",
		"in a line of rubbish": `token=` + opaque[:3] + "|" + opaque[3:9] + "|" + opaque[9:],
	} {
		list = append(list, plant{name: "split " + name, secret: opaque, trace: split(line)})
	}
	list = append(list, plant{name: "split and never ended", secret: opaque, trace: append(
		split(`{"type":"x","token":"` + opaque)[:1:1], &trace.Observation{Kind: trace.Close, Conn: 1, From: trace.Gateway, Code: 1006})})
	for i, text := range []string{
		`{"type":"x","text":"it is ` + opaque + `"}`,
		`{"type":"x","` + opaque + `":1}`,
		`{"type":"x","text":"` + b64("a"+opaque) + `"}`,
		`{"type":"x","text":"` + b64("ab"+opaque+"c") + `"}`,
		`{"type":"x","text":"=` + b64url("\xff\xfe"+opaque+"\xff") + `"}`,
		`{"type":"x","text":"` + b64("\x00"+opaque) + `"}`,
		`{"type":"x","text":"` + hex.EncodeToString([]byte("\x01"+opaque)) + `"}`,
		`{"type":"x","text":"` + strings.ToUpper(hex.EncodeToString([]byte(opaque))) + `"}`,
		`{"type":"x","text":"` + percent(opaque) + `"}`,
		`{"type":"x","text":"` + escaped(opaque) + `"}`,
		`{"type":"x","text":"` + b64(b64("\x00\x01"+b64(opaque))) + `"}`,
		`{"type":"x",` + escaped(opaque) + `}`,
		opaque,
	} {
		list = append(list, plant{name: fmt.Sprintf("known, form %d", i), secret: opaque, known: true, trace: one(frame(text))})
	}
	list = append(list,
		plant{name: "known, split in text", secret: opaque, known: true, trace: split("it is " + opaque[:9] + "|" + opaque[9:] + ".")},
		plant{name: "known, a word", secret: "devsecret", known: true, trace: one(inbound("it is devsecret."))},
		plant{name: "known, in a number", secret: "a1b2c3", known: true, trace: one(frame(`{"type":"x","a":"xa1b2c3y"}`))},
		plant{name: "learned here, used there", secret: opaque, trace: []*trace.Observation{frame(`{"token":"` + opaque + `"}`), inbound("so " + opaque + " it is"), forward("[]", b64("xx"+opaque))}},
		plant{name: "a field of the user's", secret: "pear", options: redact.Options{Fields: []string{"phone_number"}}, trace: one(frame(`{"type":"x","phoneNumber":"pear"}`))},
		plant{name: "a field of the user's in text", secret: "pear", options: redact.Options{Fields: []string{"phone number"}}, trace: one(inbound("phone-number=pear"))},
		plant{name: "a pattern of the user's", secret: "4111-1111", options: redact.Options{Patterns: []string{`\d{4}-\d{4}`}}, trace: one(forward("[]", b64(`{"a":"no 4111-1111"}`)))},
		plant{name: "a group of a pattern", secret: "pear", options: redact.Options{Patterns: []string{`fruit is (\w+)`}}, trace: one(inbound("the fruit is pear."))},
	)
	for i := range list {
		for j, o := range list[i].trace {
			o.Seq = j + 1
		}
	}
	return list
}

func percent(s string) (out string) {
	for i := range len(s) {
		out += fmt.Sprintf("%%%02X", s[i])
	}
	return out
}

func escaped(s string) (out string) {
	for i := range len(s) {
		out += fmt.Sprintf(`\u%04x`, s[i])
	}
	return out
}

// record writes a trace as the recorder does and returns the file and what was
// written.
func record(t testing.TB, r *redact.Redactor, list []*trace.Observation) ([]byte, []*trace.Observation) {
	t.Helper()
	var file bytes.Buffer
	w, err := recording.NewWriter(r.Gate(&file), recording.Header{Title: "planted"})
	if err != nil {
		t.Fatal(err)
	}
	var out []*trace.Observation
	write := func(ready []*trace.Observation) {
		for _, o := range ready {
			out = append(out, o)
			if err := w.Write(o); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, o := range list {
		write(r.Observation(o))
	}
	write(r.Flush())
	if len(out) != len(list) {
		t.Fatalf("%d observations became %d", len(list), len(out))
	}
	return file.Bytes(), out
}

var runOf = regexp.MustCompile(`[A-Za-z0-9+/_-]{8,}`)

// holds says whether a secret can be found in text, by other means than the
// package's own.
func holds(text, secret string, depth int) bool {
	if strings.Contains(text, secret) {
		return true
	}
	if depth == 0 {
		return false
	}
	if u := regexp.MustCompile(`\\u00([0-9a-f]{2})`).ReplaceAllStringFunc(text, func(s string) string {
		b, _ := hex.DecodeString(s[4:])
		return string(b)
	}); u != text && holds(u, secret, depth-1) {
		return true
	}
	if u := strings.NewReplacer(`\"`, `"`, `\/`, `/`, `\\`, `\`, `\r`, "", `\n`, "").Replace(text); u != text && holds(u, secret, depth-1) {
		return true
	}
	if u, err := url.PathUnescape(text); err == nil && u != text && holds(u, secret, depth-1) {
		return true
	}
	for _, run := range runOf.FindAllString(text, -1) {
		if b, err := hex.DecodeString(strings.ToLower(run)); err == nil && holds(string(b), secret, depth-1) {
			return true
		}
		for shift := range 4 {
			std := strings.NewReplacer("-", "+", "_", "/").Replace(run[shift:])
			if len(std)%4 == 1 {
				std = std[:len(std)-1]
			}
			if b, err := base64.RawStdEncoding.DecodeString(std); err == nil && holds(string(b), secret, depth-1) {
				return true
			}
		}
	}
	return false
}

// No secret of the list is in the file that is written, in any encoding.
func TestPlanted(t *testing.T) {
	list := plants()
	if len(list) < 60 {
		t.Fatalf("only %d", len(list))
	}
	for _, p := range list {
		t.Run(p.name, func(t *testing.T) {
			r, err := redact.New(p.options)
			if err != nil {
				t.Fatal(err)
			}
			if p.known {
				r.Known(p.secret)
			}
			whole := ""
			for _, o := range p.trace {
				whole += string(o.Data)
			}
			file, out := record(t, r, p.trace)
			joined := ""
			for _, o := range out {
				joined += string(o.Data)
			}
			for _, text := range []string{string(file), joined} {
				if holds(text, p.secret, 5) {
					t.Errorf("%q\nbecame %q", whole, text)
				}
			}
			if !strings.Contains(string(file), "redacted-") && !holds(string(file), "redacted-", 5) {
				t.Errorf("no placeholder: %s", file)
			}
			if _, again := record(t, r, out); !sameData(again, out) {
				t.Error("cutting twice changes it again")
			}
		})
	}
}

func sameData(a, b []*trace.Observation) bool {
	for i := range a {
		if !bytes.Equal(a[i].Data, b[i].Data) || a[i].Reason != b[i].Reason || a[i].Path != b[i].Path || !bytes.Equal(a[i].Args.JSON(), b[i].Args.JSON()) {
			return false
		}
	}
	return true
}

// What an HTTP answer gives away is cut from what comes after it, a plain code
// too, but not out of other words.
func TestLearn(t *testing.T) { // PROV-1, MAN-1
	r := redactor(t, redact.Options{})
	r.Learn("/base/manage/link?x=1", []byte(`{"code":"482913","expires_in":600}`))
	r.Learn("/relay/provision", []byte(`{"secret":"devsecret","deliveryKey":"Ab3dEf6hIj","tenant":"acme","gatewayId":"gw-1"}`))
	got := r.Text(`{"text":"482913, devsecret and xAb3dEf6hIjx of acme's gw-1","id":"14829130","word":"devsecrets"}`)
	want := `{"text":"redacted-code-1, redacted-secret-2 and xredacted-key-3x of acme's gw-1","id":"14829130","word":"devsecrets"}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// The gate names where and what, and never the secret.
func TestGateRefuses(t *testing.T) {
	const secret = "Kn0wn/Secret+9?"
	for name, line := range map[string]string{
		"plain":              `{"seq":7,"kind":"note","reason":"x ` + secret + `"}`,
		"escaped":            `{"seq":7,"kind":"note","reason":"` + escaped(secret) + `"}`,
		"escaped twice":      `{"seq":7,"kind":"note","reason":"` + strings.ReplaceAll(escaped(secret), `\`, `\\`) + `"}`,
		"escaped slashes":    `{"seq":7,"kind":"note","reason":"` + strings.ReplaceAll(secret, "/", `\/`) + `"}`,
		"base64":             `{"seq":7,"kind":"frame","base64":"` + b64(secret) + `"}`,
		"base64, shifted":    `{"seq":7,"kind":"frame","base64":"` + b64("\xff"+secret+"abc") + `"}`,
		"base64, shifted 2":  `{"seq":7,"kind":"frame","base64":"` + b64("\xff\xff"+secret+"a") + `"}`,
		"base64url, shifted": `{"seq":7,"kind":"frame","base64":"` + b64url("\xff"+secret) + `"}`,
		"hex":                `{"seq":7,"kind":"note","reason":"` + hex.EncodeToString([]byte(secret)) + `"}`,
		"percent":            `{"seq":7,"kind":"note","reason":"` + url.QueryEscape(secret) + `"}`,
		"all percent":        `{"seq":7,"kind":"note","reason":"` + percent(secret) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			r := redactor(t, redact.Options{Known: []string{secret}})
			var out bytes.Buffer
			_, err := r.Gate(&out).Write([]byte(line + "\n"))
			var remains *redact.RemainsError
			if !errors.As(err, &remains) || remains.Seq != 7 || remains.Kind != redact.Known || out.Len() > 0 {
				t.Fatalf("got %v, and %q written", err, out.String())
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error shows it: %v", err)
			}
		})
	}
}

func TestHeader(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"Authorization", "Bearer abc", "Bearer redacted-credential-1"},
		{"authorization", "abc", "redacted-credential-1"},
		{"Proxy-Authorization", "Basic YTpi", "Basic redacted-credential-1"},
		{"Cookie", "a=1; b=2", "a=redacted-cookie-1; b=redacted-cookie-2"},
		{"Set-Cookie", "sid=xyz; Path=/; HttpOnly", "sid=redacted-cookie-1; Path=/; HttpOnly"},
		{"X-Signature-Ed25519", "00ff", "redacted-signature-1"},
		{"X-Signature-Timestamp", "1700000000", "1700000000"},
		{"X-Twilio-Signature", "0/KCTR6DLpKmkAf8muzZqo1nDgQ=", "redacted-signature-1"},
		{"Sec-WebSocket-Protocol", "relay.v1, bearer, abc", "relay.v1, bearer, redacted-token-1"},
		{"Sec-WebSocket-Protocol", "relay.v1, base64url.bearer.authorization.k8s.io.abc", "relay.v1, base64url.bearer.authorization.k8s.io.redacted-token-1"},
		{"Sec-WebSocket-Protocol", "relay.v1, relay.v2", "relay.v1, relay.v2"},
		{"Referer", "https://h.example/?token=abc", "https://h.example/?token=redacted-token-1"},
		{"Content-Type", "application/json", "application/json"},
	} {
		r := redactor(t, redact.Options{})
		got := r.Headers([][2]string{{c.name, c.value}})[0][1]
		if got != c.want {
			t.Errorf("%s: %s: got %s, want %s", c.name, c.value, got, c.want)
		}
		if again := r.Header(c.name, got); again != got {
			t.Errorf("%s: %s becomes %s", c.name, got, again)
		}
	}
}
