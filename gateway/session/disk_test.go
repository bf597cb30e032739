package session_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway/dirlock"
	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
)

// noon is when these tests begin.
var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// openDisk begins a life of a store in a folder.
func openDisk(t *testing.T, folder string, clock *handClock) (*session.Store, error) {
	t.Helper()
	disk, err := session.NewDisk(folder)
	if err != nil {
		t.Fatal(err)
	}
	store, err := session.NewStore(session.Options{Location: time.UTC, Clock: clock, Keeper: disk})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Release() })
	return store, store.Open()
}

// mustOpen is openDisk where nothing is wrong with the folder.
func mustOpen(t *testing.T, folder string, clock *handClock) *session.Store {
	t.Helper()
	store, err := openDisk(t, folder, clock)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// killed is the end of a life of which the store is not told: its folder is free.
func killed(t *testing.T, store *session.Store) {
	t.Helper()
	if err := store.Release(); err != nil {
		t.Fatal(err)
	}
}

func say(store *session.Store, key, text string) session.Entry {
	e, _ := store.Begin(key, &wire.Source{Platform: "discord", ChatType: "dm"}, session.Message{Text: text})
	return e
}

func save(t *testing.T, store *session.Store) {
	t.Helper()
	if err := store.Save(); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func write(t *testing.T, path string, raw []byte) {
	t.Helper()
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A sessions file that ends early is reported and set aside with its bytes, and
// the store works on; only the line's end may be missing.
func TestSessionsFileTruncatedAtEveryByte(t *testing.T) { // SES-7
	t.Parallel()
	folder, clock := t.TempDir(), &handClock{time: noon}
	store := mustOpen(t, folder, clock)
	for _, key := range []string{"a", "b"} {
		e := say(store, key, "hi")
		store.Succeed(&e, "hello")
	}
	store.Reset("a")
	save(t, store)
	want := store.Entries()
	file := filepath.Join(folder, "sessions.json")
	whole := read(t, file)
	for n := range len(whole) + 1 {
		own := t.TempDir()
		path := filepath.Join(own, "sessions.json")
		write(t, path, whole[:n])
		write(t, filepath.Join(own, "clean-shutdown"), nil)
		store, err := openDisk(t, own, clock)
		if n >= len(whole)-1 {
			if d := cmp.Diff(want, store.Entries()); err != nil || d != "" {
				t.Fatalf("whole: %v (-want +got)\n%s", err, d)
			}
			continue
		}
		var aside *session.SetAsideError
		if !errors.As(err, &aside) {
			t.Fatalf("%d bytes: got %v, want a SetAsideError", n, err)
		}
		if got := read(t, aside.Kept); string(got) != string(whole[:n]) {
			t.Fatalf("%d bytes: %d bytes were set aside", n, len(got))
		}
		if n%50 != 0 {
			continue // the rest takes its time
		}
		e := say(store, "a", "again")
		save(t, store)
		killed(t, store)
		if again := mustOpen(t, own, clock).Entries(); len(again) != 1 || again[0].ID != e.ID {
			t.Fatalf("%d bytes: afterwards there is %v", n, again)
		}
	}
}

// The sessions file is replaced, never written to: whoever has it open sees the
// sessions of before, whole, whatever moment a process ends in.
func TestSessionsFileIsReplaced(t *testing.T) { // SES-7
	t.Parallel()
	folder, clock := t.TempDir(), &handClock{time: noon}
	store := mustOpen(t, folder, clock)
	say(store, "a", "hi")
	save(t, store)
	path := filepath.Join(folder, "sessions.json")
	before, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()
	want := read(t, path)
	say(store, "b", "hi")
	save(t, store)
	got, err := io.ReadAll(before)
	if err != nil || string(got) != string(want) {
		t.Errorf("the file that was open is %d bytes now, was %d: %v", len(got), len(want), err)
	}
	if string(read(t, path)) == string(want) {
		t.Error("nothing was saved")
	}
}

func TestSessionsFileThatIsNone(t *testing.T) { // SES-7
	t.Parallel()
	const id = `"session_id":"20260310_120000_00000001"`
	for name, c := range map[string]struct{ text, want string }{
		"empty":         {"", "unexpected end of JSON input"},
		"two":           {`{"format":1}{"format":1}`, "invalid character '{' after top-level value"},
		"no format":     {`{}`, "format 0"},
		"list":          {`[]`, "cannot unmarshal array"},
		"wrong type":    {`{"format":1,"entries":[{"session_key":"a",` + id + `,"updated_at":5}]}`, "Time.UnmarshalJSON"},
		"no key":        {`{"format":1,"entries":[{` + id + `}]}`, "is empty or there twice"},
		"key twice":     {`{"format":1,"entries":[{"session_key":"a",` + id + `},{"session_key":"a"}]}`, `key "a" is empty or there twice`},
		"id twice":      {`{"format":1,"entries":[{"session_key":"a",` + id + `}],"past":[{` + id + `}]}`, "is there twice"},
		"id is a path":  {`{"format":1,"past":[{"session_id":"../x"}]}`, `"../x" is not the id of a session`},
		"entry is null": {`{"format":1,"entries":[null]}`, "is empty or there twice"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			write(t, filepath.Join(folder, "sessions.json"), []byte(c.text))
			_, err := openDisk(t, folder, &handClock{time: noon})
			var aside *session.SetAsideError
			if !errors.As(err, &aside) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want it set aside for %q", err, c.want)
			}
			if got := read(t, aside.Kept); string(got) != c.text {
				t.Errorf("set aside: %q", got)
			}
		})
	}
}

// Setting aside what a later program wrote would lose it for that program.
func TestSessionsFileOfALaterFormatIsLeftAlone(t *testing.T) { // SES-7
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "sessions.json")
	write(t, path, []byte(`{"format":2,"entries":{}}`))
	_, err := openDisk(t, folder, &handClock{time: noon})
	if err == nil || !strings.Contains(err.Error(), "sessions of format 2, this program reads 1") {
		t.Errorf("got %v", err)
	}
	if got := read(t, path); string(got) != `{"format":2,"entries":{}}` {
		t.Errorf("the file is %s", got)
	}
}

