package session_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway/session"
)

// A transcript that ends in the middle of a line loses that line only.
func TestTranscriptTruncatedAtEveryByte(t *testing.T) { // SES-12
	t.Parallel()
	folder, clock := t.TempDir(), &handClock{time: noon}
	store := mustOpen(t, folder, clock)
	e := say(store, "a", "one")
	store.Succeed(&e, "two")
	save(t, store)
	path := filepath.Join(folder, "transcripts", e.ID+".jsonl")
	whole := read(t, path)
	first := strings.Index(string(whole), "\n")
	for n := range len(whole) + 1 {
		write(t, path, whole[:n])
		store.Succeed(&e, "three")
		list, err := store.Transcript(e.ID)
		want := []string{"one", "two", "three"}
		switch {
		case n < first:
			want = want[2:]
		case n < len(whole)-1:
			want = []string{"one", "three"}
		}
		torn := n > 0 && n < first || n > first+1 && n < len(whole)-1
		var skipped *session.SkippedError
		if errors.As(err, &skipped) != torn || err != nil && !torn {
			t.Fatalf("%d bytes: got %v, want a torn line to be reported: %t", n, err, torn)
		}
		if torn && (len(skipped.Lines) != 1 || skipped.File != path || skipped.Lines[0] != len(want)) {
			t.Fatalf("%d bytes: skipped: %v", n, skipped)
		}
		var got []string
		for _, m := range list {
			got = append(got, m.Text)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("%d bytes (-want +got)\n%s", n, d)
		}
	}
}

// An exchange of a transcript with a torn line can be taken back.
func TestUndoBesideATornLine(t *testing.T) { // SES-12
	t.Parallel()
	folder, clock := t.TempDir(), &handClock{time: noon}
	store := mustOpen(t, folder, clock)
	e := say(store, "a", "one")
	save(t, store)
	path := filepath.Join(folder, "transcripts", e.ID+".jsonl")
	write(t, path, append(read(t, path), `{"role":"user","te`...))
	e = say(store, "a", "two")
	store.Succeed(&e, "ok")
	taken, err := store.Undo("a")
	var skipped *session.SkippedError
	if !errors.As(err, &skipped) || len(taken) != 2 || taken[0].Text != "two" {
		t.Errorf("taken back: %v, %v", taken, err)
	}
}
