package scrub_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/redact"
	"github.com/relaysim/relaysim/sim/scrub"
)

func scrubbed(t *testing.T, file string, o redact.Options) (string, scrub.Result) {
	t.Helper()
	var out bytes.Buffer
	result, err := scrub.Recording(strings.NewReader(file), "x.jsonl", &out, o)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), result
}

const (
	header = `{"kind": "header", "recording": 1, "title": "with token=Q1w2E3r4T5"}` + "\n"
	end    = `{"kind": "end", "events": %d}` + "\n"
)

// Only the secrets change: the spelling of the lines, what this program does not
// know and what came before the secret was given away stay or are cut alike.
func TestOnlySecretsChange(t *testing.T) {
	in := header +
		`{"seq": 1, "at": 0.5, "kind": "open", "conn": 1, "path": "/relay?token=A1b2C3d4E5", "auth": "present", "extra": [1.50]}` + "\n" +
		`{"seq": 2, "at": 1, "kind": "note", "reason": "it was Z9y8X7w6V5", "debug_token": "F6g7H8i9J0"}` + "\n" +
		`{"seq": 3, "at": 1.0, "kind": "frame", "conn": 1, "from": "connector", "text": "{\"token\": \"Z9y8X7w6V5\", \"e\": \"\\u00e9 \\/\"}\n"}` + "\n" +
		`{"seq": 4, "kind": "frame", "conn": 1, "from": "connector", "frame": {"a": 1.0, "token": "A1b2C3d4E5"}}` + "\n" +
		`{"seq": 5, "kind": "weather", "secret": "K1l2M3n4O5"}` + "\n" +
		`{"seq": 6, "kind": "frame", "conn": 1, "from": "gateway", "base64": "AAFCZWFyZXIgQTFiMkMzZDRFNQ=="}` + "\n" +
		`{"seq": 7, "kind": "routed", "session_key": "k", "event": {"text": "plain"}}` + "\n" +
		fmt.Sprintf(end, 7)
	want := strings.NewReplacer(
		"Q1w2E3r4T5", "redacted-token-1", "A1b2C3d4E5", "redacted-token-2", "F6g7H8i9J0", "redacted-token-3", "Z9y8X7w6V5", "redacted-token-4",
		"K1l2M3n4O5", "redacted-secret-5", "AAFCZWFyZXIgQTFiMkMzZDRFNQ==", "AAFCZWFyZXIgcmVkYWN0ZWQtdG9rZW4tMg==").Replace(in)
	got, result := scrubbed(t, in, redact.Options{})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if result.Lines != 9 || result.Changed != 7 || len(result.Warnings) != 1 {
		t.Errorf("got %+v", result)
	}
	again, result := scrubbed(t, got, redact.Options{})
	if again != got || result.Changed != 0 || len(result.Cut) != 0 {
		t.Errorf("a second run changes it: %+v\n%s", result, cmp.Diff(got, again))
	}
}

// A secret that is split over messages is found, and lines that hold none of it
// keep their place and their bytes.
func TestSplitMessages(t *testing.T) {
	in := header +
		`{"seq": 1, "at": 1, "kind": "frame", "conn": 1, "from": "connector", "text": "{\"bodyB64\":\"eyJ0b2tlbiI6IkExYjJD"}` + "\n" +
		`{"seq": 2, "at": 90, "kind": "state", "state": "connected"}` + "\n" +
		`{"seq": 3, "kind": "weather"}` + "\n" +
		`{"seq": 4, "at": 99, "kind": "frame", "conn": 1, "from": "connector", "text": "M2Q0RTUifQ==\"}\n{\"type\":\"x\"}\n"}` + "\n" +
		fmt.Sprintf(end, 4)
	got, result := scrubbed(t, in, redact.Options{})
	if result.Changed != 3 || strings.Contains(got, "A1b2C3d4E5") || strings.Contains(got, "eyJ0b2tlbiI6IkExYjJD") {
		t.Errorf("%+v: %s", result, got)
	}
	for _, line := range []string{`{"seq": 2, "at": 90, "kind": "state", "state": "connected"}` + "\n" + `{"seq": 3, "kind": "weather"}` + "\n" + `{"seq": 4,`, `\n{\"type\":\"x\"}\n"}`} {
		if !strings.Contains(got, line) {
			t.Errorf("no %s in %s", line, got)
		}
	}
	if again, _ := scrubbed(t, got, redact.Options{}); again != got {
		t.Errorf("a second run changes it:\n%s", cmp.Diff(got, again))
	}
}

func TestPlaceholdersThereAreNotGivenAway(t *testing.T) {
	in := header + `{"seq":1,"kind":"note","reason":"secret=N1m2B3v4C5"}` + "\n" + `{"seq":2,"kind":"note","reason":"token=redacted-token-2"}` + "\n" + fmt.Sprintf(end, 2)
	got, _ := scrubbed(t, in, redact.Options{})
	for _, want := range []string{"token=redacted-token-3", "secret=redacted-secret-4", "token=redacted-token-2"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

func TestLastLineCutOff(t *testing.T) {
	in := header + `{"seq":1,"kind":"note","reason":"x"}` + "\n" + `{"seq":2,"kind":"note","reason":"token=N1m2`
	got, result := scrubbed(t, in, redact.Options{})
	if !strings.HasSuffix(got, `{"seq":1,"kind":"note","reason":"x"}`+"\n") || len(result.Warnings) != 2 {
		t.Errorf("%v: %s", result.Warnings, got)
	}
}

func TestBadFile(t *testing.T) {
	for _, in := range []string{"", "{}", header + "nonsense\n" + fmt.Sprintf(end, 0), header + `{"seq":0,"kind":"note"}` + "\n"} {
		var problem *recording.Problem
		if _, err := scrub.Recording(strings.NewReader(in), "x.jsonl", &bytes.Buffer{}, redact.Options{}); !errors.As(err, &problem) {
			t.Errorf("%q: got %v", in, err)
		}
	}
}

// Real sessions hold no secrets: they stay as they are, byte by byte. Without
// names and texts they are still recordings.
func TestRealSessions(t *testing.T) {
	files, _ := filepath.Glob("../../recordings/*.jsonl")
	more, _ := filepath.Glob("../../recordings/*/*.jsonl")
	if files = append(files, more...); len(files) == 0 {
		t.Fatal("no recordings")
	}
	for i, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := scrubbed(t, string(b), redact.Options{}); got != string(b) {
			t.Errorf("%s: %s", name, cmp.Diff(string(b), got))
		}
		if i%5 != 0 {
			continue // every fifth has all there is to replace, and it takes a while under -race
		}
		got, _ := scrubbed(t, string(b), redact.Options{Users: true})
		if again, _ := scrubbed(t, got, redact.Options{Users: true}); again != got {
			t.Errorf("%s, names replaced: a second run changes it: %s", name, cmp.Diff(got, again))
		}
	}
}

// TestBotIDsOfTheHeader are the same placeholders as in the frames.
func TestBotIDsOfTheHeader(t *testing.T) {
	in := `{"kind":"header","recording":1,"config":{"identities":[["discord","B1"],["slack","B2"]]}}` + "\n" +
		`{"seq":1,"at":0,"kind":"frame","conn":1,"from":"gateway","frame":{"type":"hello","platform":"discord","botId":"B1"}}` + "\n" +
		fmt.Sprintf(end, 1)
	want := strings.NewReplacer(`"B1"`, `"redacted-field-1"`, `"B2"`, `"redacted-field-2"`).Replace(in)
	got, _ := scrubbed(t, in, redact.Options{Fields: []string{"bot_id"}})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
