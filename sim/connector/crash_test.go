package connector_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway/auth"
	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/connector/buffer"
)

// childEnv makes this test's program a connector with its buffers in a directory.
const childEnv = "RELAYSIM_TEST_BUFFER_DIR"

// child says where it serves, and then delivers each line of its stdin as an
// event and says so when that is done.
func child(dir string) {
	d, _, err := buffer.OpenDisk(dir, buffer.Limits{})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	o := buffering()
	o.Buffers = d
	c := connector.New(o)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	go http.Serve(l, c)
	fmt.Println("at", l.Addr())
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		e := event(nil)
		e.Event["text"] = in.Text()
		if err := c.Deliver(e); err != nil {
			fmt.Println("error", err)
			continue
		}
		fmt.Println("kept", in.Text())
	}
	os.Exit(0)
}

// crashing is a connector in a process of its own.
type crashing struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.Writer
	out *bufio.Scanner
	url string
}

func startCrashing(t *testing.T, dir string) *crashing {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &crashing{t: t, cmd: cmd, in: in, out: bufio.NewScanner(out)}
	t.Cleanup(c.kill)
	c.url = "ws://" + c.line("at ") + "/relay"
	return c
}

// kill ends the process with SIGKILL. A second time does nothing.
func (c *crashing) kill() {
	c.cmd.Process.Kill()
	c.cmd.Wait()
}

// line reads what the process says.
func (c *crashing) line(prefix string) string {
	c.t.Helper()
	if !c.out.Scan() {
		c.t.Fatalf("the process is gone, want %q", prefix)
	}
	rest, ok := strings.CutPrefix(c.out.Text(), prefix)
	if !ok {
		c.t.Fatalf("it says %q, want %q", c.out.Text(), prefix)
	}
	return rest
}

func (c *crashing) dial() *peer {
	c.t.Helper()
	token := auth.Mint("gw-1", "secret-1", time.Now(), time.Minute)
	ws, _, err := websocket.Dial(context.Background(), c.url, &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	p := &peer{ws, c.t}
	c.t.Cleanup(func() { p.CloseNow() })
	p.hello("discord", "discord-bot")
	return p
}

// A connector that is killed while it keeps events has kept each of which it
// said so. One that is killed in the middle of a drain delivers what was not
// acknowledged, in order, and nothing that was.
func TestBufferSurvivesKill(t *testing.T) { // IDLE-3, IDLE-6, IDLE-8
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	d := &drained{t: t, last: -1, asked: -1, seen: map[int]bool{}}
	for life := range 4 {
		d.promised = append(d.promised, keepSome(t, dir, life*100, random.IntN(30))...)
	}
	for range 6 {
		c := startCrashing(t, dir)
		p := c.dial()
		for range random.IntN(6) {
			p.ack(d.take(p))
		}
		if random.IntN(2) == 0 {
			d.take(p) // and no ack for it
		}
		c.kill()
		d.asked = -1 // nobody knows what became of the last ack
	}
	c := startCrashing(t, dir)
	fmt.Fprintln(c.in, 1000)
	c.line("kept ")
	p := c.dial()
	for d.last < 1000 {
		p.ack(d.take(p))
	}
	for _, n := range d.promised {
		if !d.seen[n] {
			t.Errorf("event %d was kept and never came", n)
		}
	}
}

// keepSome lets a connector keep events that are numbered from first, kills it
// when it has kept some and is keeping more, and returns those that it said it
// had kept.
func keepSome(t *testing.T, dir string, first, some int) (kept []int) {
	t.Helper()
	c := startCrashing(t, dir)
	for i := range 50 {
		fmt.Fprintln(c.in, first+i)
	}
	for range some {
		kept = append(kept, number(t, c.line("kept ")))
	}
	c.kill()
	for c.out.Scan() {
		if rest, ok := strings.CutPrefix(c.out.Text(), "kept "); ok {
			kept = append(kept, number(t, rest))
		}
	}
	return kept
}

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// drained is what a gateway has got over several lives of its connector.
type drained struct {
	t        *testing.T
	promised []int
	seen     map[int]bool
	last     int // the event delivered last
	asked    int // the one acknowledged last in this life of the connector
	done     int // each event up to this one has been acknowledged for certain
}

// take takes the next delivery and returns its bufferId. That it came shows that
// the ack before it was taken.
func (d *drained) take(p *peer) string {
	d.t.Helper()
	text, id := p.delivered()
	n := number(d.t, text)
	if d.asked >= 0 {
		d.done = d.asked + 1
	}
	switch {
	case id == "":
		d.t.Errorf("event %d came without a bufferId", n)
	case n < d.done:
		d.t.Errorf("event %d came again after its ack", n)
	case n < d.last:
		d.t.Errorf("event %d came after %d", n, d.last)
	}
	d.seen[n], d.last, d.asked = true, n, n
	return id
}
