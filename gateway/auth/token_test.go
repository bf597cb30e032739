package auth_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/relaysim/relaysim/gateway/auth"
	"github.com/relaysim/relaysim/gateway/internal/golden"
)

// tokenIn is the input of a make or a verify case.
type tokenIn struct {
	Op      string
	Payload string
	Secret  string
	TTL     *int64 `json:"ttl_seconds"` // null = the default
	Now     float64
	Token   string // null = ""
	Secrets []string
}

func (in tokenIn) now() time.Time {
	whole, fraction := math.Modf(in.Now)
	return time.Unix(int64(whole), int64(fraction*1e9))
}

func TestTokenGolden(t *testing.T) { // AUTH-2, AUTH-3
	exceptions := []golden.Exception{{
		Cases: "delivery .*", Why: "no rule speaks of delivery signatures: nothing is delivered over HTTP (DIAL-3)",
	}, {
		Cases: "exp (with plus sign|with spaces|with leading zeros|with underscores|arabic digits|spelled [+]0|spelled -0)",
		Rule:  "AUTH-2", Why: "the signature covers the expiry as it was sent; the golden output reads it as Python's int does",
		Instead: func(c golden.Case) error {
			in, err := decode(c)
			if err != nil {
				return err
			}
			if id, err := auth.Verify(in.Token, in.Secrets, in.now()); !errors.Is(err, auth.ErrSignature) && !errors.Is(err, auth.ErrMalformed) {
				return fmt.Errorf("got %q, %v, want it refused", id, err)
			}
			return nil
		},
	}}
	golden.Run(t, "testdata/upgrade_tokens.json", exceptions, func(c golden.Case) error {
		in, err := decode(c)
		if err != nil {
			return err
		}
		var want *string
		if err := json.Unmarshal(c.Out, &want); err != nil {
			return err
		}
		var got *string
		if in.Op == "make" {
			ttl := auth.DefaultTTL
			if in.TTL != nil {
				ttl = time.Duration(*in.TTL) * time.Second
			}
			token := auth.Mint(in.Payload, in.Secret, in.now(), ttl)
			got = &token
		} else if id, err := auth.Verify(in.Token, in.Secrets, in.now()); err == nil {
			got = &id
		}
		if (got == nil) != (want == nil) || got != nil && *got != *want {
			return fmt.Errorf("got %s, want %s", show(got), show(want))
		}
		return nil
	})
}

func decode(c golden.Case) (in tokenIn, err error) {
	err = json.Unmarshal(c.In, &in)
	if err == nil && in.Op != "make" && in.Op != "verify" {
		err = fmt.Errorf("op %q is not known", in.Op)
	}
	return in, err
}

func show(s *string) string {
	if s == nil {
		return "null"
	}
	return fmt.Sprintf("%q", *s)
}

func TestVerifySaysWhy(t *testing.T) { // AUTH-3, AUTH-4
	now := time.Unix(1_760_000_000, 0)
	good := auth.Mint("gw:1", "new", now, auth.DefaultTTL)
	raw, err := base64.RawURLEncoding.DecodeString(good)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	tests := []struct {
		name    string
		token   string
		secrets []string
		after   time.Duration
		want    error
	}{
		{"the primary secret", good, []string{"new", "old"}, 0, nil},
		{"the secondary secret", good, []string{"next", "new"}, 0, nil},
		{"the last second", good, []string{"new"}, 300 * time.Second, nil},
		{"within the last second", good, []string{"new"}, 300*time.Second + 999*time.Millisecond, nil},
		{"a second too late", good, []string{"new"}, 301 * time.Second, auth.ErrExpired},
		{"no expiry", auth.Mint("gw:1", "new", now, 0), []string{"new"}, 1e6 * time.Hour, nil},
		{"another secret", good, []string{"next", "other"}, 0, auth.ErrSignature},
		{"another secret, and too late", good, []string{"other"}, time.Hour, auth.ErrSignature},
		{"no secret", good, nil, 0, auth.ErrSignature},
		{"signed with the empty secret", auth.Mint("gw:1", "", now, 0), []string{""}, 0, auth.ErrSignature},
		{"another gateway's name on it", encode(strings.Replace(string(raw), "gw:1", "gw:2", 1)), []string{"new"}, 0, auth.ErrSignature},
		{"a longer life", encode(strings.Replace(string(raw), ":1760000300:", ":1860000300:", 1)), []string{"new"}, 0, auth.ErrSignature},
		{"part of the signature", encode(string(raw[:len(raw)-2])), []string{"new"}, 0, auth.ErrSignature},
		{"nothing", "", []string{"new"}, 0, auth.ErrMalformed},
		{"a line break inside", good[:8] + "\n" + good[8:], []string{"new"}, 0, auth.ErrMalformed},
		{"no colon", encode("gw"), []string{"new"}, 0, auth.ErrMalformed},
		{"one colon", encode("gw:00"), []string{"new"}, 0, auth.ErrMalformed},
		{"an expiry in words", encode("gw:soon:00"), []string{"new"}, 0, auth.ErrMalformed},
		{"an expiry out of range", encode("gw:99999999999999999999:00"), []string{"new"}, 0, auth.ErrMalformed},
		{"a signature not in hex", encode("gw:0:zz"), []string{"new"}, 0, auth.ErrMalformed},
		{"not UTF-8", encode("\xff:0:00"), []string{"new"}, 0, auth.ErrMalformed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			id, err := auth.Verify(tt.token, tt.secrets, now.Add(tt.after))
			if !errors.Is(err, tt.want) {
				t.Fatalf("got error %v, want %v", err, tt.want)
			}
			if err == nil && id != "gw:1" || err != nil && id != "" {
				t.Errorf("got gateway id %q with error %v", id, err)
			}
		})
	}
}

