package driver

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/relaysim/relaysim/sim/target/program"
)

const (
	saidLines   = 20      // kept for the report of a failure
	passedBytes = 1 << 20 // of one program, passed through
)

// said is what a driver says that is not the protocol's: its stderr and its log
// messages. The last lines are kept, and all are passed through until there are
// too many.
type said struct {
	to io.Writer // takes each line whole; nil passes nothing through

	mu      sync.Mutex
	name    string   // Guarded by mu: whose lines they are, for who reads them.
	lines   []string // Guarded by mu: the last ones, oldest first.
	passed  int      // Guarded by mu: bytes.
	secrets []string // Guarded by mu: not to be shown.
}

// call says whose lines they are from now on.
func (s *said) call(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.name = name
}

// hide keeps a secret out of what is shown from now on.
func (s *said) hide(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if secret != "" && !slices.Contains(s.secrets, secret) {
		s.secrets = append(s.secrets, secret)
	}
}

// masked is a text as it may be shown.
func (s *said) masked(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.without(text)
}

// without cuts the secrets out. The caller holds mu.
func (s *said) without(text string) string {
	for _, secret := range s.secrets {
		text = strings.ReplaceAll(text, secret, "***")
	}
	return text
}

// add takes one line.
func (s *said) add(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(line) > program.MaxSaid {
		line = line[:program.MaxSaid] + "…"
	}
	line = s.without(line)
	s.lines = append(s.lines, line)
	if len(s.lines) > saidLines {
		s.lines = slices.Delete(s.lines, 0, 1)
	}
	s.pass(line)
}

func (s *said) pass(line string) {
	if s.to == nil || s.passed > passedBytes {
		return
	}
	if s.passed += len(line); s.passed > passedBytes {
		line = "… it prints too much: the rest is not shown"
	}
	fmt.Fprintf(s.to, "%s: %s\n", s.name, line)
}

// begin forgets what was said before.
func (s *said) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = nil
}

// last is what is kept.
func (s *said) last() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lines)
}
