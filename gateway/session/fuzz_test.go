package session_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
)

// Whatever the sessions file holds: it is read, or set aside with its bytes, or
// left alone; and where the store opens, what it keeps is read again.
func FuzzSessionsFile(f *testing.F) { // SES-7
	const id = `"session_id":"20260310_120000_00000001"`
	for _, seed := range []string{
		`{"format":1,"entries":[{"session_key":"a",` + id + `,"updated_at":"2026-03-10T11:59:00Z","running":true,"restarts":2}],"past":[]}`,
		`{"format":1,"past":[{"session_key":"a","session_id":"20260310_115900_0000000f","ended":"reset"}]}`,
		`{"format":2}`, `{"format":1,"entries":[null]}`, `[`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		folder, clock := t.TempDir(), &handClock{time: noon}
		path := filepath.Join(folder, session.SessionsFile)
		write(t, path, raw)
		store, err := openDisk(t, folder, clock)
		var aside *session.SetAsideError
		switch {
		case errors.As(err, &aside):
			if string(read(t, aside.Kept)) != string(raw) {
				t.Error("set aside with other bytes")
			}
		case err != nil:
			if string(read(t, path)) != string(raw) {
				t.Errorf("refused (%v), and not left alone", err)
			}
			return
		}
		for _, e := range store.Entries() {
			began, _ := store.Begin(e.Key, &wire.Source{}, session.Message{Text: "hi"})
			store.Succeed(&began, "hello")
		}
		want := store.Entries()
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		killed(t, store)
		if got := mustOpen(t, folder, clock).Entries(); len(got) != len(want) {
			t.Errorf("%d entries are kept, of %d", len(got), len(want))
		}
	})
}

// Whatever stands in a transcript: what is appended is read behind it, and every
// message that is read has a role.
func FuzzTranscript(f *testing.F) { // SES-12
	for _, seed := range []string{
		"", "null\n", "{}\n5\n", `{"role":"user","text":"a"}`, `{"role":"undo"}` + "\n\n[", "\xff\n",
		`{"role":"user","text":"a"}` + "\n" + `{"role":"undo"}` + "\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		const id = "20260310_120000_00000001"
		folder := t.TempDir()
		disk, err := session.NewDisk(folder)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(folder, "transcripts", id+".jsonl"), raw)
		if err := disk.Append(id, []session.Message{{Role: session.RoleUser, Text: "appended"}}); err != nil {
			t.Fatal(err)
		}
		list, err := disk.Transcript(id)
		var skipped *session.SkippedError
		if err != nil && !errors.As(err, &skipped) {
			t.Fatal(err)
		}
		if n := len(list); n == 0 || n > strings.Count(string(raw), "\n")+2 || list[n-1].Text != "appended" || list[n-1].Undone {
			t.Errorf("got %+v", list)
		}
		for _, m := range list {
			if m.Role == "" {
				t.Errorf("no role: %+v", m)
			}
		}
	})
}
