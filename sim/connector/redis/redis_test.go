package redis_test

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"go.uber.org/goleak"

	"github.com/relaysim/relaysim/sim/connector/buffer"
	"github.com/relaysim/relaysim/sim/connector/buffer/buffertest"
	"github.com/relaysim/relaysim/sim/connector/bus/bustest"
	"github.com/relaysim/relaysim/sim/connector/redis"
	"github.com/relaysim/relaysim/sim/connector/state"
	"github.com/relaysim/relaysim/sim/connector/state/statetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// servers runs a test on a server in this process, and on a real one where there
// is one.
func servers(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("miniredis", func(t *testing.T) {
		t.Parallel()
		s := miniredis.RunT(t)
		test(t, "redis://"+s.Addr())
	})
	t.Run("redis-server", func(t *testing.T) {
		t.Parallel()
		test(t, realServer(t))
	})
}

// realServer starts redis-server on a free port, with nothing on disk.
func realServer(t *testing.T) (url string) {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("redis-server is not on the PATH; install it to test against a real Redis")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_, port, _ := strings.Cut(address, ":")
	l.Close() // somebody else may take it; then the server does not start, and the test says so
	cmd := exec.Command(program, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	url = "redis://" + address
	for deadline := time.Now().Add(20 * time.Second); ; {
		s, err := redis.Open(context.Background(), url, "up")
		if err == nil {
			s.Close()
			return url
		}
		if time.Now().After(deadline) {
			t.Fatalf("redis-server does not come up: %v", err)
		}
	}
}

var prefixes atomic.Int64

// open is the server under a prefix of its own.
func open(t *testing.T, url string) *redis.Server {
	t.Helper()
	s, err := redis.Open(context.Background(), url, fmt.Sprint("test", prefixes.Add(1)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestBuffers(t *testing.T) { // IDLE-3, IDLE-6
	t.Parallel()
	servers(t, func(t *testing.T, url string) {
		buffertest.Test(t, func(t *testing.T, l buffer.Limits) buffer.Buffers { return open(t, url).Buffers(l) })
	})
}

func TestState(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, url string) {
		statetest.Test(t, func(t *testing.T) state.State { return open(t, url).State() })
	})
}

func TestBus(t *testing.T) { // BUS-1
	t.Parallel()
	servers(t, func(t *testing.T, url string) { bustest.Test(t, open(t, url).Bus()) })
}

// A member whose server goes away is told that it may have missed something, and
// then gets what is published again.
func TestBusAfterTheServerWasAway(t *testing.T) { // BUS-1
	t.Parallel()
	server := miniredis.RunT(t)
	s := open(t, "redis://"+server.Addr())
	missed, got := make(chan struct{}, 100), make(chan string, 100)
	east := s.Bus().Join(func(string, []byte) {}, func() {})
	defer east.Leave()
	west := s.Bus().Join(func(_ string, m []byte) { got <- string(m) }, func() { missed <- struct{}{} })
	defer west.Leave()
	server.Close()
	if err := east.Publish("a", []byte("lost")); err == nil {
		t.Error("no error where there is no server")
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	wait(t, missed)
	if err := east.Publish("a", []byte("after")); err != nil {
		t.Fatal(err)
	}
	if m := wait(t, got); m != "after" {
		t.Errorf("got %q", m)
	}
}

func wait[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(20 * time.Second):
		t.Fatal("it does not come")
	}
	return v
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"http://127.0.0.1", "redis://127.0.0.1:1"} {
		if s, err := redis.Open(context.Background(), url, "x"); err == nil || !strings.HasPrefix(err.Error(), "redis: ") {
			t.Errorf("%s: got %v, %v", url, s, err)
		}
	}
}
