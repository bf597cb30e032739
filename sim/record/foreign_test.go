package record_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/relaysim/relaysim/sim/trace"
)

// TestForeignPrograms has two programs of another WebSocket library talk through
// the proxy, with a tap on either side of it: what goes into the proxy comes out
// of it, byte for byte, and what is recorded is what was said.
func TestForeignPrograms(t *testing.T) {
	t.Parallel()
	python := foreignPython(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	program := func(args ...string) (*exec.Cmd, *bytes.Buffer) {
		cmd := exec.CommandContext(ctx, python, append([]string{filepath.Join("testdata", "foreign.py")}, args...)...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		return cmd, &stderr
	}
	connector, complaint := program("connector")
	stdout, err := connector.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := connector.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewScanner(stdout)
	said.Scan()
	far := newTap(t, "127.0.0.1:"+said.Text())
	r := startProxy(t, "http://"+far.addr)
	near := newTap(t, r.addr)

	gateway, refusal := program("gateway", "ws://"+near.addr+"/relay")
	if err := gateway.Run(); err != nil {
		t.Errorf("the gateway: %v\n%s", err, refusal)
	}
	said.Scan()
	ended := said.Text()
	if err := connector.Wait(); err != nil || ended != "4000 that was all" {
		t.Errorf("the connector: %v, ended with %q\n%s", err, ended, complaint)
	}
	nearUp, nearDown := near.passed()
	farUp, farDown := far.passed()
	if !bytes.Equal(nearUp, farUp) || !bytes.Equal(nearDown, farDown) {
		t.Errorf("%d and %d bytes went in, %d and %d came out, not all the same", len(nearUp), len(farDown), len(farUp), len(nearDown))
	}
	if len(nearUp) < 1<<20 || len(nearDown) < 1<<20 {
		t.Errorf("only %d and %d bytes passed", len(nearUp), len(nearDown))
	}
	list := r.lines(t)
	for _, side := range []trace.Side{trace.Gateway, trace.Connector} {
		frames := slices.DeleteFunc(slices.Clone(list), func(o *trace.Observation) bool { return o.From != side || o.Kind != trace.Frame })
		if len(frames) != 10 {
			t.Errorf("%d messages of the %s in the recording, want 10:\n%s", len(frames), side, summary(frames))
		}
	}
}

// tap passes one connection on to another address and keeps what passes.
type tap struct {
	addr     string
	done     sync.WaitGroup
	up, down bytes.Buffer
}

func newTap(t *testing.T, to string) *tap {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &tap{addr: ln.Addr().String()}
	w.done.Go(func() {
		from, err := ln.Accept()
		if err != nil {
			return
		}
		defer from.Close()
		onward, err := net.Dial("tcp", to)
		if err != nil {
			t.Error(err)
			return
		}
		defer onward.Close()
		var both sync.WaitGroup
		both.Go(func() { pass(onward, from, &w.up) })
		both.Go(func() { pass(from, onward, &w.down) })
		both.Wait()
	})
	t.Cleanup(func() { ln.Close(); w.done.Wait() })
	return w
}

func pass(to, from net.Conn, kept *bytes.Buffer) {
	_, _ = io.Copy(io.MultiWriter(kept, to), from)
	_ = to.(*net.TCPConn).CloseWrite()
}

// passed waits for the end of the connection and returns what went to the
// connector and what came back, without the upgrade and its answer.
func (w *tap) passed() (up, down []byte) {
	w.done.Wait()
	_, up, _ = bytes.Cut(w.up.Bytes(), []byte("\r\n\r\n"))
	_, down, _ = bytes.Cut(w.down.Bytes(), []byte("\r\n\r\n"))
	return up, down
}

// foreignPython finds one that has the websockets library, or skips the test.
func foreignPython(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(name, "-c", "import websockets").Run() == nil {
			return name
		}
	}
	t.Skip("no Python with the websockets library is here: apt-get install python3-websockets")
	return ""
}
