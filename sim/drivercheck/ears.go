package drivercheck

import (
	"bytes"
	"encoding/base64"
	"sync"
)

// ears listen to everything that a driver prints for what it must not.
type ears struct {
	next func(line []byte) // whoever listens too; may be nil

	mu     sync.Mutex
	leaked string // Guarded by mu: what was heard; empty where nothing was.
}

func newEars(next func(line []byte)) *ears { return &ears{next: next} }

// token is how every token of the gateway begins (AUTH-2): whole groups of three
// bytes, whatever comes behind them.
var token = func() []byte {
	payload := []byte(gatewayID + ":")
	return []byte(base64.RawURLEncoding.EncodeToString(payload[:len(payload)/3*3]))
}()

// hear takes one line.
func (e *ears) hear(line []byte) {
	what := ""
	switch {
	case bytes.Contains(line, []byte(secret)):
		what = "it printed the gateway's secret"
	case bytes.Contains(line, token):
		what = "it printed a token of the gateway's"
	}
	if what != "" {
		e.mu.Lock()
		if e.leaked == "" {
			e.leaked = what
		}
		e.mu.Unlock()
	}
	if e.next != nil {
		e.next(line)
	}
}

func (e *ears) leak() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.leaked
}
