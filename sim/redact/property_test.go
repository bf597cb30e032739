package redact_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/redact"
	"github.com/relaysim/relaysim/sim/trace"
)

func redactor(t testing.TB, o redact.Options) *redact.Redactor {
	t.Helper()
	r, err := redact.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// wrap puts text into another encoding, or into a text of its own.
var wraps = []struct {
	name string
	wrap func(string) string
}{
	{"a JSON string", func(s string) string { return `{"payload":` + quote(s) + `}` }},
	{"a list", func(s string) string { return `[1,` + quote(s) + `,"x"]` }},
	{"a key", func(s string) string { return `{` + quote(s) + `:null}` }},
	{"base64", b64},
	{"base64url", b64url},
	{"hex", func(s string) string { return hex.EncodeToString([]byte(s)) }},
	{"a query", func(s string) string { return "https://h.example/x?a=b&next=" + url.QueryEscape(s) + "&c=d" }},
	{"a form", func(s string) string { return "a=b&c=" + url.QueryEscape(s) }},
	{"a sentence", func(s string) string { return "it says " + s + " there" }},
	{"a data URL", func(s string) string { return "data:text/plain;base64," + b64(s) }},
	{"lines", func(s string) string { return "first\n" + s + "\nlast\n" }},
}

var placed = []func(secret string) string{
	func(s string) string { return `{"token":` + quote(s) + `}` },
	func(s string) string { return `{"a":{"deliveryKey":` + quote(s) + `,"b":1}}` },
	func(s string) string { return `{"headers":[["x","y"],["authorization",` + quote("Bearer "+s) + `]]}` },
	func(s string) string { return "Bearer " + s },
	func(s string) string { return "https://h.example/interactions/12/" + s + "/callback" },
	func(s string) string { return "https://h.example/?access_token=" + s },
	func(s string) string { return "/link " + s },
}

var secrets = rapid.StringMatching(`[A-Z][a-z][0-9][A-Za-z0-9_-]{12,30}`)

// A secret that its place gives away is found however it is encoded.
func TestNoEncodingHidesASecret(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := secrets.Draw(t, "secret")
		text := rapid.SampledFrom(placed).Draw(t, "place")(secret)
		for range rapid.IntRange(0, 4).Draw(t, "wraps") {
			text = rapid.SampledFrom(wraps).Draw(t, "wrap").wrap(text)
		}
		r, _ := redact.New(redact.Options{})
		got := r.Bytes([]byte(text))
		if holds(string(got), secret, 6) {
			t.Fatalf("%q\nbecame %q", text, got)
		}
		if bytes.Contains(got, []byte("redacted-nested")) {
			t.Fatalf("%q was withheld as a whole", text)
		}
		if json.Valid([]byte(text)) && !json.Valid(got) {
			t.Fatalf("%q\nis no JSON any more: %q", text, got)
		}
		if again := r.Bytes(got); !bytes.Equal(again, got) {
			t.Fatalf("%q\nchanges again: %q", got, again)
		}
		fresh, _ := redact.New(redact.Options{})
		if again := fresh.Bytes(got); !bytes.Equal(again, got) {
			t.Fatalf("%q\nchanges in a second run: %q", got, again)
		}
	})
}

// A known secret is found wherever it stands, and the gate agrees.
func TestAKnownSecretIsFoundInAnyEncoding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.OneOf(secrets, rapid.StringMatching(`[a-zA-Z0-9/+?" é]{9,20}[0-9][a-z][A-Z]`)).Draw(t, "secret")
		text := rapid.StringMatching(`[a-z"\\ {]{0,9}`).Draw(t, "before") + secret + rapid.StringMatching(`[a-z"\\ }]{0,9}`).Draw(t, "after")
		for range rapid.IntRange(0, 4).Draw(t, "wraps") {
			text = rapid.SampledFrom(wraps).Draw(t, "wrap").wrap(text)
		}
		r, _ := redact.New(redact.Options{Known: []string{secret}})
		got := r.Bytes([]byte(text))
		if holds(string(got), secret, 6) {
			t.Fatalf("%q\nbecame %q", text, got)
		}
		if _, err := r.Gate(&bytes.Buffer{}).Write(got); err != nil {
			t.Fatalf("%q: %v", got, err)
		}
		if again := r.Bytes(got); !bytes.Equal(again, got) {
			t.Fatalf("%q\nchanges again: %q", got, again)
		}
	})
}

// However a line with a secret is split, the secret is not in the messages, and
// together they are what the line alone would have become.
func TestASplitSecretIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := secrets.Draw(t, "secret")
		line := `{"type":"x","text":` + quote(rapid.SampledFrom(placed).Draw(t, "place")(secret)) + `,"body":"` +
			b64(rapid.SampledFrom(placed).Draw(t, "place")(secret)) + "\"}\n" + `{"type":"y"}` + "\n"
		whole, _ := redact.New(redact.Options{})
		want := whole.Bytes([]byte(line))
		r, _ := redact.New(redact.Options{})
		rest, seq := line, 0
		var sent, out []*trace.Observation
		for rest != "" {
			n := min(len(rest), rapid.IntRange(1, 60).Draw(t, "size"))
			seq++
			sent = append(sent, &trace.Observation{Seq: seq, Kind: trace.Frame, Conn: 1, From: trace.Gateway, Data: []byte(rest[:n])})
			rest = rest[n:]
		}
		for _, o := range sent {
			out = append(out, r.Observation(o)...)
		}
		out = append(out, r.Flush()...)
		if len(out) != len(sent) {
			t.Fatalf("%d messages became %d", len(sent), len(out))
		}
		var got []byte
		for i, o := range out {
			if o.Seq != i+1 {
				t.Fatalf("seq %d in place %d", o.Seq, i+1)
			}
			got = append(got, o.Data...)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("got  %q\nwant %q", got, want)
		}
	})
}

