//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/trace"
)

// recorder is `relaysim record` in a process of its own.
type recorder struct {
	cmd    *exec.Cmd
	file   string
	url    string // for gateways to dial
	stdout bytes.Buffer
	stderr *bufio.Scanner
}

// startRecorder runs record with these arguments before a connector that lets
// everybody in, and waits until stderr says ready.
func startRecorder(t *testing.T, ready string, args ...string) *recorder {
	t.Helper()
	c := connector.New(connector.Options{
		OpenAuth: true, Gateways: []connector.Gateway{{ID: "gw-1", Secrets: []string{"a-secret-of-the-test"}}},
	})
	server := httptest.NewServer(c)
	t.Cleanup(func() { c.Close(); server.Close() })
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{file: filepath.Join(t.TempDir(), "x.jsonl"), cmd: exec.Command(self)}
	r.cmd.Args = append([]string{"relaysim", "record", "--connector", server.URL, "--out", r.file}, args...)
	r.cmd.Stdout = &r.stdout
	stderr, err := r.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.cmd.Process.Kill(); _ = r.cmd.Wait() })
	r.stderr = bufio.NewScanner(stderr)
	for r.stderr.Scan() {
		if m := regexp.MustCompile(ready).FindStringSubmatch(r.stderr.Text()); m != nil {
			r.url = m[len(m)-1]
			return r
		}
	}
	t.Fatal("it ended before it was ready")
	return nil
}

const listening = `gateways dial http://(\S+)`

func (r *recorder) dial(t *testing.T) *websocket.Conn {
	t.Helper()
	ws, _, err := websocket.Dial(context.Background(), "ws://"+r.url+"/relay", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.CloseNow() })
	return ws
}

// say sends a line and waits for what the connector answers to a hello.
func say(t *testing.T, ws *websocket.Conn, n int) error {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	hello := fmt.Sprintf(`{"type":"hello","platform":"discord","botId":"discord-bot","n":%d}`+"\n", n)
	if err := ws.Write(ctx, websocket.MessageText, []byte(hello)); err != nil {
		return err
	}
	_, _, err := ws.Read(ctx)
	return err
}

// readBack returns what is in the file, which must be readable to its end.
func (r *recorder) readBack(t *testing.T) (list []*trace.Observation, ended bool, warnings string) {
	t.Helper()
	f, err := os.Open(r.file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rec := recording.NewReader(f, "x.jsonl")
	for {
		line, err := rec.Next()
		switch {
		case err == io.EOF:
			return list, ended, fmt.Sprint(rec.Warnings())
		case err != nil:
			t.Fatal(err)
		case line.Observation != nil:
			list = append(list, line.Observation)
		}
		ended = ended || line.Ended
	}
}

// A recorder that is killed in the middle leaves a file that reads: every line
// that was there stays there.
func TestRecordKilled(t *testing.T) {
	t.Parallel()
	r := startRecorder(t, listening, "--listen", "0")
	ws := r.dial(t)
	killed := make(chan struct{})
	time.AfterFunc(200*time.Millisecond, func() {
		_ = r.cmd.Process.Kill()
		close(killed)
	})
	answered := 0
	for say(t, ws, answered) == nil {
		answered++
	}
	<-killed
	_ = r.cmd.Wait()
	list, ended, warnings := r.readBack(t)
	if ended || !strings.Contains(warnings, "cut short") {
		t.Errorf("got an end line: %v; warnings %s", ended, warnings)
	}
	hellos := 0
	for i, o := range list {
		if o.Seq != i+1 {
			t.Fatalf("line %d has seq %d", i, o.Seq)
		}
		if o.Kind == trace.Frame && o.From == trace.Gateway {
			if want := fmt.Sprintf(`"n":%d}`, hellos); !bytes.Contains(o.Data, []byte(want)) {
				t.Fatalf("got %s, want %s", o.Data, want)
			}
			hellos++
		}
	}
	// What was answered is there, but for what was on its way to the file.
	if hellos < answered-20 || answered < 5 {
		t.Errorf("%d of %d hellos are in the file", hellos, answered)
	}
}

// Ctrl-C closes both sides, writes the end line and succeeds.
func TestRecordInterrupted(t *testing.T) {
	t.Parallel()
	r := startRecorder(t, listening, "--listen", "127.0.0.1:0", "--title", "a test", "--redact-field", "n")
	ws := r.dial(t)
	for n := range 3 {
		if err := say(t, ws, n); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_, _, err := ws.Read(t.Context())
	var closed websocket.CloseError
	if !errors.As(err, &closed) || closed.Code != websocket.StatusGoingAway {
		t.Errorf("the gateway got %v", err)
	}
	for r.stderr.Scan() {
	}
	if err := r.cmd.Wait(); err != nil {
		t.Errorf("got %v", err)
	}
	if got := r.stdout.String(); !strings.Contains(got, "x.jsonl: 1 socket, 6 messages, ") {
		t.Errorf("got %q", got)
	}
	if list, ended, warnings := r.readBack(t); !ended || warnings != "[]" || len(list) != 7 {
		t.Errorf("got %d lines, ended %v, %s", len(list), ended, warnings)
	}
}

// relaysim's own gateway takes its credentials from a file.
func TestRecordOwnGateway(t *testing.T) {
	t.Parallel()
	env := filepath.Join(t.TempDir(), "relay.env")
	if err := os.WriteFile(env, []byte("# who\nexport GATEWAY_RELAY_ID=gw-1\nGATEWAY_RELAY_SECRET='a-secret-of-the-test'\nGATEWAY_RELAY_PLATFORMS=discord\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := startRecorder(t, `the gateway is (connected)`, "--agent", "echo", "--env-file", env)
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for r.stderr.Scan() {
	}
	if err := r.cmd.Wait(); err != nil {
		t.Errorf("got %v", err)
	}
	list, ended, warnings := r.readBack(t)
	if !ended || warnings != "[]" || list[0].AuthenticatedAs != "gw-1" {
		t.Errorf("ended %v, %s, %+v", ended, warnings, list[0])
	}
	if last := list[len(list)-1]; last.Kind != trace.Close && last.Kind != trace.State {
		t.Errorf("it ends with %+v", last)
	}
}

// relaysim's own gateway is there for the recording, and ends with it. What
// bounds the recording bounds the command.
func TestRecordOwnGatewayEndsWithItsRecording(t *testing.T) {
	t.Parallel()
	r := startRecorder(t, `the recording is (complete)`, "--agent", "echo", "--max-duration", "100ms")
	stuck := time.AfterFunc(20*time.Second, func() { _ = r.cmd.Process.Kill() })
	defer stuck.Stop()
	for r.stderr.Scan() {
	}
	if err := r.cmd.Wait(); err != nil {
		t.Errorf("got %v", err)
	}
	if _, ended, warnings := r.readBack(t); !ended || warnings != "[]" {
		t.Errorf("ended %v, %s", ended, warnings)
	}
}
