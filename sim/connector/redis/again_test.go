package redis_test

import (
	"bytes"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"github.com/relaysim/relaysim/sim/connector/buffer"
	"github.com/relaysim/relaysim/sim/connector/redis"
)

// lossy is a way to a server on which the answer to the next EVALSHA is lost, with
// the connection, where lose is set.
func lossy(t *testing.T, server string) (addr string, lose *atomic.Bool) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	lose = &atomic.Bool{}
	var relays sync.WaitGroup
	relays.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			relays.Go(func() { relay(near, server, lose) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); relays.Wait() })
	return l.Addr().String(), lose
}

// relay hands on one question and its answer at a time.
func relay(near net.Conn, server string, lose *atomic.Bool) {
	defer near.Close()
	far, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer far.Close()
	b := make([]byte, 1<<16)
	for {
		n, err := near.Read(b)
		if err != nil {
			return
		}
		lost := bytes.Contains(bytes.ToLower(b[:n]), []byte("evalsha")) && lose.CompareAndSwap(true, false)
		if _, err := far.Write(b[:n]); err != nil {
			return
		}
		if n, err = far.Read(b); err != nil || lost {
			return
		}
		if _, err := near.Write(b[:n]); err != nil {
			return
		}
	}
}

// TestAnAppendThatIsAskedForAgainIsOneEntry: the answer is lost, not the
// question. IDLE-8
func TestAnAppendThatIsAskedForAgainIsOneEntry(t *testing.T) {
	t.Parallel()
	addr, lose := lossy(t, miniredis.RunT(t).Addr())
	b := open(t, "redis://"+addr).Buffers(buffer.Limits{})
	of := buffer.Name{Tenant: "t", Instance: "i"}
	for i, text := range []string{"one\n", "two\n", "three\n"} {
		lose.Store(i > 0) // the first makes the script known
		if _, _, err := b.Append(of, []byte(text)); err != nil || lose.Load() {
			t.Fatalf("append: %v, still to be lost: %v", err, lose.Load())
		}
	}
	if list, err := b.List(of); len(list) != 3 || err != nil {
		t.Errorf("%d entries wait, want 3 (%v)", len(list), err)
	}
}

// TestAServerThatForgets gives nobody the entry of another's append: two that
// opened it before and after it lost everything name their requests differently.
func TestAServerThatForgets(t *testing.T) { // IDLE-3
	t.Parallel()
	server := miniredis.RunT(t)
	open := func() buffer.Buffers {
		s, err := redis.Open(t.Context(), "redis://"+server.Addr(), "one")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s.Buffers(buffer.Limits{})
	}
	before := open()
	server.FlushAll()
	after := open()
	of := buffer.Name{Tenant: "t", Instance: "i"}
	for range 3 {
		for _, b := range []buffer.Buffers{before, after} {
			if _, _, err := b.Append(of, []byte("x\n")); err != nil {
				t.Fatal(err)
			}
		}
	}
	if list, err := after.List(of); len(list) != 6 || err != nil {
		t.Errorf("%d entries wait, want 6 (%v)", len(list), err)
	}
}