// harmless makes JSON in which there is nothing to cut.
func harmless() *rapid.Generator[any] {
	text := rapid.OneOf(
		rapid.StringMatching(`[ a-zA-Z0-9.,!?é😀"\\/\n<>&-]{0,40}`),
		rapid.SampledFrom([]string{"discord.interaction_token", "agent:main:discord:group:C1:U7", "0123456789abcdef0123456789abcdef", "https://cdn.example/a/b.png?x=1&y=2#z",
			b64(`{"id":"1","type":2,"data":{"name":"ping"}}`), "hp1:6e8759e1:session", "100% sure", "the token is not here", "keyboard", "2026-08-01T00:00:00Z", "bearer of news"}),
	)
	name := rapid.SampledFrom([]string{"type", "text", "session_key", "kind", "name", "value", "id", "metadata", "key", "code", "publicKey", "a b", "é"})
	leaf := rapid.OneOf(rapid.Map(text, func(s string) any { return s }), rapid.Map(rapid.Int(), func(n int) any { return n }), rapid.Just[any](nil), rapid.Just[any](true))
	level := leaf
	for range 3 {
		level = rapid.OneOf(leaf,
			rapid.Map(rapid.SliceOfN(level, 0, 4), func(l []any) any { return l }),
			rapid.Map(rapid.MapOfN(name, level, 0, 4), func(m map[string]any) any { return m }))
	}
	return level
}

// What holds no secret keeps its bytes: the observation comes back as it is.
func TestWhatHoldsNoSecretIsUntouched(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, err := json.Marshal(harmless().Draw(t, "value"))
		if err != nil {
			t.Fatal(err)
		}
		r, _ := redact.New(redact.Options{Known: []string{"s3cr3t-of-gw-1", "a-w0rd"}})
		if got := r.Bytes(b); !bytes.Equal(got, b) {
			t.Fatalf("%s\nbecame %s", b, got)
		}
	})
}

// The same secret has the same placeholder wherever it stands, another one
// another, and what stands around it keeps its bytes.
func TestPlaceholdersKeepEquality(t *testing.T) {
	r := redactor(t, redact.Options{})
	in := `{ "token" : "A1b2C3d4E5", "x":1.50,"secret":"F6g7H8i9J0" ,"t":"Bearer A1b2C3d4E5", "b":"` + b64(`{"token":"A1b2C3d4E5"}`) + `"}`
	want := `{ "token" : "redacted-token-1", "x":1.50,"secret":"redacted-secret-2" ,"t":"Bearer redacted-token-1", "b":"` + b64(`{"token":"redacted-token-1"}`) + `"}`
	if got := r.Text(in); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	fresh := redactor(t, redact.Options{})
	if got := fresh.Text(want + ` {"token":"K1l2M3n4O5"}`); got != want+` {"token":"redacted-token-3"}` {
		t.Errorf("a placeholder that stands there already is given to another secret: %s", got)
	}
}

// Real sessions hold no secrets, so nothing in them may change.
func TestRealSessionsAreUntouched(t *testing.T) {
	files, _ := filepath.Glob("../../recordings/*.jsonl")
	more, _ := filepath.Glob("../../recordings/*/*.jsonl")
	if files = append(files, more...); len(files) == 0 {
		t.Skip("no recordings")
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		r := redactor(t, redact.Options{Patience: time.Hour})
		in := recording.NewReader(f, name)
		var sent, out []*trace.Observation
		for line, err := in.Next(); err == nil; line, err = in.Next() {
			if line.Observation != nil {
				sent = append(sent, line.Observation)
				out = append(out, r.Observation(line.Observation)...)
			}
		}
		f.Close()
		out = append(out, r.Flush()...)
		for i, o := range out {
			if o != sent[i] {
				t.Errorf("%s: seq %d: %q\nbecame %q", name, o.Seq, sent[i].Data, o.Data)
			}
		}
	}
}

func FuzzBytes(f *testing.F) {
	for _, p := range plants() {
		for _, o := range p.trace {
			f.Add([]byte(o.Data))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		const secret = "Kn0wnSecret9"
		r := redactor(t, redact.Options{Known: []string{secret}})
		was := bytes.Clone(b)
		got := r.Bytes(b)
		switch {
		case !bytes.Equal(was, b):
			t.Fatal("the caller's bytes were changed")
		case json.Valid(b) != json.Valid(got) && json.Valid(b):
			t.Fatalf("%q\nis no JSON any more: %q", b, got)
		case strings.Contains(string(got), secret):
			t.Fatalf("%q\nbecame %q", b, got)
		}
		in := base64.StdEncoding.EncodeToString(append(bytes.Clone(b), " Bearer "+secret...))
		if got := r.Text(`{"a":"` + in + `"}`); holds(got, secret, 2) {
			t.Fatalf("%q became %q", in, got)
		}
	})
}

func unquote(t interface{ Fatalf(string, ...any) }, quoted string) string {
	var s string
	if err := json.Unmarshal([]byte(quoted), &s); err != nil {
		t.Fatalf("%s: %v", quoted, err)
	}
	return s
}
