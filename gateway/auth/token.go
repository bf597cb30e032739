// Package auth mints and verifies the token that authenticates a gateway's
// upgrade (AUTH). It does no I/O, reads no clock and keeps no secret.
//
// Start with Mint, which the gateway calls before every dial (AUTH-5), and
// Verify, which the connector calls before it trusts anything.
package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// DefaultTTL is how long a minted token lives unless the caller says otherwise (AUTH-2).
const DefaultTTL = 300 * time.Second

// Why a token is refused. Verify's error wraps exactly one of them, and never
// holds a secret or a signature.
var (
	// ErrMalformed: not base64url, not UTF-8, or not payload ":" exp ":" sig.
	ErrMalformed = errors.New("token is malformed")
	// ErrSignature: no secret of the list signed it; nothing in it can be trusted.
	ErrSignature = errors.New("token is signed by no known secret")
	// ErrExpired: signed by a known secret, but its time is over (AUTH-3).
	ErrExpired = errors.New("token has expired")
)

// Mint makes the token a gateway presents when it dials (AUTH-2). It lives for
// ttl from now, in whole seconds; a ttl of zero or less never expires, so pass
// DefaultTTL unless that is meant.
func Mint(gatewayID, secret string, now time.Time, ttl time.Duration) string {
	exp := int64(0)
	if ttl > 0 {
		exp = now.Add(ttl).Unix()
	}
	signed := gatewayID + ":" + strconv.FormatInt(exp, 10)
	return base64.RawURLEncoding.EncodeToString([]byte(signed + ":" + hex.EncodeToString(sign(signed, secret))))
}

// Verify checks a token against a rotation list, the primary secret first, and
// returns the gateway id it was minted for (AUTH-3). Empty secrets are
// skipped: a gateway that has none cannot be authenticated. The signature is
// judged before the expiry, so what an unsigned token claims is never reported.
func Verify(token string, secrets []string, now time.Time) (gatewayID string, err error) {
	t, err := parse(token)
	if err != nil {
		return "", err
	}
	// Every secret is tried even after a match: the time taken must not say
	// which one it was.
	ok := false
	for _, secret := range secrets {
		if secret != "" && hmac.Equal(sign(t.signed, secret), t.sig) {
			ok = true
		}
	}
	if !ok {
		return "", ErrSignature
	}
	if t.exp != 0 && now.Unix() > t.exp {
		return "", fmt.Errorf("%w: at %d, now %d", ErrExpired, t.exp, now.Unix())
	}
	return t.payload, nil
}

// claims is a token taken apart.
type claims struct {
	payload string
	exp     int64  // unix seconds, 0 = never
	signed  string // payload ":" exp exactly as it was sent: what sig covers
	sig     []byte
}

// parse takes a token apart without judging it.
func parse(token string) (claims, error) {
	raw, err := decode(token)
	if err != nil {
		return claims{}, fmt.Errorf("%w: %v", ErrMalformed, err)
	}
	if !utf8.Valid(raw) {
		return claims{}, fmt.Errorf("%w: not UTF-8", ErrMalformed)
	}
	// (AUTH-3) From the right: a payload may hold colons.
	text := string(raw)
	end := strings.LastIndexByte(text, ':')
	if end < 0 {
		return claims{}, fmt.Errorf("%w: no signature", ErrMalformed)
	}
	signed, sig := text[:end], text[end+1:]
	mid := strings.LastIndexByte(signed, ':')
	if mid < 0 {
		return claims{}, fmt.Errorf("%w: no expiry", ErrMalformed)
	}
	c := claims{payload: signed[:mid], signed: signed}
	if c.exp, err = strconv.ParseInt(signed[mid+1:], 10, 64); err != nil {
		return claims{}, fmt.Errorf("%w: expiry is not a number", ErrMalformed)
	}
	if c.sig, err = hex.DecodeString(sig); err != nil {
		return claims{}, fmt.Errorf("%w: signature is not hex", ErrMalformed)
	}
	return c, nil
}

// decode reads base64 with or without padding (AUTH-3), in either alphabet:
// the field's verifiers take the standard one too. Unlike the decoder below
// it, it takes no line breaks.
func decode(token string) ([]byte, error) {
	if strings.ContainsAny(token, "\r\n") {
		return nil, errors.New("line break in base64")
	}
	urlSafe := strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(token, "="))
	return base64.RawURLEncoding.DecodeString(urlSafe)
}

// sign is the HMAC-SHA256 of text under secret (AUTH-2).
func sign(text, secret string) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