func TestVerifyTakesWhatMintMakes(t *testing.T) { // AUTH-2, AUTH-3
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.String().Draw(t, "id")
		secret := rapid.StringN(1, -1, -1).Draw(t, "secret")
		now := time.Unix(rapid.Int64Range(1, 1<<40).Draw(t, "now"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds"))
		ttl := time.Duration(rapid.Int64Range(-1000, 100_000).Draw(t, "milliseconds")) * time.Millisecond
		token := auth.Mint(id, secret, now, ttl) + strings.Repeat("=", rapid.IntRange(0, 3).Draw(t, "padding"))
		for _, secrets := range [][]string{{secret}, {"next " + secret, secret}, {secret, "old"}} {
			if got, err := auth.Verify(token, secrets, now); err != nil || got != id {
				t.Fatalf("Verify with %q = %q, %v, want %q", secrets, got, err, id)
			}
		}
		if ttl > 0 {
			if _, err := auth.Verify(token, []string{secret}, now.Add(ttl+time.Second)); !errors.Is(err, auth.ErrExpired) {
				t.Fatalf("a second after its time: got error %v, want ErrExpired", err)
			}
		}
		if _, err := auth.Verify(token, []string{secret + "x"}, now); !errors.Is(err, auth.ErrSignature) {
			t.Fatalf("with another secret: got error %v, want ErrSignature", err)
		}
	})
}

// A clock that is set back refuses no token that was good, and lets no other one
// in: one that had expired is as good as it was then.
func TestClockSetBack(t *testing.T) { // AUTH-3
	t.Parallel()
	now := time.Unix(1_760_000_000, 0)
	token := auth.Mint("gw", "a", now, auth.DefaultTTL)
	for _, at := range []time.Time{now.Add(-24 * time.Hour), now.Add(auth.DefaultTTL)} {
		if id, err := auth.Verify(token, []string{"a"}, at); id != "gw" || err != nil {
			t.Errorf("at %v: %q, %v", at, id, err)
		}
	}
	if _, err := auth.Verify(token, []string{"b"}, now.Add(-24*time.Hour)); !errors.Is(err, auth.ErrSignature) {
		t.Errorf("of another secret: %v", err)
	}
}

// A token comes from a stranger: none may pass, and none may panic.
func FuzzVerify(f *testing.F) {
	now := time.Unix(1_760_000_000, 0)
	f.Add(auth.Mint("gw:1", "a", now, auth.DefaultTTL))
	f.Add("Og")
	f.Add("====")
	f.Fuzz(func(t *testing.T, token string) {
		id, err := auth.Verify(token, []string{"the secret that signed none of them"}, now)
		if err == nil || id != "" {
			t.Errorf("%q passed as %q", token, id)
		}
		if !errors.Is(err, auth.ErrMalformed) && !errors.Is(err, auth.ErrSignature) {
			t.Errorf("%q: error %v says something about an unsigned token", token, err)
		}
	})
}
