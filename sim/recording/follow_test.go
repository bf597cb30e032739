package recording_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/relaysim/relaysim/sim/recording"
)

const (
	headerLine = `{"kind":"header","recording":1}` + "\n"
	openLine   = `{"seq":1,"at":0,"kind":"open","conn":1,"path":"/relay","auth":"absent"}` + "\n"
	endLine    = `{"kind":"end","events":1}` + "\n"
)

// growing is a file of a test and a second handle that appends to it.
func growing(t *testing.T, text string) (read, write *os.File) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.jsonl")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	read, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	write, err = os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { read.Close(); write.Close() })
	return read, write
}

func TestFollowWaitsForTheRestOfALine(t *testing.T) {
	t.Parallel()
	read, write := growing(t, headerLine+openLine[:20])
	rec := recording.NewReader(recording.Follow(t.Context(), read, time.Millisecond), "x.jsonl")
	if l, err := rec.Next(); err != nil || l.Header == nil {
		t.Fatal(l, err)
	}
	lines := make(chan *recording.Line, 1)
	go func() {
		l, _ := rec.Next()
		lines <- l
	}()
	select {
	case l := <-lines:
		t.Fatalf("half a line was taken for a line: %v", l)
	case <-time.After(20 * time.Millisecond):
	}
	if _, err := write.WriteString(openLine[20:] + endLine); err != nil {
		t.Fatal(err)
	}
	if l := <-lines; l == nil || l.Observation == nil || l.Observation.Path != "/relay" {
		t.Fatalf("got %v, want the line", l)
	}
	if l, err := rec.Next(); err != nil || !l.Ended {
		t.Fatal(l, err)
	}
	if len(rec.Warnings()) > 0 {
		t.Error(rec.Warnings())
	}
}

func TestFollowEndsWithItsContext(t *testing.T) {
	t.Parallel()
	read, _ := growing(t, headerLine)
	ctx, cancel := context.WithCancel(t.Context())
	rec := recording.NewReader(recording.Follow(ctx, read, time.Hour), "x.jsonl")
	if _, err := rec.Next(); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := rec.Next(); err != io.EOF {
		t.Errorf("got %v, want the end", err)
	}
}

func TestFollowSaysThatTheFileBeganAnew(t *testing.T) {
	t.Parallel()
	read, write := growing(t, headerLine)
	rec := recording.NewReader(recording.Follow(t.Context(), read, time.Millisecond), "x.jsonl")
	if _, err := rec.Next(); err != nil {
		t.Fatal(err)
	}
	if err := write.Truncate(0); err != nil {
		t.Fatal(err)
	}
	if _, err := rec.Next(); err == nil || !strings.Contains(err.Error(), "shorter") {
		t.Errorf("got %v", err)
	}
}
