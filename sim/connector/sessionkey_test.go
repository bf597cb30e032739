package connector

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
)

// The golden session keys of the real gateway, of both revisions: the
// connector's own computation must find each (DI-6, INT-1). What it leaves out
// is counted below, so that nothing is left out unseen.
func TestSessionKeysGolden(t *testing.T) { // SK-1…SK-7
	for _, file := range []string{"session_keys-2026-06.json", "session_keys-2026-08.json"} {
		b, err := os.ReadFile("../../gateway/session/testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		var golden struct {
			Cases []struct {
				Name string
				In   struct {
					Source  map[string]any
					Groups  bool `json:"group_sessions_per_user"`
					Threads bool `json:"thread_sessions_per_user"`
					Profile *string
					Files   map[string]any `json:"whatsapp_lid_files"`
				}
				Out struct{ Key any }
			}
		}
		if err := json.Unmarshal(b, &golden); err != nil {
			t.Fatal(err)
		}
		checked, skipped := 0, map[string]int{}
		for _, c := range golden.Cases {
			switch {
			case !isText(c.Out.Key):
				skipped["the reference raises"]++
			case c.In.Threads:
				skipped["the connector takes threads as shared"]++
			case c.In.Files != nil:
				skipped["the connector knows no WhatsApp aliases"]++
			case odd(c.In.Source):
				skipped["something that is no text where one belongs"]++
			default:
				checked++
				if c.In.Profile != nil {
					c.In.Source["profile"] = *c.In.Profile
				}
				keys := sessionKeys(sourceOf(c.In.Source), !c.In.Groups)
				if !slices.Contains(keys, c.Out.Key.(string)) {
					t.Errorf("%s: %s: got %q, want %q among them", file, c.Name, keys, c.Out.Key)
				}
			}
		}
		t.Logf("%s: %d checked, skipped: %v", file, checked, skipped)
		if checked < len(golden.Cases)/2 {
			t.Errorf("%s: only %d of %d are checked", file, checked, len(golden.Cases))
		}
	}
}

func odd(source map[string]any) bool {
	for k, v := range source {
		_, isText := v.(string)
		if !isText && (v != nil || k == "chat_type") {
			return true
		}
	}
	return false
}

func isText(v any) bool {
	_, ok := v.(string)
	return ok
}
