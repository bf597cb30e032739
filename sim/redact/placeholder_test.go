package redact_test

import (
	"fmt"
	"testing"

	"github.com/relaysim/relaysim/sim/redact"
)

func TestCut(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", `[""] []`},
		{"nothing", `["nothing"] []`},
		{"redacted-token-1", `["" ""] ["redacted-token-1"]`},
		{"a redacted-key-12, redacted-token-3redacted-token-4 b", `["a " ", " "" " b"] ["redacted-key-12" "redacted-token-3" "redacted-token-4"]`},
		{"redacted-key-, redacted--1, Redacted-key-1", `["redacted-key-, redacted--1, Redacted-key-1"] []`},
	} {
		texts, placeholders := redact.Cut(tt.text)
		if got := fmt.Sprintf("%q %q", texts, placeholders); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.text, got, tt.want)
		}
	}
}
