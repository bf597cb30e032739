// Package auth mints and verifies the token that authenticates a gateway's
// upgrade (AUTH). It does no I/O and reads no clock.
package auth

import (
	"errors"
	"time"
)

// DefaultTTL is how long a minted token lives unless the caller says otherwise (AUTH-2).
const DefaultTTL = 300 * time.Second

// Why a token is refused; Verify's errors wrap exactly one of them.
var (
	ErrMalformed = errors.New("token is malformed")
	ErrExpired   = errors.New("token has expired")
	ErrSignature = errors.New("token is signed by no known secret")
)

// Mint makes the token that a gateway presents when it dials.
func Mint(gatewayID, secret string, now time.Time, ttl time.Duration) string { return "" }

// Verify checks a token against every secret and returns the gateway id.
func Verify(token string, secrets []string, now time.Time) (gatewayID string, err error) {
	return "", ErrMalformed
}

// Claimed is the gateway id that a token claims, not verified: only good for
// finding the secrets to call Verify with.
func Claimed(token string) (gatewayID string, err error) { return "", ErrMalformed }