// What is set aside does not take the place of what was set aside before.
func TestSetAsideKeepsEveryFile(t *testing.T) { // SES-7
	t.Parallel()
	folder := t.TempDir()
	for _, text := range []string{"one", "two"} {
		write(t, filepath.Join(folder, "sessions.json"), []byte(text))
		store, err := openDisk(t, folder, &handClock{time: noon})
		if err == nil {
			t.Fatal("it was read")
		}
		killed(t, store)
	}
	for name, want := range map[string]string{"sessions.json.corrupt-1": "one", "sessions.json.corrupt-2": "two"} {
		if got := read(t, filepath.Join(folder, name)); string(got) != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// failing is a Keeper whose disk is full for a while.
type failing struct {
	*session.Disk
	full bool
}

var errFull = errors.New("no space left")

func (f *failing) Append(id string, list []session.Message) error {
	if f.full {
		return errFull
	}
	return f.Disk.Append(id, list)
}

func (f *failing) Save(k session.Kept) error {
	if f.full {
		return errFull
	}
	return f.Disk.Save(k)
}

// One transcript that cannot be written costs the other sessions nothing.
func TestTranscriptThatCannotBeWritten(t *testing.T) { // SES-7, SES-12
	t.Parallel()
	folder, clock := t.TempDir(), &handClock{time: noon}
	store := mustOpen(t, folder, clock)
	bad := say(store, "bad", "one")
	path := filepath.Join(folder, "transcripts", bad.ID+".jsonl")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	good := say(store, "good", "one")
	if err := store.Save(); err == nil {
		t.Error("nothing is reported")
	}
	if list, err := store.Transcript(good.ID); err != nil || len(list) != 1 {
		t.Errorf("the other transcript: %v, %v", list, err)
	}
	if _, err := store.Transcript(bad.ID); err == nil {
		t.Error("a transcript of which a line waits is read as if it were whole")
	}
	killed(t, store)
	if list := mustOpen(t, folder, clock).Entries(); len(list) != 2 {
		t.Errorf("kept: %+v", list)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if list, err := store.Transcript(bad.ID); err != nil || len(list) != 1 {
		t.Errorf("later: %v, %v", list, err)
	}
}

func TestSaveThatFailsIsMadeUpFor(t *testing.T) { // SES-7
	t.Parallel()
	folder, clock := t.TempDir(), &handClock{time: noon}
	disk, err := session.NewDisk(folder)
	if err != nil {
		t.Fatal(err)
	}
	keeper := &failing{Disk: disk}
	store, err := session.NewStore(session.Options{Location: time.UTC, Clock: clock, Keeper: keeper})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Open(); err != nil {
		t.Fatal(err)
	}
	keeper.full = true
	e := say(store, "a", "one")
	if err := store.Save(); !errors.Is(err, errFull) {
		t.Fatalf("got %v, want %v", err, errFull)
	}
	keeper.full = false
	store.Succeed(&e, "two")
	save(t, store)
	killed(t, store)
	if got := mustOpen(t, folder, clock).Entries(); len(got) != 1 || got[0].ID != e.ID {
		t.Errorf("kept: %v", got)
	}
	if list, err := disk.Transcript(e.ID); err != nil || len(list) != 2 || list[0].Text != "one" || list[1].Text != "two" {
		t.Errorf("transcript: %v, %v", list, err)
	}
}

// Two processes never have one folder: the second is told so, and changes nothing.
func TestFolderThatIsInUse(t *testing.T) { // SES-7
	t.Parallel()
	folder, clock := t.TempDir(), &handClock{time: noon}
	store := mustOpen(t, folder, clock)
	e := say(store, "a", "hi")
	save(t, store)
	write(t, filepath.Join(folder, "clean-shutdown"), nil)
	if _, err := openDisk(t, folder, clock); !errors.Is(err, dirlock.ErrHeld) || !strings.Contains(err.Error(), folder) {
		t.Errorf("got %v, want that %s is in use", err, folder)
	}
	read(t, filepath.Join(folder, "clean-shutdown")) // it is not taken
	killed(t, store)
	if got, _ := mustOpen(t, folder, clock).Entry("a"); got.ID != e.ID {
		t.Errorf("afterwards: %+v", got)
	}
}

// What cannot be read does not lock anybody out.
func TestFolderThatCannotBeReadIsFree(t *testing.T) {
	t.Parallel()
	folder, clock := t.TempDir(), &handClock{time: noon}
	path := filepath.Join(folder, "sessions.json")
	write(t, path, []byte(`{"format":2}`))
	if _, err := openDisk(t, folder, clock); err == nil {
		t.Fatal("it was read")
	}
	write(t, path, []byte(`{"format":1}`))
	mustOpen(t, folder, clock)
}
