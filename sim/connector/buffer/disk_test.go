package buffer_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway/dirlock"
	"github.com/relaysim/relaysim/sim/connector/buffer"
)

func openDisk(t testing.TB, dir string) *buffer.Disk {
	t.Helper()
	d, aside, err := buffer.OpenDisk(dir, buffer.Limits{})
	if err != nil || aside != "" {
		t.Fatalf("open: %v, set aside %q", err, aside)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// whole is all that buffers say of the instances of these tests.
func whole(t testing.TB, b buffer.Buffers) string {
	t.Helper()
	var s strings.Builder
	for _, of := range []buffer.Name{east, west} {
		state, _ := b.State(of)
		list, err := b.List(of)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&s, "%s flipped %v:", of.Instance, state.Flipped)
		for _, e := range list {
			fmt.Fprintf(&s, " %s=%s", e.ID, bytes.TrimSpace(e.Frame))
		}
		s.WriteByte('\n')
	}
	return s.String()
}

// script is what happens to some buffers, one change a step.
func script() []func(b buffer.Buffers) error {
	add := func(of buffer.Name, n int) func(buffer.Buffers) error {
		return func(b buffer.Buffers) error {
			_, _, err := b.Append(of, fmt.Appendf(nil, "{\"type\":\"inbound\", \"n\":%d,\"text\":\"<ü\\n>\"}\n", n))
			return err
		}
	}
	ack := func(of buffer.Name) func(buffer.Buffers) error {
		return func(b buffer.Buffers) error {
			e, _, _ := b.First(of)
			_, err := b.Remove(of, e.ID)
			return err
		}
	}
	flip := func(of buffer.Name, flipped bool) func(buffer.Buffers) error {
		return func(b buffer.Buffers) error { return b.Flip(of, flipped) }
	}
	return []func(buffer.Buffers) error{
		flip(east, true), add(east, 1), add(west, 2), add(east, 3), ack(east), add(east, 4), flip(west, true),
		ack(west), ack(east), flip(west, false), add(west, 5), ack(east), flip(east, false), add(east, 6),
		func(b buffer.Buffers) error { return b.Forget(west) },
	}
}

// A file that is cut off at any byte says what was true after one of the changes:
// the last one whose line is whole.
func TestDiskCutOffAtAnyByte(t *testing.T) { // IDLE-3, IDLE-6
	t.Parallel()
	dir := t.TempDir()
	d := openDisk(t, dir)
	after := map[int64]string{} // what holds, by the length of the file
	path := filepath.Join(dir, "buffer.jsonl")
	length := func() int64 {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	first := length()
	after[first] = whole(t, d)
	for i, step := range script() {
		if err := step(d); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		after[length()] = whole(t, d)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := after[first]
	for cut := first; cut <= int64(len(file)); cut++ {
		if now, ok := after[cut]; ok {
			want = now
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "buffer.jsonl"), file[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		again := openDisk(t, dir)
		if diff := cmp.Diff(want, whole(t, again)); diff != "" {
			t.Fatalf("cut off at byte %d (-want +got)\n%s", cut, diff)
		}
		again.Close()
	}
	for cut := range first { // the very first line
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "buffer.jsonl"), file[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		openDisk(t, dir).Close()
	}
}

func TestDiskKeepsIDsApart(t *testing.T) { // IDLE-6
	t.Parallel()
	dir := t.TempDir()
	d := openDisk(t, dir)
	seen := map[string]bool{}
	for range 3 {
		e, _, err := d.Append(east, []byte("{}\n"))
		if err != nil || seen[e.ID] {
			t.Fatalf("%q, %v: seen before: %v", e.ID, err, seen[e.ID])
		}
		seen[e.ID] = true
		if _, err := d.Remove(east, e.ID); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time the journal says no more of it than its number
			d.Close()
			d = openDisk(t, dir) // the entry is gone, its number is not used again
		}
	}
}

func TestDiskSkipsABadLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := openDisk(t, dir)
	for i := range 3 {
		if _, _, err := d.Append(east, fmt.Appendf(nil, "{\"n\":%d}\n", i)); err != nil {
			t.Fatal(err)
		}
	}
	d.Close()
	path := filepath.Join(dir, "buffer.jsonl")
	file, _ := os.ReadFile(path)
	file = bytes.Replace(file, []byte(`{"n":1}`), []byte(`{"n:1`), 1)
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	d, aside, err := buffer.OpenDisk(dir, buffer.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if kept, _ := os.ReadFile(aside); !bytes.Equal(kept, file) {
		t.Errorf("what was set aside as %q is not the file", aside)
	}
	want := "east flipped false: buf-1={\"n\":0} buf-3={\"n\":2}\nwest flipped false:\n"
	if got := whole(t, d); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Two processes never write one journal: the second is told so.
func TestDiskThatIsInUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := openDisk(t, dir)
	if _, _, err := d.Append(east, []byte("{}\n")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := buffer.OpenDisk(dir, buffer.Limits{}); !errors.Is(err, dirlock.ErrHeld) {
		t.Errorf("got %v, want that it is in use", err)
	}
	want := whole(t, d)
	d.Close()
	if got := whole(t, openDisk(t, dir)); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDiskJournalStaysShort(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := openDisk(t, dir)
	frame := append(bytes.Repeat([]byte(" "), 1<<14), "{}\n"...)
	for range 1000 { // 16 MiB in all
		e, _, err := d.Append(east, frame)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Remove(east, e.ID); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(filepath.Join(dir, "buffer.jsonl"))
	if err != nil || info.Size() > 2<<20 {
		t.Errorf("the journal of an empty buffer has %d bytes (%v)", info.Size(), err)
	}
}
