package session_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/relaysim/relaysim/gateway/session"
)

// writerFolder tells a second process of this test binary to save sessions
// there until it is killed.
const writerFolder = "SESSION_TEST_WRITER_FOLDER"

// TestWriter is the second process of TestKilledWhileItSaves. It says each
// turn's session when it is kept.
func TestWriter(t *testing.T) {
	folder := os.Getenv(writerFolder)
	if folder == "" {
		t.Skip("only as a process of its own")
	}
	disk, err := session.NewDisk(folder)
	if err != nil {
		t.Fatal(err)
	}
	store, err := session.NewStore(session.Options{Keeper: disk})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Open(); err != nil {
		t.Fatal(err)
	}
	for i := 0; ; i++ {
		e := say(store, "user-"+strconv.Itoa(i%50), "message "+strconv.Itoa(i))
		save(t, store)
		fmt.Println("kept", e.Key, e.ID)
	}
}

// A process that is killed while it saves, at any moment, leaves whole files
// with all that it had said were kept, and no marker of a clean stop.
func TestKilledWhileItSaves(t *testing.T) { // SES-7, SES-8
	t.Parallel()
	folder := t.TempDir()
	for round := range 8 {
		kept := killedWriter(t, folder, 1+round*3)
		clock := &handClock{time: time.Now()}
		store := mustOpen(t, folder, clock)
		for key, id := range kept {
			if e, ok := store.Entry(key); !ok || e.ID != id || !e.ResumePending && !e.Suspended {
				t.Fatalf("round %d: %s is %+v, want %s to be resumed, or suspended after three restarts", round, key, e, id)
			}
			list, err := store.Transcript(id)
			var torn *session.SkippedError
			if err != nil && !errors.As(err, &torn) || len(list) == 0 {
				t.Fatalf("round %d: the transcript of %s has %d lines: %v", round, id, len(list), err)
			}
		}
		killed(t, store)
	}
}

// killedWriter runs a writer, kills it after it has kept n turns, while it goes
// on, and returns what it had kept by then.
func killedWriter(t *testing.T, folder string, n int) map[string]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestWriter$")
	cmd.Env = append(os.Environ(), writerFolder+"="+folder)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kept := map[string]string{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var key, id string
		if _, err := fmt.Sscanf(lines.Text(), "kept %s %s", &key, &id); err != nil {
			continue // the test binary's own words
		}
		kept[key] = id
		if n--; n == 0 {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || n > 0 {
		t.Fatalf("the writer ended by itself: %v", err)
	}
	return kept
}
