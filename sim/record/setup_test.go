package record_test

import (
	"fmt"
	"maps"
	"os/exec"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/sim/record"
)

func TestListenAddress(t *testing.T) {
	for in, want := range map[string]string{
		"8080":            "127.0.0.1:8080",
		":8080":           "127.0.0.1:8080",
		"0":               "127.0.0.1:0",
		"localhost:1":     "localhost:1",
		"0.0.0.0:8080":    "0.0.0.0:8080",
		"[::]:8080":       "[::]:8080",
		"[::1]:8080":      "[::1]:8080",
		"":                "want a port",
		"http":            "want a port",
		"127.0.0.1:70000": "want a port",
		"1:2:3":           "want an address",
	} {
		got, err := record.ListenAddress(in)
		if err != nil {
			got = err.Error()
		}
		if got != want && !(err != nil && strings.HasPrefix(got, want)) {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestConnectorURL(t *testing.T) {
	for in, want := range map[string]string{
		"wss://relay.example":              "https://relay.example",
		" https://relay.example/ ":         "https://relay.example",
		"ws://127.0.0.1:8080/base/relay":   "http://127.0.0.1:8080/base",
		"wss://user:pw@relay.example":      "",
		"wss://relay.example?token=secret": "",
		"relay.example":                    "",
	} {
		u, err := record.ConnectorURL(in)
		if got := fmt.Sprint(u); err == nil && got != want || err != nil && want != "" {
			t.Errorf("%q: got %v, %v, want %q", in, u, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error shows the secret: %v", in, err)
		}
	}
}

// TestQuoteEnv: a shell and ReadEnv find the same value.
func TestQuoteEnv(t *testing.T) {
	for _, value := range []string{"", "plain-1.x/y", `{"discord":{"botId":"b 1"}}`, "it's $HOME `x` \\ \"q\"", "'", "''", "a#b", " ~ ", "é*?"} {
		line := "A=" + record.QuoteEnv(value) + "\n"
		read, err := record.ReadEnv(strings.NewReader(line), "x.env")
		if err != nil || read["A"] != value {
			t.Errorf("%s: ReadEnv finds %q, %v", line, read["A"], err)
		}
		sourced, err := exec.Command("sh", "-c", line+`printf %s "$A"`).Output()
		if err != nil || string(sourced) != value {
			t.Errorf("%s: a shell finds %q, %v", line, sourced, err)
		}
	}
}

func TestReadEnv(t *testing.T) {
	got, err := record.ReadEnv(strings.NewReader("# who\n\nA=1\nexport B = two words \nC=\"x=y\"\nD='$A'\nE=\nF=\"half\n"), "x.env")
	want := map[string]string{"A": "1", "B": "two words", "C": "x=y", "D": "$A", "E": "", "F": "\"half"}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
	for _, bad := range []string{"A=1\nsecret", "two words=secret", "=secret"} {
		_, err := record.ReadEnv(strings.NewReader(bad), "x.env")
		if err == nil || !strings.HasPrefix(err.Error(), "x.env:") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}
