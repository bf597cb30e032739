package record_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/relaysim/relaysim/sim/record"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/trace"
)

// disk is a file that can be full, and can hang.
type disk struct {
	mu   sync.Mutex
	data bytes.Buffer
	room int           // bytes it still takes; negative: any number
	pace time.Duration // what a write takes
	hang chan struct{} // a write waits until it is closed; nil: none does
}

func (d *disk) Write(b []byte) (int, error) {
	d.mu.Lock()
	hang, pace := d.hang, d.pace
	d.mu.Unlock()
	time.Sleep(pace)
	if hang != nil {
		<-hang
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.room < 0 {
		return d.data.Write(b)
	}
	n := min(len(b), d.room)
	d.room -= n
	d.data.Write(b[:n])
	if n < len(b) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

func (d *disk) setHang(hang chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hang = hang
}

func (d *disk) text() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.data.String()
}

// readText reads a recording that may be torn.
func readText(t testing.TB, text string) (list []*trace.Observation, warnings string) {
	t.Helper()
	rd := recording.NewReader(strings.NewReader(text), "x.jsonl")
	for {
		line, err := rd.Next()
		if err == io.EOF {
			return list, fmt.Sprint(rd.Warnings())
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if line.Observation != nil {
			list = append(list, line.Observation)
		}
	}
}

// exchange sends n messages and waits for each at the other end.
func exchange(t testing.TB, gateway, connector *end, n, size int) {
	t.Helper()
	for i := range n {
		b := frame(fin|text, uint32(i+1), fmt.Sprintf("{\"n\":%d,\"pad\":%q}\n", i, strings.Repeat("x", size)))
		gateway.say(t, b)
		connector.hear(t, b)
	}
}

// A full disk ends the recording, wherever in a line it gets full, and not the
// session. What was written reads back.
func TestAFullDiskEndsTheRecordingAlone(t *testing.T) {
	t.Parallel()
	for _, room := range []int{80, 300, 301, 302, 400, 1000, 1500} {
		t.Run(fmt.Sprint(room), func(t *testing.T) {
			t.Parallel()
			d := &disk{room: room}
			c := newConnector(t)
			r := startProxyTo(t, c.url, d)
			gateway, connector := r.connect(t, c)
			exchange(t, gateway, connector, 50, 20)
			r.hangUp(t)
			if err := r.stop(); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("got %v", err)
			}
			list, warnings := readText(t, d.text())
			if !strings.Contains(warnings, "cut short") || len(list) > 50 {
				t.Errorf("got %d lines, %s", len(list), warnings)
			}
		})
	}
}

// A disk that hangs costs the session one short wait, and then nothing.
func TestADiskThatHangs(t *testing.T) {
	t.Parallel()
	d := &disk{room: -1}
	c := newConnector(t)
	r := startProxyTo(t, c.url, d)
	gateway, connector := r.connect(t, c)
	exchange(t, gateway, connector, 1, 20)
	hang := make(chan struct{})
	d.setHang(hang)
	began := time.Now()
	exchange(t, gateway, connector, 1000, 20<<10) // more than may wait
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("the session took %v", took)
	}
	if got := r.notices.String(); got != record.ErrStalled.Error() {
		t.Errorf("people were told %q", got)
	}
	d.setHang(nil)
	close(hang)
	r.hangUp(t)
	if err := r.stop(); !errors.Is(err, record.ErrStalled) {
		t.Errorf("got %v", err)
	}
	if list, warnings := readText(t, d.text()); warnings != "[]" || len(list) < 10 {
		t.Errorf("got %d lines, %s", len(list), warnings)
	}
}

// A disk that is slow and steady slows the session where it must and loses
// nothing.
func TestASlowDisk(t *testing.T) {
	t.Parallel()
	d := &disk{room: -1, pace: 2 * time.Millisecond}
	c := newConnector(t)
	r := startProxyTo(t, c.url, d)
	gateway, connector := r.connect(t, c)
	exchange(t, gateway, connector, 1000, 20<<10)
	r.hangUp(t)
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	if list, warnings := readText(t, d.text()); warnings != "[]" || len(list) != 1002 {
		t.Errorf("got %d lines, %s", len(list), warnings)
	}
}

// A write that never returns does not keep Close.
func TestCloseWaitsNotForEver(t *testing.T) {
	t.Parallel()
	d := &disk{room: -1}
	rec, err := record.NewRecorder(d, record.RecorderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	hang := make(chan struct{})
	d.setHang(hang)
	rec.Add(&trace.Observation{Kind: trace.Note, Reason: "x"})
	if err := rec.Close(); !errors.Is(err, record.ErrStalled) {
		t.Errorf("got %v", err)
	}
	close(hang)
}

func TestBounds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		set  func(*setup)
		want error
	}{
		{"size", func(o *setup) { o.MaxSize = 1000 }, record.ErrMaxSize},
		{"duration", func(o *setup) { o.MaxDuration = 20 * time.Millisecond }, record.ErrMaxDuration},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newConnector(t)
			r := startProxy(t, c.url, test.set)
			gateway, connector := r.connect(t, c)
			exchange(t, gateway, connector, 30, 20)
			for range 500 {
				if over, _ := r.recorder.Over(); over {
					break
				}
				time.Sleep(10 * time.Millisecond) // real time is what bounds it
			}
			exchange(t, gateway, connector, 30, 20)
			list := r.lines(t) // complete, and without a warning
			if got := r.notices.String(); got != test.want.Error() {
				t.Errorf("people were told %q", got)
			}
			if len(list) == 0 || len(list) > 32 {
				t.Errorf("got %d lines", len(list))
			}
			if text, err := os.ReadFile(r.file); err != nil || !bytes.HasSuffix(text, []byte(",\"cut\":true}\n")) {
				t.Errorf("the end line does not say that the session goes on: %q, %v", text[max(0, len(text)-60):], err)
			}
			info, err := os.Stat(r.file)
			if err != nil || test.want == record.ErrMaxSize && (info.Size() < 1000 || info.Size() > 1300) {
				t.Errorf("got %d bytes, %v", info.Size(), err)
			}
		})
	}
}

// A file that cannot be written is known before a session begins.
func TestAHeaderThatCannotBeWritten(t *testing.T) {
	f, err := record.Create("/dev/full", true)
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	if _, err := record.NewRecorder(f, record.RecorderOptions{}); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	}
}

func TestCreateDoesNotOverwrite(t *testing.T) {
	path := t.TempDir() + "/x.jsonl"
	for i, want := range []string{"", "is there already", ""} {
		f, err := record.Create(path, i == 2)
		if want == "" && err != nil || want != "" && !strings.Contains(fmt.Sprint(err), want) {
			t.Fatalf("%d: got %v, want %q", i, err, want)
		}
		if err == nil {
			fmt.Fprint(f, "old")
			f.Close()
		}
	}
	if b, _ := os.ReadFile(path); string(b) != "old" {
		t.Errorf("got %q", b)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v", info.Mode())
	}
}
