package main

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestRecordingsPlayAgainstADriver plays every recording against the Go driver:
// each passes, or is skipped with its reason.
func TestRecordingsPlayAgainstADriver(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	args := []string{"simulate", "-v", "--gateway", goDriver(t), filepath.Join("..", "..", "recordings")}
	if status := Main(args, strings.NewReader(""), &stdout, &stderr); status != 0 {
		t.Fatalf("exit status %d\n%s%s", status, &stdout, &stderr)
	}
	said := stdout.String()
	if !regexp.MustCompile(`(?m)^\d{2,} passed, 0 failed, \d skipped; compared (\d{4,}) of (\d{4,}) fields$`).MatchString(said) {
		t.Errorf("its summary is not as it should be:\n%s", said)
	}
	for _, skip := range regexp.MustCompile(`(?m)^skip .*\n.*`).FindAllString(said, -1) {
		if strings.Contains(skip, ".jsonl") && !strings.Contains(skip, "\n      ") {
			t.Errorf("skipped without a reason: %s", skip)
		}
	}
}
